#include "datasets/transforms/stretch_sampling.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>

#include "harness/core/error.hpp"

namespace vbench::video {

double stretch_length(int64_t frames, int64_t step, double target_rate, double video_rate) {
  return static_cast<double>(frames * step) / target_rate * video_rate;
}

Stretch random_stretch(double video_frames, double length, RandomStream& random) {
  const double start = random.uniform(0, 1) * std::max(video_frames - length, 0.0);
  return {start, start + length - 1};
}

Stretch fixed_stretch(double video_frames, double length, int64_t index, int64_t count) {
  const double room = std::max(video_frames - length, 0.0);
  const auto start = static_cast<double>(static_cast<int64_t>(room * static_cast<double>(index) / static_cast<double>(count)));
  return {start, start + length - 1};
}

std::vector<int64_t> frames_of_stretch(const Stretch& stretch, int64_t samples, int64_t video_frames) {
  if (samples < 1 || video_frames < 1)
    throw Error(ErrorKind::kInternal, fmt::format("{} frames of a video of {}", samples, video_frames), "frames_of_stretch");
  // LibTorch's own spacing in single precision: another one would cut to other frames now and then.
  const auto places = at::linspace(stretch.start, stretch.end, samples, at::kFloat);
  std::vector<int64_t> indices;
  indices.reserve(static_cast<size_t>(samples));
  for (int64_t i = 0; i < samples; ++i) {
    const float place = std::clamp(places.data_ptr<float>()[i], 0.0F, static_cast<float>(video_frames - 1));
    indices.push_back(static_cast<int64_t>(place));
  }
  return indices;
}

}  // namespace vbench::video
