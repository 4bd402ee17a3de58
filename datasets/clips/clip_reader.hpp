// From a video's place on disk to the clips a network reads: opens, samples, decodes, augments. Used by ClipData.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/clips/counted_media.hpp"
#include "datasets/clips/options.hpp"
#include "harness/core/random.hpp"

namespace vbench::clips {

/// Safe on several threads.
class ClipReader {
 public:
  /// @throws Error kUsage for options that describe no clip
  ClipReader(const Options& options, std::shared_ptr<const Media> media, size_t items);

  /// @param index  of the item: the number of its frames is remembered
  /// @return  [1, 3, T, H, W] float32. @throws Error kInput if the video cannot be read
  [[nodiscard]] at::Tensor train(size_t index, const ClipItem& item, RandomStream& random, const video::ClipSize& size) const;
  /// [V, 3, T, H, W] float32.
  [[nodiscard]] at::Tensor evaluate(size_t index, const ClipItem& item) const;

 private:
  [[nodiscard]] std::vector<int64_t> draw_frames(int64_t video_frames, int64_t clip_frames, RandomStream& random) const;

  Options options_;
  CountedMedia media_;
  video::ClipPipeline pipeline_;
  std::map<int64_t, video::RandomSampler> samplers_;  ///< by length of the clip, as multigrid's cycles ask for them
};

}  // namespace vbench::clips
