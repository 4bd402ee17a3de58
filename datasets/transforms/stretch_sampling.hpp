// Stretches of a video in time, and the frames within them, as SlowFast's and SeLaVi's loaders take them. Used by the datasets of videos
// with sound.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::video {

/// Places of frames, in frames of the video from 0; fractions are allowed. `end` may lie behind the video's last frame.
struct Stretch {
  double start = 0;
  double end = 0;
};

/// Frames of the video that a clip goes through. @param frames, step  of the clip, at the rate `target_rate`
[[nodiscard]] double stretch_length(int64_t frames, int64_t step, double target_rate, double video_rate);

/// Anywhere; a video that is not longer than the stretch starts at 0.
[[nodiscard]] Stretch random_stretch(double video_frames, double length, RandomStream& random);
/// The one of number `index` among `count` that are spread over the video; 500 of 1000 is the middle one.
[[nodiscard]] Stretch fixed_stretch(double video_frames, double length, int64_t index, int64_t count);

/// Evenly spread over the stretch, first and last frame included; fractions are cut and what lies outside the video is moved to its ends.
/// @return `samples` indices, ascending, each in [0, video_frames)
[[nodiscard]] std::vector<int64_t> frames_of_stretch(const Stretch& stretch, int64_t samples, int64_t video_frames);

}  // namespace vbench::video
