#include "datasets/something/options.hpp"

#include <fmt/format.h>

#include "datasets/something/augmentor.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::something {
namespace {

void require(bool fine, const std::string& what, const char* setting, const char* hint) {
  if (!fine) throw usage_error(what, fmt::format("--set {}", setting), hint);
}

void check_clips(int64_t clips, const char* setting) {
  require(clips >= 1 || clips == -1, fmt::format("{} clips of a video", clips), setting,
          "give 1 or more, or -1 for one clip of all frames");
}

}  // namespace

void StandinOptions::bind(Settings& settings) {
  settings.integer("standin.train_videos", train_videos, "stand-in: training videos of each class that is not scarce", {1, 10000});
  settings.integer("standin.scarce_videos", scarce_videos,
                   "stand-in: training videos of a class whose mirror image is another class with train_videos of them", {0, 10000});
  settings.integer("standin.val_videos", val_videos, "stand-in: validation videos of each class", {1, 10000});
  settings.integer("standin.test_videos", test_videos, "stand-in: unlabelled test videos of each class", {0, 10000});
  settings.integer("standin.height", height, "stand-in: height of the videos in pixels, which are 4:3", {24, 2160});
  settings.integer("standin.frames", frames, "stand-in: frames of the longest video; the shortest has three quarters of that", {4, 10000});
}

void Options::bind(Settings& settings) {
  settings.text("data.annotations", annotations,
                "folder of the JSON files; empty: <data root>/something-something-v2, or labels/ below it");
  settings.text("data.media", media, "folder of videos or frames, or a packed frames.db; empty: looked for beside the annotations");
  settings.integer("data.classes", classes, "outputs of the classifier; 0: as many as the labels name", {0, 1000000});
  settings.number("data.allow_missing", allow_missing, "share of a split's videos that may lack files", {0, 1});
  settings.text("data.augmentation_mapping", augmentation_mapping,
                "official JSON file: what each class becomes; empty: beside the annotations, else built in for the official classes");
  settings.text("data.contrastive_groups", contrastive_groups,
                "official text file; empty: beside the annotations, else built in for the official classes");
  settings.integer("sampling.frames", clip_frames, "frames of a clip", {1, 1e6});
  settings.integer("sampling.step", step, "frames of the video from one to the next of a clip", {1, 1e6});
  settings.integer("sampling.train_clips", train_clips, "consecutive clips of a training video; -1: one of all frames, in batches of one",
                   {-1, 1000});
  settings.integer("sampling.evaluation_clips", evaluation_clips, "the same of an evaluated video", {-1, 1000});
  settings.integer("view.crop", crop, "side of the square that the network sees, pixels", {1, 4096});
  settings.number("view.train_upscale", train_upscale, "training: the shorter side is first scaled to crop times this", {1, 100});
  settings.number("view.evaluation_upscale", evaluation_upscale, "evaluation: the same; black around what is smaller than the crop",
                  {0.01, 100});
  settings.number("augment.rotation", rotation, "training: largest angle that a video is turned by, degrees; 0: none", {0, 180});
  settings.text("augment.types", augmentations,
                "training: left/right, left/right agnostic, reverse time, reverse time agnostic; several with commas between");
  settings.flag("augment.jitter_fps", jitter_fps, "training: the video is resampled to 12, 9 or 6 frames a second");
  standin.bind(settings);
}

void Options::check() const {
  require(clip_frames >= 1, fmt::format("a clip of {} frames", clip_frames), "sampling.frames", "give 1 or more");
  require(step >= 1, fmt::format("a step of {} frames", step), "sampling.step", "give 1 or more");
  check_clips(train_clips, "sampling.train_clips");
  check_clips(evaluation_clips, "sampling.evaluation_clips");
  require(crop >= 1, fmt::format("a square of {} pixels", crop), "view.crop", "give 1 or more");
  require(train_upscale >= 1, fmt::format("the shorter side would be {} of the crop", train_upscale), "view.train_upscale",
          "give 1 or more: the random crop has to fit");
  require(static_cast<double>(crop) * evaluation_upscale >= 1, "nothing would be left of the pictures", "view.evaluation_upscale",
          "give more");
  require(rotation >= 0, fmt::format("a largest angle of {} degrees", rotation), "augment.rotation", "give 0 or more");
  const bool augmented = !parse_augmentations(augmentations).empty();
  require(augmented || augmentation_mapping.empty(), "has no effect without augment.types", "data.augmentation_mapping",
          "say with augment.types what it is for, or leave it out");
}

}  // namespace vbench::something
