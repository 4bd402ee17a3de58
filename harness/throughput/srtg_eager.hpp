// A 3D ResNet of basic blocks, with or without SRTG, written down plainly with LibTorch's functions: what srtg.cpp compares with.
#pragma once

#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "methods/srtg/network.hpp"

namespace vbench::throughput {

/// Shares the weights of a network of 3D basic blocks without gates.
class EagerSrtg {
 public:
  explicit EagerSrtg(const srtg::Network& network);

  /// [B, 3, T, H, W] -> [B, classes]
  [[nodiscard]] at::Tensor forward(const at::Tensor& clips, bool training) const;

 private:
  [[nodiscard]] at::Tensor conv_norm(const at::Tensor& x, const std::string& conv, const std::string& norm, int64_t stride,
                                     bool training) const;
  [[nodiscard]] at::Tensor block(const at::Tensor& x, const std::string& name, int64_t stride, bool training) const;

  std::map<std::string, at::Tensor> weights_;
  std::array<int64_t, 4> depths_;
};

}  // namespace vbench::throughput
