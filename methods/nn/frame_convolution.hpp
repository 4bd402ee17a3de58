// Convolutions over clips that are three frames deep, with half the products, and BatchNorm with ReLU in one pass. Used by networks over
// clips on the CPU; elsewhere their formulas in ATen are as good.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>

#include "methods/nn/clip_layers.hpp"

namespace vbench::nn {

/// Whether the functions below take these clips: float32 on the CPU, at least four frames. Autocast does not reach into them.
[[nodiscard]] bool takes_frames(const at::Tensor& clips);

/// Height and width of the kernel and how it moves. Over time: three taps, stride 1, padding 1.
struct FrameConvolution {
  int64_t stride = 1, padding = 1;
};

/// The convolution by Winograd's minimal filtering over time: six convolutions of frames give what twelve would. Equal up to rounding,
/// whose error is about four times that of a plain sum. Differentiable.
/// @param clips   [N, C, T, H, W]   @param weight  [D, C, 3, K, K]   @param bias  [D]
/// @return [N, D, T, H', W'], channels last
[[nodiscard]] at::Tensor convolve_frames(const at::Tensor& clips, const at::Tensor& weight, const at::Tensor& bias,
                                         const FrameConvolution& shape);

/// The same with ReLU and without gradients; weights are prepared once.
class PreparedFrameConvolution {
 public:
  PreparedFrameConvolution(const Folded& folded, const FrameConvolution& shape);
  [[nodiscard]] at::Tensor relu(const at::Tensor& clips) const;

 private:
  std::array<at::Tensor, 6> weights_;
  at::Tensor bias_;
  FrameConvolution shape_;
};

/// relu(BatchNorm(x)) in training: by the statistics of x, and the running ones are updated. Differentiable; x is kept for that, nothing
/// else of its size.
[[nodiscard]] at::Tensor norm_relu(const at::Tensor& x, const BatchNorm& norm, double momentum);

}  // namespace vbench::nn
