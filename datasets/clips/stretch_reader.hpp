// From a video's place on disk to clips as SeLaVi's authors cut them: stretches of seconds, resized in floating point. Used by StretchData.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "datasets/clips/counted_media.hpp"
#include "datasets/clips/stretch_options.hpp"
#include "harness/core/random.hpp"

namespace vbench::clips {

/// Safe on several threads. A video that is shorter than a clip shows its last frame until the clip's end, as published.
class StretchReader {
 public:
  /// @throws Error kUsage for options that describe no clip
  StretchReader(const StretchOptions& options, std::shared_ptr<const Media> media, size_t items);

  /// @param index  of the item   @return [1, 3, T, S, S] float32. @throws Error kInput if the video cannot be read
  [[nodiscard]] at::Tensor train(size_t index, const ClipItem& item, RandomStream& random) const;
  /// [V, 3, T, S, S] float32: clips in the order of time, the squares of each side by side.
  [[nodiscard]] at::Tensor evaluate(size_t index, const ClipItem& item) const;

 private:
  [[nodiscard]] double rate_of(const video::FrameSource& source) const;

  StretchOptions options_;
  CountedMedia media_;
};

}  // namespace vbench::clips
