// Features for real annotations: the official segments and sentences with real word vectors and generated frames. Used by `vbench data
// synth`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/core/registry.hpp"

namespace vbench {
class Settings;
}

namespace vbench::synthetic {

/// How features are made. Noise is relative to the root mean square of a sentence's mean word vector.
struct RealAnnotationOptions {
  uint64_t seed = 1;
  int64_t max_videos = 0;  ///< of a split, the first in key order; 0: all
  int64_t video_width = 512;
  int64_t text_width = 300;  ///< wider than the word vectors: zeros behind; narrower: a random projection
  std::string video_features;
  std::string text_features =
      "transformers_bert-base-uncased_-2,-1";  ///< as the official text file is called, so that the same loader finds it
  double fps = 0.25;                           ///< feature frames a second
  int64_t max_frames = 256;                    ///< of a video; longer videos get fewer frames a second
  double clip_noise = 0.5;                     ///< one draw a segment
  double frame_noise = 0.5;                    ///< in every feature value

  void bind(Settings& settings);
};

[[nodiscard]] RealAnnotationOptions youcook2_annotations();
[[nodiscard]] RealAnnotationOptions activitynet_annotations();

/// @param dataset      "youcook2" or "activitynet"
/// @param annotations  folder of the official annotation files
/// @param vectors      word vectors in GloVe's text format
/// @throws Error kInput for bad files and folders that hold other data
DataReport write_real_annotation_features(const std::filesystem::path& folder, const std::string& dataset,
                                          const std::filesystem::path& annotations, const std::filesystem::path& vectors,
                                          const RealAnnotationOptions& options);

}  // namespace vbench::synthetic
