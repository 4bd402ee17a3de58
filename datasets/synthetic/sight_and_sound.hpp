// Stand-in videos whose classes are pairs of what is seen and what is heard: some differ in one of them alone. Used wherever official
// videos with sound are missing and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/audio_visual/options.hpp"
#include "datasets/synthetic/sight.hpp"
#include "datasets/synthetic/voice.hpp"

namespace vbench::synthetic {

struct PairedClass {
  std::string name;
  Sight sight;
  Voice voice;
};

/// Eight, sorted by name. Three pairs of them share their sight and three their voice, so that whoever only sees, or only hears, tells five
/// groups apart: at best an accuracy of 5/8 and an NMI of 0.857. Both together tell all.
[[nodiscard]] const std::vector<PairedClass>& paired_classes();

/// The number of a class's first validation video: however many training videos there are, it stays the same video.
inline constexpr int64_t kFirstValidationVideo = int64_t{1} << 32;

/// Pictures and sound of a video of a class, which depend on (seed, class, number) and the options only.
struct SightAndSound {
  std::vector<cv::Mat> pictures;
  std::vector<int16_t> sound;  ///< mono, kSoundRate samples a second
};
inline constexpr int64_t kSoundRate = 24000;
[[nodiscard]] SightAndSound make_sight_and_sound(size_t paired_class, int64_t number, const audio_visual::StandinOptions& options,
                                                 uint64_t seed);

/// Writes {train,val}/<class>/<split>_<number>.mp4 (MPEG-4, AAC). Same options and seed, same files. Videos are written in parallel.
/// @throws Error kInput if the folder cannot be written, kUsage for options that describe no video
void write_sight_and_sound(const std::filesystem::path& folder, const audio_visual::StandinOptions& options, uint64_t seed);

}  // namespace vbench::synthetic
