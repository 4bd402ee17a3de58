#include "datasets/video_text/frame_sampling.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace vbench::video_text {
namespace {

std::vector<int64_t> all_indices(int64_t frames) {
  std::vector<int64_t> indices(static_cast<size_t>(frames));
  std::iota(indices.begin(), indices.end(), int64_t{0});
  return indices;
}

/// A frame position as an index; times far outside the video must not overflow.
int64_t to_index(double position, int64_t video_frames) {
  return static_cast<int64_t>(std::clamp(position, -1.0, static_cast<double>(video_frames) + 1.0));
}

}  // namespace

std::optional<FrameRange> segment_frames(double start_seconds, double stop_seconds, double duration_seconds, int64_t video_frames,
                                         const SegmentRule& rule) {
  const double frames_per_second = static_cast<double>(video_frames) / duration_seconds;
  const double stop_position = std::ceil(frames_per_second * stop_seconds) + static_cast<double>(rule.add_stop_frame);
  const int64_t start = std::max<int64_t>(0, to_index(std::floor(frames_per_second * start_seconds), video_frames));
  const int64_t stop = std::min(video_frames, to_index(stop_position, video_frames));
  if (stop <= start) return std::nullopt;
  return expand_range({start, stop - start}, rule.expand_segments, video_frames);
}

FrameRange expand_range(FrameRange range, int64_t least, int64_t video_frames) {
  const int64_t missing = std::min(least, video_frames) - range.count;
  if (missing <= 0) return range;
  const int64_t room_left = range.start;
  const int64_t room_right = video_frames - range.start - range.count;
  int64_t left = std::min(room_left, (missing + 1) / 2);  // the left side moves first
  const int64_t right = std::min(room_right, missing - left);
  left = missing - right;
  return {range.start - left, range.count + missing};
}

std::vector<int64_t> evaluation_indices(int64_t frames, int64_t target) {
  if (target >= frames) return all_indices(frames);
  // Where the middle falls on a whole number, double precision decides about the frame: keep this order of operations, it is the published
  // one.
  const double step = static_cast<double>(frames) / static_cast<double>(target);
  std::vector<int64_t> indices(static_cast<size_t>(target));
  for (int64_t i = 0; i < target; ++i)
    indices[static_cast<size_t>(i)] = static_cast<int64_t>(std::floor(static_cast<double>(i) * step + step / 2));
  return indices;
}

std::vector<int64_t> training_intervals(int64_t frames, int64_t target, RandomStream& random) {
  std::vector<int64_t> bounds(static_cast<size_t>(target) + 1, frames);
  const double step = static_cast<double>(frames) / static_cast<double>(target);
  for (int64_t i = 0; i < target; ++i)
    bounds[static_cast<size_t>(i)] = static_cast<int64_t>(std::ceil(static_cast<double>(i) * step - 0.5));
  std::vector<int64_t> gaps(static_cast<size_t>(target));
  for (size_t i = 0; i < gaps.size(); ++i) gaps[i] = bounds[i + 1] - bounds[i];
  random.shuffle(std::span(gaps));
  for (size_t i = 0; i < gaps.size(); ++i) bounds[i + 1] = bounds[i] + gaps[i];
  return bounds;
}

std::vector<int64_t> training_indices(int64_t frames, int64_t target, RandomStream& random) {
  if (target >= frames) return all_indices(frames);
  const std::vector<int64_t> bounds = training_intervals(frames, target, random);
  std::vector<int64_t> indices(static_cast<size_t>(target));
  for (size_t i = 0; i < indices.size(); ++i) {
    indices[i] = bounds[i] + static_cast<int64_t>(random.below(static_cast<uint64_t>(bounds[i + 1] - bounds[i])));
  }
  return indices;
}

}  // namespace vbench::video_text
