// Which frames of a video make a clip, and which of those the network sees. Used by the video-text datasets.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::video_text {

/// Frames [start, start + count).
struct FrameRange {
  int64_t start = 0;
  int64_t count = 0;
  bool operator==(const FrameRange&) const = default;
};

struct SegmentRule {
  int64_t add_stop_frame = 0;   ///< frames added behind the end
  int64_t expand_segments = 0;  ///< shorter clips grow to this many frames, alternately to the left and to the right; 0: off
};

/// The frames of a segment given in seconds: floor of its start, ceiling of its end plus `add_stop_frame`, clamped to the video, then
/// expanded. Nothing where no frame is left after clamping (an annotation behind the video's end).
[[nodiscard]] std::optional<FrameRange> segment_frames(double start_seconds, double stop_seconds, double duration_seconds,
                                                       int64_t video_frames, const SegmentRule& rule);

/// Grows a range to `least` frames within the video, one frame to the left, one to the right, and so on; what one side lacks the other
/// gives.
[[nodiscard]] FrameRange expand_range(FrameRange range, int64_t least, int64_t video_frames);

/// `target` of `frames` indices, equally spaced, each in the middle of its interval; all of them if target >= frames.
[[nodiscard]] std::vector<int64_t> evaluation_indices(int64_t frames, int64_t target);

/// The same with random places: one index in each of `target` intervals whose lengths are those of the equal division, shuffled. Sorted.
[[nodiscard]] std::vector<int64_t> training_indices(int64_t frames, int64_t target, RandomStream& random);

/// First frames of the intervals that training_indices draws from, and `frames` behind the last: target + 1 numbers.
[[nodiscard]] std::vector<int64_t> training_intervals(int64_t frames, int64_t target, RandomStream& random);

}  // namespace vbench::video_text
