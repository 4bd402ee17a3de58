// Clips as SlowFast's and SeLaVi's networks see them: frames resized in floating point, a square cut out, mirrored. Used by the datasets of
// videos with sound.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "datasets/transforms/geometry.hpp"
#include "harness/core/random.hpp"

namespace vbench::video {

/// A square of frames that have been resized.
struct ScaledCrop {
  ImageSize scaled;       ///< of the frames before the crop
  int64_t y = 0, x = 0;   ///< of the square's upper left corner
  int64_t side = 112;     ///< of the square, pixels
  bool mirrored = false;  ///< afterwards: left becomes right
};

/// Which of three squares along the longer side.
enum class CropPlace { kFirst, kCentre, kLast };

/// Lengths of the shorter side that training draws from.
struct ShorterSides {
  double low = 128, high = 160;
};
/// 128 to 160 for crops of 112 and 128, 256 to 320 for larger ones. Smaller crops are ours: as much of the picture as a crop of 112 shows.
[[nodiscard]] ShorterSides published_sides(int64_t crop);

/// Size after the shorter side became `shorter`; the longer one loses its fraction. Frames of that shorter side keep their size.
[[nodiscard]] ImageSize floored_shorter_side(const ImageSize& size, int64_t shorter);

/// Frames whose shorter side became the crop's, and a square at one of three places; the centre is rounded up.
[[nodiscard]] ScaledCrop fixed_crop(const ImageSize& size, int64_t side, CropPlace place);

/// Size, place and flip at random.
/// @throws Error kUsage if frames of such a shorter side do not hold the crop
[[nodiscard]] ScaledCrop random_crop(const ImageSize& size, const ShorterSides& sides, int64_t side, RandomStream& random);

/// Bilinear without corners aligned, as at::upsample_bilinear2d() does, but of the square alone; (v / 255 - 0.45) / 0.225.
/// @param frames  T images CV_8UC3, blue, green, red, all of one size
/// @return        [3, T, side, side] float32; channels are red, green, blue
/// @throws Error  kInput without frames, or with frames that differ in size or kind
[[nodiscard]] at::Tensor cut_clip(const std::vector<cv::Mat>& frames, const ScaledCrop& crop);

}  // namespace vbench::video
