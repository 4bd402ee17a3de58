#include "harness/throughput/smth3d_eager.hpp"

#include <ATen/ATen.h>

namespace vbench::throughput {

EagerSmth3d::EagerSmth3d(const smth3d::Network& network) : halves_time_(network.options().config.halves_time) {
  constexpr size_t kTensorsOfUnit = 7;  // the last one counts batches
  const auto& weights = network.weights();
  for (size_t i = 0; i + 2 < weights.size(); i += kTensorsOfUnit) {
    units_.push_back({weights[i].tensor, weights[i + 1].tensor, weights[i + 2].tensor, weights[i + 3].tensor, weights[i + 4].tensor,
                      weights[i + 5].tensor});
  }
  classifier_weight_ = weights[weights.size() - 2].tensor;
  classifier_bias_ = weights.back().tensor;
}

at::Tensor EagerSmth3d::forward(const at::Tensor& clips, bool training) const {
  constexpr size_t kLastOfBlock2 = 2;
  at::Tensor x = clips;
  for (size_t i = 0; i < units_.size(); ++i) {
    const auto& u = units_[i];
    const int64_t padding = u.weight.size(3) / 2, stride = smth3d::kColumn[i].halves ? 2 : 1;
    x = at::conv3d(x, u.weight, u.bias, {1, stride, stride}, {1, padding, padding});
    x = at::batch_norm(x, u.norm_weight, u.norm_bias, u.mean, u.variance, training, 0.1, 1e-5, false).relu_();
    if (halves_time_ && i == kLastOfBlock2) x = at::avg_pool3d(x, {3, 1, 1}, {2, 1, 1}, {1, 0, 0});
  }
  return at::linear(x.mean(4).mean(3).mean(2), classifier_weight_, classifier_bias_);
}

}  // namespace vbench::throughput
