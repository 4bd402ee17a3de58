// What stand-in videos with sound show: five kinds of pictures that textures and motion tell apart. Used by sight_and_sound.cpp and tests.
#pragma once

#include <cstdint>
#include <opencv2/core.hpp>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::synthetic {

/// Bars lie or stand; discs rise, or pulse where they are; rings spread. A single picture does not tell rising discs from pulsing ones.
/// Each stays itself in a mirror.
enum class Sight : uint8_t { kFlatBars, kUprightBars, kPulsingDiscs, kRisingDiscs, kRings };
inline constexpr int64_t kSights = 5;

/// Pictures of a video. Colours of figure and ground, which of them is brighter, places, sizes, speeds, spots and noise are drawn alike for
/// all kinds.
/// @param side  height in pixels, even; the width is the nearest even number to 4/3 of it
/// @return      CV_8UC3, blue, green, red
[[nodiscard]] std::vector<cv::Mat> draw_sight(Sight sight, int64_t frames, double frames_per_second, int64_t side, RandomStream& random);

}  // namespace vbench::synthetic
