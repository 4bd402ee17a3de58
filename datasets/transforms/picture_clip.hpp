// Settings of the pictures that SlowFast's and SeLaVi's loaders make a clip of, and the random view that training has of them. Used by the
// datasets that sample by stretches.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "datasets/transforms/scaled_crop.hpp"
#include "harness/core/random.hpp"

namespace vbench {
class Settings;
}

namespace vbench::video {

/// The pictures of a clip.
struct PictureOptions {
  int64_t frames = 30;
  int64_t fps = 30;    ///< at which the frames are taken, whatever the video has
  int64_t step = 1;    ///< frames at that rate from one to the next
  int64_t crop = 112;  ///< side of the square, pixels
  bool colour_jitter = false;
  bool grey = false;  ///< training: grey with probability 0.2

  void bind(Settings& settings, int64_t largest_crop = 320);  ///< names them "picture.frames", ...
  /// Frames of a video of so many a second that a clip goes through.
  [[nodiscard]] double length_in(double video_rate) const;
};

/// Crop, flip and colours at random. Takes the same numbers from the stream whatever is switched on.
/// @param frames  CV_8UC3, blue, green, red   @return [3, frames, crop, crop] float32
[[nodiscard]] at::Tensor random_clip(const std::vector<cv::Mat>& frames, const PictureOptions& options, const ShorterSides& sides,
                                     RandomStream& random);

}  // namespace vbench::video
