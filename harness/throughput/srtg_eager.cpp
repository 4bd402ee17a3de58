#include "harness/throughput/srtg_eager.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <vector>

namespace vbench::throughput {

EagerSrtg::EagerSrtg(const srtg::Network& network) : depths_(network.options().config.depths) {
  for (const auto& [name, tensor] : network.weights()) weights_.emplace(name, tensor);
}

at::Tensor EagerSrtg::conv_norm(const at::Tensor& x, const std::string& conv, const std::string& norm, int64_t stride,
                                bool training) const {
  const auto& kernel = weights_.at(conv + ".weight");
  const std::vector<int64_t> padding{kernel.size(2) / 2, kernel.size(3) / 2, kernel.size(4) / 2};
  const std::vector<int64_t> strides{conv == "stem.0" ? 1 : stride, stride, stride};
  const auto y = at::conv3d(x, kernel, {}, strides, padding);
  return at::batch_norm(y, weights_.at(norm + ".weight"), weights_.at(norm + ".bias"), weights_.at(norm + ".running_mean"),
                        weights_.at(norm + ".running_var"), training, 0.1, 1e-5, false);
}

at::Tensor EagerSrtg::block(const at::Tensor& x, const std::string& name, int64_t stride, bool training) const {
  auto y = conv_norm(x, name + "conv1.0.0", name + "conv1.1", stride, training).relu_();
  y = conv_norm(y, name + "conv2.0.0", name + "conv2.1", 1, training);
  const bool projected = weights_.contains(name + "downsample.0.weight");
  y = (y + (projected ? conv_norm(x, name + "downsample.0", name + "downsample.1", stride, training) : x)).relu_();
  if (!weights_.contains(name + "sar.lstm.weight_ih_l0")) return y;
  std::vector<at::Tensor> lstm;
  for (const int layer : {0, 1}) {
    for (const auto* part : {"weight_ih", "weight_hh", "bias_ih", "bias_hh"})
      lstm.push_back(weights_.at(fmt::format("{}sar.lstm.{}_l{}", name, part, layer)));
  }
  const auto pooled = y.mean({3, 4}).permute({2, 0, 1});
  const auto zeros = at::zeros({2, pooled.size(1), pooled.size(2)}, pooled.options());
  const auto factors = std::get<0>(at::lstm(pooled, {zeros, zeros}, lstm, true, 2, 0.0, training, false, false));
  return y * factors.permute({1, 2, 0}).unsqueeze(3).unsqueeze(4);
}

at::Tensor EagerSrtg::forward(const at::Tensor& clips, bool training) const {
  auto x = conv_norm(clips, "stem.0", "stem.1", 2, training).relu_();
  x = at::max_pool3d(x, {3, 3, 3}, {2, 2, 2}, {1, 1, 1});
  for (size_t stage = 0; stage < depths_.size(); ++stage) {
    for (int64_t i = 0; i < depths_[stage]; ++i)
      x = block(x, fmt::format("layer{}.{}.", stage + 1, i), stage > 0 && i == 0 ? 2 : 1, training);
  }
  return at::linear(x.mean({2, 3, 4}), weights_.at("fc.weight"), weights_.at("fc.bias"));
}

}  // namespace vbench::throughput
