// Small trees of videos with sound whose pictures and sound tell the time, and a dataset on them.
#pragma once

#include <gmock/gmock.h>

#include <cstdlib>

#include "datasets/audio_visual/audio_visual_data.hpp"
#include "datasets/audio_visual/family.hpp"
#include "tests/datasets/audio/fixture.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
}

namespace vbench::test {
namespace fs = std::filesystem;

inline constexpr int64_t kRate = 24000;
inline constexpr double kFirstPitch = 1000, kPitchPerSecond = 1500;  // Hz
inline constexpr double kFirstGrey = 20, kGreyPerSecond = 50;

/// Pictures whose brightness grows with time.
inline std::vector<cv::Mat> brightening(double seconds, int fps) {
  std::vector<cv::Mat> frames;
  for (int i = 0; i < std::lround(seconds * fps); ++i) {
    frames.emplace_back(48, 64, CV_8UC3, cv::Scalar::all(std::min(kFirstGrey + kGreyPerSecond * i / fps, 255.0)));
  }
  return frames;
}

/// A tone whose pitch grows with time.
inline std::vector<int16_t> rising_tone(double seconds) {
  std::vector<int16_t> samples;
  double phase = 0;
  for (int64_t i = 0; i < std::llround(seconds * kRate); ++i) {
    samples.push_back(static_cast<int16_t>(std::lround(8000 * std::sin(phase))));
    phase += 2 * 3.14159265358979 * (kFirstPitch + kPitchPerSecond * static_cast<double>(i) / kRate) / kRate;
  }
  return samples;
}

/// Bytes of a video. @param sound  seconds; 0: none
inline std::string telling_video(double seconds, double sound, int fps = 16) {
  return video::encode_mp4(brightening(seconds, fps), fps, {kRate, 1, rising_tone(sound)});
}

/// <folder>/data/<dataset>/{train,val,test}/<class>/<video>.mp4.
class SmallTree {
 public:
  explicit SmallTree(const std::string& dataset = "ave") {
    ::setenv("VBENCH_CACHE", (folder_ / "cache").c_str(), 1);
    spec.dataset = dataset;
    spec.data_root = (folder_ / "data").string();
    spec.source = SourceChoice::kReal;
    spec.verbosity = -1;
    root = folder_.path() / "data" / dataset;
    options.picture.frames = 8;
    options.picture.fps = 8;
    options.picture.crop = 16;
    options.allow_missing = 0;
    options.most_videos = 0;
  }

  fs::path write(const std::string& place, const std::string& bytes) const {
    const fs::path path = root / place;
    fs::create_directories(path.parent_path());
    write_file_atomically(path, bytes);
    return path;
  }
  /// Usable videos.
  void write_usable(const std::vector<std::string>& places) const {
    static const std::string bytes = telling_video(1.5, 1.5);
    for (const auto& place : places) write(place, bytes);
  }

  [[nodiscard]] audio_visual::AudioVisualData open(Role role = Role::kTrain) const {
    return audio_visual::AudioVisualData::open(options, spec, role);
  }
  [[nodiscard]] std::string error(Role role = Role::kTrain) const {
    return error_of([&] { (void)open(role); });
  }
  [[nodiscard]] fs::path below(const std::string& name) const { return folder_ / name; }

 private:
  TemporaryFolder folder_;

 public:
  RunSpec spec;
  audio_visual::Options options;
  fs::path root;
};

inline audio_visual::Sample read(const audio_visual::AudioVisualData& data, int64_t index, uint64_t seed = 1) {
  RandomStream random(seed, "augment", 0, static_cast<uint64_t>(index));
  return data.read(index, random);
}

/// Other bytes in the file, but nothing that shows from outside.
inline void damage_secretly(const fs::path& file) {
  const auto time = fs::last_write_time(file);
  const auto bytes = fs::file_size(file);
  write_file_atomically(file, std::string(bytes, 'x'));
  fs::last_write_time(file, time);
}

}  // namespace vbench::test
