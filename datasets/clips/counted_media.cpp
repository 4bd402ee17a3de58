#include "datasets/clips/counted_media.hpp"

#include <optional>

namespace vbench::clips {

CountedMedia::Opened CountedMedia::open(size_t index, const ClipItem& item) const {
  std::atomic<int64_t>& counted = frames_[index];
  const int64_t known = counted.load() > 0 ? counted.load() : item.frames;
  Opened opened;
  opened.source = media_->open(item.place, known > 0 ? std::optional(known) : std::nullopt);
  opened.frames = opened.source->frames();
  counted = opened.frames;
  return opened;
}

}  // namespace vbench::clips
