#include "methods/srtg/recursion.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <fmt/format.h>

#include <tuple>

#include "methods/srtg/gate.hpp"

namespace vbench::srtg {

Lstm::Lstm(int64_t channels, int64_t layers, const at::Device& device) {
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  for (int64_t layer = 0; layer < layers; ++layer) {
    for (int i = 0; i < 2; ++i) weights_.push_back(trainable(at::zeros({4 * channels, channels}, options)));
    for (int i = 0; i < 2; ++i) weights_.push_back(trainable(at::zeros({4 * channels}, options)));
  }
}

Lstm::Output Lstm::forward(const at::Tensor& x) const {
  const auto layers = static_cast<int64_t>(weights_.size()) / 4;
  const auto zeros = at::zeros({layers, x.size(1), x.size(2)}, x.options());
  const auto [sequence, hidden, cell] = at::lstm(x, {zeros, zeros}, weights_, true, layers, 0.0, false, false, false);
  return {sequence, hidden, cell};
}

void Lstm::collect(const std::string& prefix, Weights& weights) const {
  constexpr const char* kNames[] = {"weight_ih", "weight_hh", "bias_ih", "bias_hh"};
  for (size_t i = 0; i < weights_.size(); ++i) weights.push_back({fmt::format("{}{}_l{}", prefix, kNames[i % 4], i / 4), weights_[i]});
}

int64_t Lstm::multiply_adds(int64_t frames) const {
  int64_t products = 0;
  for (const auto& weight : weights_) products += weight.dim() == 2 ? weight.numel() : 0;
  return frames * products;
}

at::Tensor SqueezeRecursion::squeeze(const at::Tensor& x) { return x.mean({3, 4}, false, wide_type(x)); }

at::Tensor SqueezeRecursion::forward(const at::Tensor& x, const Pass& pass) const {
  if (gate_ == Gate::kHead) {
    if (pass.gates != nullptr) pass.gates->push_back({0, x.size(0)});
    return x;
  }
  // A recurrence of thousands of small products gains nothing in 16 bits, and the gate compares its output with the features.
  const c10::impl::ExcludeDispatchKeyGuard full_precision(c10::autocast_dispatch_keyset);
  const auto pooled = squeeze(x);
  auto factors = lstm_.forward(pooled.permute({2, 0, 1})).sequence.permute({1, 2, 0});  // [B, C, T]
  if (gate_ != Gate::kOff) {
    const auto open = open_samples(pooled, factors, gate_);
    const auto count = open.sum().item<int64_t>();
    if (pass.gates != nullptr) pass.gates->push_back({count, x.size(0)});
    if (count == 0) return x;
    if (count < x.size(0)) factors = at::where(open.view({-1, 1, 1}), factors, at::ones_like(factors));
  }
  return x * factors.to(x.scalar_type()).unsqueeze(3).unsqueeze(4);
}

}  // namespace vbench::srtg
