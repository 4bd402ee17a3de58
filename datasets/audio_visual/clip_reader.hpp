// From a video file to what a network sees and hears of the same second. Used by AudioVisualData.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <opencv2/core.hpp>
#include <vector>

#include "datasets/audio/segment.hpp"
#include "datasets/audio_visual/options.hpp"
#include "datasets/transforms/scaled_crop.hpp"
#include "harness/core/random.hpp"

namespace vbench::audio_visual {

struct SeenAndHeard {
  at::Tensor clip;         ///< [3, T, S, S] float32
  at::Tensor spectrogram;  ///< [1, F, frames] float32
};

/// Holds no state between calls: one object serves any number of threads.
class ClipReader {
 public:
  /// @throws Error kUsage for options that describe no clip
  ClipReader(const PictureOptions& pictures, const SoundOptions& sound);

  /// A random second, crop and flip. Takes the same numbers from the stream whatever is switched on.
  /// @throws Error kInput if picture or sound cannot be read
  [[nodiscard]] SeenAndHeard train(const std::filesystem::path& file, RandomStream& random) const;
  /// The second in the middle and the square in the centre.
  [[nodiscard]] SeenAndHeard evaluate(const std::filesystem::path& file) const;
  /// Of the same second and square, `count` pictures for people: evenly spread, without sound. CV_8UC3.
  [[nodiscard]] std::vector<cv::Mat> look(const std::filesystem::path& file, int64_t count, int64_t side) const;

 private:
  PictureOptions pictures_;
  audio::SegmentReader sound_;
};

}  // namespace vbench::audio_visual
