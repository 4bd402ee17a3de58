#include "datasets/audio/audio_track.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/audio/sound_decoder.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio {
namespace fs = std::filesystem;
namespace {

/// Where a stretch starts if the track is long enough.
int64_t wanted_start(int64_t sample_rate, double start_seconds) {
  if (!(start_seconds >= 0)) throw usage_error(fmt::format("sound cannot start at {} s", start_seconds));
  return static_cast<int64_t>(std::nearbyint(std::min<double>(start_seconds, kLongestSeconds) * static_cast<double>(sample_rate)));
}

/// Hands on every sample of the file, and sees to it that there are some and not too many. @return their number
int64_t for_each_piece(const fs::path& path, int64_t sample_rate, const TakeSamples& take) {
  constexpr int64_t kLowest = 1000, kHighest = 192'000;
  if (sample_rate < kLowest || sample_rate > kHighest)
    throw usage_error(fmt::format("sound cannot have {} samples a second", sample_rate), "",
                      fmt::format("{} to {} can", kLowest, kHighest));
  MediaFile file(path);
  int64_t total = 0;
  SoundDecoder(file, sample_rate).run([&](std::span<const int16_t> piece) {
    total += static_cast<int64_t>(piece.size());
    if (total > kLongestSeconds * sample_rate)
      throw input_error(fmt::format("its sound lasts longer than {} hours", kLongestSeconds / 3600), file.name());
    return take(piece);
  });
  if (total == 0) throw input_error("holds no sound that can be decoded", file.name(), "it may be cut short");
  return total;
}

}  // namespace

AudioTrack decode_audio(const fs::path& path, int64_t sample_rate) {
  AudioTrack track{sample_rate, {}};
  for_each_piece(path, sample_rate, [&](std::span<const int16_t> piece) {
    track.samples.insert(track.samples.end(), piece.begin(), piece.end());
    return true;
  });
  return track;
}

AudioTrack decode_segment(const fs::path& path, int64_t sample_rate, double start_seconds, int64_t seconds) {
  if (seconds < 1 || seconds > kLongestSeconds) throw usage_error(fmt::format("{} s of sound cannot be read", seconds));
  const int64_t count = seconds * sample_rate, first = wanted_start(sample_rate, start_seconds);
  AudioTrack kept{sample_rate, {}};
  int64_t dropped = 0;  // samples before those that are kept
  const int64_t total = for_each_piece(path, sample_rate, [&](std::span<const int16_t> piece) {
    auto& samples = kept.samples;
    samples.insert(samples.end(), piece.begin(), piece.end());
    const int64_t end = dropped + static_cast<int64_t>(samples.size());
    // What may still be wanted: the stretch, or the last one if the track ends before it.
    const int64_t useless = std::min(first, end - count) - dropped;
    if (useless > count) {  // seldom, since the rest moves
      samples.erase(samples.begin(), samples.begin() + useless);
      dropped += useless;
    }
    return end < first + count;
  });
  const int64_t start = segment_start(total, sample_rate, start_seconds, count, printable(path.string())) - dropped;
  kept.samples.erase(kept.samples.begin() + start + count, kept.samples.end());
  kept.samples.erase(kept.samples.begin(), kept.samples.begin() + start);
  return kept;
}

int64_t segment_start(int64_t track_samples, int64_t sample_rate, double start_seconds, int64_t count, const std::string& where) {
  const int64_t first = wanted_start(sample_rate, start_seconds);
  if (track_samples < count) {
    const auto seconds = [&](int64_t samples) { return static_cast<double>(samples) / static_cast<double>(sample_rate); };
    throw input_error(fmt::format("its sound lasts {:.3f} s, {:g} s are needed", seconds(track_samples), seconds(count)), where,
                      "leave the video out");
  }
  return std::min(first, track_samples - count);
}

bool is_silent(std::span<const int16_t> samples) {
  return std::all_of(samples.begin(), samples.end(), [](int16_t sample) { return sample >= -1 && sample <= 1; });
}

}  // namespace vbench::audio
