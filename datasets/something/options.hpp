// Settings of something-something: where annotations and videos lie, which frames make a clip, how clips are changed. Users change them
// with --set.
#pragma once

#include <cstdint>
#include <string>

namespace vbench {
class Settings;
}

namespace vbench::something {

/// Sizes of a generated stand-in. Synthetic, and other values give other data.
struct StandinOptions {
  int64_t train_videos = 40;  ///< of each class that is not scarce
  int64_t scarce_videos = 2;  ///< training videos of a class whose mirror image is a class of its own with train_videos of them
  int64_t val_videos = 12;    ///< of each class
  int64_t test_videos = 2;    ///< of each class; unlabelled, as in the official package
  int64_t height = 64;        ///< pixels; the width is the nearest even number to 4/3 of it
  int64_t frames = 32;        ///< of the longest video, at 12 a second; the shortest has three quarters of that

  void bind(Settings& settings);  ///< names them "standin.train_videos", ...
  bool operator==(const StandinOptions&) const = default;
};

/// Defaults: model3d-1 as published.
struct Options {
  std::string annotations;   ///< folder of the JSON files; empty: <data root>/something-something-v2, or labels/ below it
  std::string media;         ///< folder of videos or frames, or a packed frames.db; empty: looked for beside the annotations
  int64_t classes = 0;       ///< outputs of the classifier; 0: as many as the labels name
  double allow_missing = 0;  ///< share of a split's videos that may lack files, [0, 1]
  int64_t clip_frames = 72;  ///< of one clip
  int64_t step = 1;          ///< frames of the video from one to the next of a clip
  int64_t train_clips = 1;   ///< consecutive clips of a video; their features are averaged. -1: one clip of all frames
  int64_t evaluation_clips = 1;
  int64_t crop = 84;           ///< side of the square that the network sees, pixels
  double train_upscale = 1.4;  ///< the shorter side is first scaled to int(crop * upscale)
  double evaluation_upscale = 1.0;
  double rotation = 15;  ///< training: one angle a video from -rotation, -rotation + 0.5, ... below rotation, degrees; 0: none
  /// Training: what may become of a video beside staying as it is, commas between: left/right, left/right agnostic, reverse time, reverse
  /// time agnostic.
  std::string augmentations;
  /// Training: the video is resampled to 12, 9 or 6 frames a second. The authors' published run asks for it, and one of their two loaders
  /// does it. Pictures without a video file count as 12 a second.
  bool jitter_fps = false;
  std::string augmentation_mapping;  ///< official JSON file; empty: beside the annotations, else built in for the 174 official classes
  std::string contrastive_groups;    ///< official text file; likewise
  StandinOptions standin;

  /// Names them "data.annotations", "sampling.frames", "view.crop", "augment.types", ...
  void bind(Settings& settings);
  /// @throws Error kUsage for values that describe no clip, and for settings that contradict each other or have no effect
  void check() const;
};

}  // namespace vbench::something
