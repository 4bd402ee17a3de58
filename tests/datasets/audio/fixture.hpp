// Small sounds that tests read: tones, clicks, and files of uncompressed samples.
#pragma once

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "datasets/audio/audio_track.hpp"
#include "datasets/audio/media_file.hpp"
#include "datasets/video/av_writer.hpp"
#include "harness/core/files.hpp"
#include "harness/core/random.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench::test {

/// Two tones and a little noise.
inline std::vector<int16_t> tones(int64_t samples, int64_t rate, double amplitude = 6000) {
  RandomStream random(7, "noise of tests");
  std::vector<int16_t> made;
  for (int64_t i = 0; i < samples; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(rate), turn = 2 * 3.14159265358979;
    const double value = std::sin(turn * 440 * t) + 0.5 * std::sin(turn * 1710 * t) + 0.01 * random.normal();
    made.push_back(static_cast<int16_t>(std::lround(amplitude * value)));
  }
  return made;
}

inline std::string little_endian(uint64_t number, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(number >> (8 * i) & 0xFF);
  return text;
}

/// A WAV file. @param samples  of several channels in turn
inline std::string wav(const std::vector<int16_t>& samples, uint32_t rate, uint16_t channels = 1) {
  const std::string data(reinterpret_cast<const char*>(samples.data()), 2 * samples.size());
  const uint64_t frame = uint64_t{2} * channels;
  const std::string format = little_endian(1, 2) + little_endian(channels, 2) + little_endian(rate, 4) + little_endian(rate * frame, 4) +
                             little_endian(frame, 2) + little_endian(16, 2);
  return "RIFF" + little_endian(36 + data.size(), 4) + "WAVEfmt " + little_endian(16, 4) + format + "data" + little_endian(data.size(), 4) +
         data;
}

/// Pictures of so many frames.
inline std::vector<cv::Mat> pictures(int64_t count) {
  std::vector<cv::Mat> frames;
  for (int64_t i = 0; i < count; ++i) frames.push_back(picture(i));
  return frames;
}

/// The range of a track, as decode_segment() should give it.
inline std::vector<int16_t> part(const std::vector<int16_t>& samples, int64_t first, int64_t count) {
  return {samples.begin() + first, samples.begin() + first + count};
}

/// Some bytes changed; every third round also cut short.
inline std::string damaged(const std::string& whole, int round, RandomStream& random) {
  std::string bytes = whole.substr(0, round % 3 == 0 ? random.below(whole.size()) : whole.size());
  for (int i = 0; i < 20 && !bytes.empty(); ++i) bytes[random.below(bytes.size())] = static_cast<char>(random());
  return bytes;
}

/// Reads a file that may be anything: the only exception is an Error that names it. @return whether it holds a track
inline bool holds_track(const std::filesystem::path& file) {
  try {
    (void)audio::probe(file);
    EXPECT_GT(audio::decode_audio(file, 24000).samples.size(), 0U);
    return true;
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
    EXPECT_EQ(error.where(), file.string()) << error.what();
    return false;
  }
}

/// Root of the mean squared difference over the samples that both have.
inline double rms_difference(const std::vector<int16_t>& a, const std::vector<int16_t>& b) {
  const size_t count = std::min(a.size(), b.size());
  double sum = 0;
  for (size_t i = 0; i < count; ++i) sum += std::pow(static_cast<double>(a[i]) - b[i], 2);
  return std::sqrt(sum / static_cast<double>(count));
}

}  // namespace vbench::test
