#include "datasets/clips/stretch_options.hpp"

#include <fmt/format.h>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::clips {

void StretchOptions::bind(Settings& settings) {
  files.bind_files(settings);
  settings.number("data.frame_rate", frame_rate, "frames a second of videos stored as pictures, which do not say", {1, 1000});
  picture.bind(settings);
  settings.integer("picture.shortest", shortest,
                   "training: least length of the frames' shorter side; 0: 128, or 256 for crops but 112 and 128", {0, 4096});
  settings.integer("picture.longest", longest, "training: largest length of the frames' shorter side; 0: 160, or 320", {0, 4096});
  settings.integer("clips.train", train_clips, "clips of each video in an epoch", {1, 1000});
  settings.integer("clips.test", test_clips, "clips of each video in evaluation, evenly spread over it", {1, 1000});
  settings.choice("clips.crops", crops, "squares of each clip in evaluation; first: the left or upper one alone",
                  {{"1", CropCount::kCentre}, {"first", CropCount::kFirst}, {"3", CropCount::kThree}});
  files.standin.bind(settings);
}

video::ShorterSides StretchOptions::sides() const {
  auto sides = video::published_sides(picture.crop);
  if (shortest > 0) sides.low = static_cast<double>(shortest);
  if (longest > 0) sides.high = static_cast<double>(longest);
  return sides;
}

void StretchOptions::check() const {
  const auto [low, high] = sides();
  if (low < static_cast<double>(picture.crop))
    throw usage_error(fmt::format("frames of {} pixels hold no crop of {}", low, picture.crop), "--set picture.shortest",
                      "lower picture.crop, or raise picture.shortest");
  if (high < low)
    throw usage_error(fmt::format("lengths from {} to {}", low, high), "--set picture.longest", "give one that is not below the shortest");
}

StretchOptions stretch_options_of(const std::string& dataset) {
  StretchOptions options;
  options.files = options_of(dataset);
  if (dataset == "hmdb51") options.frame_rate = 30;
  return options;
}

}  // namespace vbench::clips
