// From a video's place on disk to the clips a network reads: opens, samples, decodes, augments. Used by ClipData.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "datasets/clips/media.hpp"
#include "datasets/clips/options.hpp"
#include "harness/core/random.hpp"

namespace vbench::clips {

/// A video of a split.
struct ClipItem {
  std::string id;     ///< unique in the split, printable: "<label>/<video>"
  std::string key;    ///< the same with the bytes of the label file
  std::string place;  ///< for Media::open()
  int64_t label = 0;
  int64_t frames = 0;  ///< as the label file says; 0: it doesn't
};

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
  struct Opened {
    std::shared_ptr<video::FrameSource> source;
    int64_t frames = 0;
  };
  [[nodiscard]] Opened open(size_t index, const ClipItem& item) const;
  [[nodiscard]] std::vector<int64_t> draw_frames(int64_t video_frames, int64_t clip_frames, RandomStream& random) const;

  Options options_;
  std::shared_ptr<const Media> media_;
  video::ClipPipeline pipeline_;
  std::map<int64_t, video::RandomSampler> samplers_;  ///< by length of the clip, as multigrid's cycles ask for them
  std::unique_ptr<std::atomic<int64_t>[]> frames_;    ///< of the items; 0: not counted yet
};

}  // namespace vbench::clips
