#include "datasets/synthetic/sight_and_sound.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <cmath>
#include <fstream>

#include "datasets/location/generated_folder.hpp"
#include "datasets/video/av_writer.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::synthetic {
namespace fs = std::filesystem;
namespace {

struct Video {
  size_t paired_class;
  int64_t number;
  fs::path place;  // below the folder
};

std::vector<Video> plan(const std::string& split, int64_t first_number, int64_t videos) {
  std::vector<Video> all;
  for (size_t index = 0; index < paired_classes().size(); ++index) {
    for (int64_t i = 0; i < videos; ++i) {
      all.push_back({index, first_number + i, fs::path(split) / paired_classes()[index].name / fmt::format("{}_{:05d}.mp4", split, i)});
    }
  }
  return all;
}

void check(const audio_visual::StandinOptions& options) {
  const auto require = [](bool holds, const std::string& option, const std::string& hint) {
    if (!holds) throw usage_error("no videos can be made of this", "standin." + option, hint);
  };
  require(options.train_videos >= 1 && options.train_videos <= 10000, "train_videos", "1 to 10000");
  require(options.val_videos >= 1 && options.val_videos <= 10000, "val_videos", "1 to 10000");
  require(options.seconds >= 1.2 && options.seconds <= 60, "seconds", "1.2 to 60: shorter ones are left out");
  // Codecs store colours at half the size: an odd side would be cut.
  require(options.side >= 24 && options.side <= 1080 && options.side % 2 == 0, "side", "an even number from 24 to 1080");
  require(options.fps >= 4 && options.fps <= 60, "fps", "4 to 60");
}

/// Not synced: one call for all files does that.
void write_quickly(const fs::path& file, const std::string& bytes) {
  std::ofstream stream(file, std::ios::binary);
  stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  stream.close();
  if (!stream) throw input_error("cannot be written", printable(file.string()), "the disk may be full");
}

}  // namespace

const std::vector<PairedClass>& paired_classes() {
  static const std::vector<PairedClass> classes{{"flat_bars_clicking", Sight::kFlatBars, Voice::kClicks},
                                                {"flat_bars_humming", Sight::kFlatBars, Voice::kHum},
                                                {"pulsing_discs_sweeping", Sight::kPulsingDiscs, Voice::kSweeps},
                                                {"rings_trilling", Sight::kRings, Voice::kTrill},
                                                {"rings_whistling", Sight::kRings, Voice::kWhistle},
                                                {"rising_discs_sweeping", Sight::kRisingDiscs, Voice::kSweeps},
                                                {"upright_bars_clicking", Sight::kUprightBars, Voice::kClicks},
                                                {"upright_bars_humming", Sight::kUprightBars, Voice::kHum}};
  return classes;
}

SightAndSound make_sight_and_sound(size_t paired_class, int64_t number, const audio_visual::StandinOptions& options, uint64_t seed) {
  const PairedClass& made = paired_classes().at(paired_class);
  RandomStream sight(seed, "sight", paired_class, static_cast<uint64_t>(number));
  RandomStream voice(seed, "voice", paired_class, static_cast<uint64_t>(number));
  const auto rate = static_cast<double>(options.fps);
  const auto frames = static_cast<int64_t>(std::ceil(options.seconds * rate));
  const auto samples = static_cast<int64_t>(std::ceil(options.seconds * static_cast<double>(kSoundRate)));
  return {draw_sight(made.sight, frames, rate, options.side, sight), make_voice(made.voice, kSoundRate, samples, voice)};
}

void write_sight_and_sound(const fs::path& folder, const audio_visual::StandinOptions& options, uint64_t seed) {
  check(options);
  auto all = plan("train", 0, options.train_videos);
  const auto val = plan("val", kFirstValidationVideo, options.val_videos);
  all.insert(all.end(), val.begin(), val.end());
  for (const Video& video : all) {
    if (video.number == 0 || video.number == kFirstValidationVideo) make_folder((folder / video.place).parent_path());
  }
  at::parallel_for(0, static_cast<int64_t>(all.size()), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const Video& video = all[static_cast<size_t>(i)];
      const auto made = make_sight_and_sound(video.paired_class, video.number, options, seed);
      write_quickly(folder / video.place, video::encode_mp4(made.pictures, static_cast<int>(options.fps), {kSoundRate, 1, made.sound}));
    }
  });
  sync_file_system(folder);
}

}  // namespace vbench::synthetic
