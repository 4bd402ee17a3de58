// Images become the tensor a network reads, and clips of another length or size are interpolated. Used by the clip pipeline.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

namespace vbench::video {

/// Frames, height and width of the clips that a network gets.
struct ClipSize {
  int64_t frames = 16;
  int64_t height = 224;
  int64_t width = 224;
  bool operator==(const ClipSize&) const = default;
};

/// (v / 255 - mean) / deviation, a number a channel in the order of the channels.
struct Normalisation {
  std::array<double, 3> mean{124.0 / 255, 117.0 / 255, 104.0 / 255};
  std::array<double, 3> deviation{1 / (0.0167 * 255), 1 / (0.0167 * 255), 1 / (0.0167 * 255)};
};

/// @param frames  T 8-bit images of three channels and one size H x W
/// @return        [3, T, H, W] float32, contiguous
/// @throws Error  kInput without frames, or with a frame of another kind or size (the message says which)
[[nodiscard]] at::Tensor clip_tensor(const std::vector<cv::Mat>& frames, const Normalisation& normalisation);

/// @throws Error  as clip_tensor
void check_frames(const std::vector<cv::Mat>& frames);

/// Trilinear, pixels and frames as areas; the clip itself if it has that size.
/// @param clip  [C, T, H, W] floating point
[[nodiscard]] at::Tensor interpolate_clip(const at::Tensor& clip, const ClipSize& size);

}  // namespace vbench::video
