// The sound of a video file as mono samples of 16 bits, at any rate. Used by the datasets that train on sound.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace vbench::audio {

/// Mono sound.
struct AudioTrack {
  int64_t sample_rate = 0;
  std::vector<int16_t> samples;

  [[nodiscard]] double seconds() const { return static_cast<double>(samples.size()) / static_cast<double>(sample_rate); }
};

/// Tracks that go on for longer are refused: no file of a dataset does, a damaged or hostile one might.
inline constexpr int64_t kLongestSeconds = int64_t{3} * 3600;

/// The whole track: the samples of `ffmpeg -i path -ac 1 -ar sample_rate -f s16le`. Sound begins with the first sample that the file shows
/// (delays of encoders and edit lists are applied); silence is not put in where a track starts late or has gaps. Packets that cannot be
/// decoded are passed over; of a file that was cut short, what is left is given.
/// @throws Error kInput, naming the file: cannot be opened, has no sound, no sound that can be decoded, channels of unknown order, a rate
///   outside 1..768 kHz, longer than kLongestSeconds; kUsage for sample_rate outside 1..192 kHz
[[nodiscard]] AudioTrack decode_audio(const std::filesystem::path& path, int64_t sample_rate);

/// `seconds` of sound from start_seconds on: exactly what segment_start() cuts out of the whole track. Decodes no further than needed, in
/// memory of the size of the stretch.
/// @throws Error kInput as decode_audio(), and if the track is shorter than that; kUsage for times that cannot be
[[nodiscard]] AudioTrack decode_segment(const std::filesystem::path& path, int64_t sample_rate, double start_seconds, int64_t seconds);

/// The first sample of a stretch of `count`: round(start_seconds * rate), halves to even; a stretch that would go past the end is the last
/// one.
/// @throws Error kInput if the track is shorter than the stretch, naming `where`; kUsage for a start that is negative or no number
[[nodiscard]] int64_t segment_start(int64_t track_samples, int64_t sample_rate, double start_seconds, int64_t count,
                                    const std::string& where);

/// Digital silence: no sample is further from 0 than the rounding of a decoder.
[[nodiscard]] bool is_silent(std::span<const int16_t> samples);

}  // namespace vbench::audio
