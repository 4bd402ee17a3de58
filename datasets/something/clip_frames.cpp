#include "datasets/something/clip_frames.hpp"

#include <algorithm>
#include <cmath>

namespace vbench::something {

int64_t necessary_frames(const ClipRule& rule, int64_t video_frames) {
  return rule.clips < 0 ? video_frames : rule.frames * rule.clips * rule.step;
}

int64_t possible_offsets(const ClipRule& rule, int64_t video_frames) {
  return std::max<int64_t>(1, video_frames - necessary_frames(rule, video_frames));
}

std::vector<int64_t> clip_frames(const ClipRule& rule, int64_t video_frames, int64_t offset) {
  std::vector<int64_t> indices;
  const int64_t end = std::min(video_frames, offset + necessary_frames(rule, video_frames));
  for (int64_t index = offset; index < end; index += rule.step) indices.push_back(index);
  const auto wanted = static_cast<size_t>(std::max<int64_t>(0, rule.frames * rule.clips));
  if (indices.size() < wanted) indices.resize(wanted, indices.back());
  return indices;
}

std::vector<int64_t> resampled_frames(int64_t video_frames, double rate, double new_rate) {
  constexpr double kRounding = 1e-6;  // 49 frames at 12 a second are 49 again at 12
  const double stretch = rate / new_rate;
  const auto count = std::max<int64_t>(1, static_cast<int64_t>(static_cast<double>(video_frames) / stretch + kRounding));
  std::vector<int64_t> indices(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    const auto nearest = static_cast<int64_t>(std::floor(static_cast<double>(i) * stretch + 0.5 + kRounding));
    indices[static_cast<size_t>(i)] = std::min(nearest, video_frames - 1);
  }
  return indices;
}

}  // namespace vbench::something
