// What stand-in videos with sound let hear: five kinds of sound that timbre, rhythm and melody tell apart. Used by sight_and_sound.cpp and
// tests.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::synthetic {

/// A rhythm of clicks; a low hum of many overtones; tones that sweep upward again and again; a quick change between two tones; a high
/// steady whistle. Every stretch of half a second tells.
enum class Voice : uint8_t { kClicks, kHum, kSweeps, kTrill, kWhistle };
inline constexpr int64_t kVoices = 5;

/// Sound of a video. Loudness and the noise behind it, which is as loud as the sound in part of the spectrum, are drawn alike for all
/// kinds.
[[nodiscard]] std::vector<int16_t> make_voice(Voice voice, int64_t sample_rate, int64_t samples, RandomStream& random);

}  // namespace vbench::synthetic
