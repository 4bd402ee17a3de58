// The 3D column of the something-something-v2 baseline, written down plainly with LibTorch's functions: what smth3d.cpp compares with.
#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <utility>
#include <vector>

#include "methods/smth3d/network.hpp"

namespace vbench::throughput {

/// Shares the weights of a network. Without dropout.
class EagerSmth3d {
 public:
  explicit EagerSmth3d(const smth3d::Network& network);

  /// [N, 3, T, H, W] -> [N, classes]
  [[nodiscard]] at::Tensor forward(const at::Tensor& clips, bool training) const;

 private:
  struct Unit {
    at::Tensor weight, bias, norm_weight, norm_bias, mean, variance;
  };
  std::vector<Unit> units_;
  at::Tensor classifier_weight_, classifier_bias_;
  bool halves_time_;
};

}  // namespace vbench::throughput
