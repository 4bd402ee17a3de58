// What networks over clips are made of: sizes of 3D convolutions, BatchNorm, and both folded into one for evaluation. Used by the methods
// that classify videos.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "methods/nn/weights.hpp"

namespace vbench::nn {

/// Frames, height, width.
using Size3 = std::array<int64_t, 3>;

struct ConvShape {
  int64_t in = 1, out = 1;
  Size3 kernel{1, 1, 1}, stride{1, 1, 1}, padding{0, 0, 0};
  int64_t groups = 1;

  [[nodiscard]] Size3 output(const Size3& input) const;
};

/// @throws Error kInput unless x is [N, 3, T, H, W] with at least one of each. @param who  "SRTG network"
void check_clips(const at::Tensor& x, const char* who);

/// "16x112x112". @throws Error kUsage for anything but three numbers. @param setting  that holds the text
[[nodiscard]] Size3 parse_clip_size(const std::string& text, const char* setting);

/// In which means are taken: float32, or double if x is double.
[[nodiscard]] inline at::ScalarType wide_type(const at::Tensor& x) { return x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

inline constexpr double kNormEpsilon = 1e-5;

struct BatchNorm {
  at::Tensor weight, bias, mean, variance;  ///< [C]
  at::Tensor batches;                       ///< int64 scalar: training batches seen

  BatchNorm() = default;
  BatchNorm(int64_t channels, const at::Device& device);
  /// @param training  by the batch's statistics, running ones updated with `momentum`
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, bool training, double momentum) const;
  /// Counts a training batch. @throws Error kUsage if x has one value a channel: its variance would be 0 / 0, and stay in the running one
  void count(const at::Tensor& x) const;
  void collect(const std::string& prefix, Weights& weights) const;
};

/// A convolution with the BatchNorm behind it, as one convolution.
struct Folded {
  at::Tensor weight, bias;
};
/// @param bias  of the convolution; undefined: none   @return float64
[[nodiscard]] Folded fold(const at::Tensor& weight, const at::Tensor& bias, const BatchNorm& norm);

/// oneDNN computes in its own blocked layouts there; it has no double.
[[nodiscard]] bool takes_blocked(at::ScalarType type, const at::Device& device);
[[nodiscard]] at::Tensor blocked_weight(const at::Tensor& weight, const ConvShape& shape);
/// @param folded  its weight plain or blocked   @param x  blocked if the weight is
[[nodiscard]] at::Tensor convolve(const at::Tensor& x, const Folded& folded, const ConvShape& shape);

/// The element type in which convolutions are computed under the autocast in force. CPUs have 16-bit products that beat float32 only in
/// their matrix units (AMX): without those bfloat16 autocast gets float32.
[[nodiscard]] at::ScalarType evaluation_type(const at::Tensor& clips);

}  // namespace vbench::nn
