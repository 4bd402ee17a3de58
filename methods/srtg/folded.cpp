#include "methods/srtg/folded.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

#include "methods/nn/activation.hpp"

namespace vbench::srtg {
namespace {

constexpr Size3 kDilation{1, 1, 1};

bool has_matrix_unit() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("amx-bf16") != 0;
#else
  return false;
#endif
}

/// oneDNN has no double.
bool takes_blocked(at::ScalarType type, const at::Device& device) {
  return device.is_cpu() && at::hasMKLDNN() && (type == at::kFloat || type == at::kBFloat16);
}

at::Tensor blocked_weight(const at::Tensor& weight, const ConvShape& shape) {
  return at::mkldnn_reorder_conv3d_weight(weight.contiguous().to_mkldnn(), shape.padding, shape.stride, kDilation, shape.groups);
}

std::vector<std::pair<const void*, uint32_t>> versions_of(const Network& network) {
  std::vector<std::pair<const void*, uint32_t>> versions;
  for (const auto& [name, tensor] : network.weights()) versions.emplace_back(tensor.data_ptr(), tensor._version());
  return versions;
}

}  // namespace

at::ScalarType evaluation_type(const at::Tensor& clips) {
  static const bool kMatrixUnit = has_matrix_unit();
  const auto type = nn::activation_type(clips);
  return clips.is_cpu() && type == at::kBFloat16 && !kMatrixUnit ? clips.scalar_type() : type;
}

void FoldedNetwork::fold(at::ScalarType type, const at::Device& device) {
  auto versions = versions_of(*network_);
  if (type == type_ && versions == folded_of_) return;
  layers_.clear();
  for (const auto* layer : network_->conv_layers()) {
    const auto& norm = layer->norm;
    const auto scale = norm.weight.to(at::kDouble) / (norm.variance.to(at::kDouble) + kNormEpsilon).sqrt();
    const auto bias = (norm.bias.to(at::kDouble) - norm.mean.to(at::kDouble) * scale).to(type);
    const auto weight = (layer->weight.to(at::kDouble) * scale.view({-1, 1, 1, 1, 1})).to(type);
    layers_[layer] = {takes_blocked(type, device) ? blocked_weight(weight, layer->shape) : weight, bias};
  }
  type_ = type;
  folded_of_ = std::move(versions);
}

at::Tensor FoldedNetwork::run_unit(const Unit& unit, const at::Tensor& x) const {
  at::Tensor y = x;
  for (const auto& layer : unit.layers()) {
    const auto& [weight, bias] = layers_.at(&layer);
    const auto& shape = layer.shape;
    y = weight.is_mkldnn() ? at::mkldnn_convolution(y, weight, bias, shape.padding, shape.stride, kDilation, shape.groups)
                           : at::conv3d(y, weight, bias, shape.stride, shape.padding, kDilation, shape.groups);
    if (layer.relu) y.relu_();
  }
  return y;
}

at::Tensor FoldedNetwork::forward(const at::Tensor& clips, const Pass& pass) { return forward_in(evaluation_type(clips), clips, pass); }

at::Tensor FoldedNetwork::forward_in(at::ScalarType type, const at::Tensor& clips, const Pass& pass) {
  check_clips(clips);
  const torch::NoGradGuard no_grad;
  const c10::impl::ExcludeDispatchKeyGuard types_are_chosen(c10::autocast_dispatch_keyset);
  fold(type, clips.device());
  const bool blocked = takes_blocked(type, clips.device());
  const auto input = clips.to(type).contiguous();
  const Runner runner{[this](const Unit& unit, const at::Tensor& x) { return run_unit(unit, x); },
                      [&](const SqueezeRecursion& recursion, const at::Tensor& x) {
                        return blocked ? recursion.forward(x.to_dense(), pass).to_mkldnn() : recursion.forward(x, pass);
                      }};
  return network_->run(blocked ? input.to_mkldnn() : input, runner, pass.stages);
}

}  // namespace vbench::srtg
