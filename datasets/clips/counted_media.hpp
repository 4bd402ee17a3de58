// The videos of a split, opened by place; how many frames each has is found out once. Used by the readers of clips.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "datasets/clips/media.hpp"

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
class CountedMedia {
 public:
  CountedMedia(std::shared_ptr<const Media> media, size_t items)
      : media_(std::move(media)), frames_(std::make_unique<std::atomic<int64_t>[]>(items)) {}

  struct Opened {
    std::shared_ptr<video::FrameSource> source;  ///< for one thread, see Media::open()
    int64_t frames = 0;
  };
  /// @param index  of the item   @throws Error kInput if the video cannot be opened
  [[nodiscard]] Opened open(size_t index, const ClipItem& item) const;

 private:
  std::shared_ptr<const Media> media_;
  std::unique_ptr<std::atomic<int64_t>[]> frames_;  ///< of the items; 0: not counted yet
};

}  // namespace vbench::clips
