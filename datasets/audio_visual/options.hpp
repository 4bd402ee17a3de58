// Settings of videos with sound: where they lie, which second of them is seen and heard, how it is changed. Users change them with --set.
#pragma once

#include <cstdint>
#include <string>

#include "datasets/transforms/picture_clip.hpp"

namespace vbench {
class Settings;
}

namespace vbench::audio_visual {

/// Sizes of a generated stand-in. Synthetic, and other values give other data.
struct StandinOptions {
  int64_t train_videos = 24;  ///< of each class
  int64_t val_videos = 6;
  double seconds = 1.5;  ///< of each video
  int64_t side = 64;     ///< height in pixels; 4:3
  int64_t fps = 16;

  void bind(Settings& settings);  ///< names them "standin.train_videos", ...
  bool operator==(const StandinOptions&) const = default;
};

/// The sound of a clip.
struct SoundOptions {
  int64_t sample_rate = 24000;  ///< Hz
  int64_t seconds = 1;
  int64_t filters = 257;         ///< mel filters: 40 or 257
  bool volume_jitter = true;     ///< training: a factor from [0.9, 1.1]
  bool temporal_jitter = false;  ///< training: up to half a second from the pictures
  bool z_normalise = false;      ///< (x - 1.93) / 17.89
};

using video::PictureOptions;
inline constexpr int64_t kLargestCrop = 256;  ///< pixels: training cuts it out of frames whose shorter side has 256 and more

/// Defaults: as published.
struct Options {
  std::string videos;               ///< folder with {train,val,test}/<class>/<video>.mp4; empty: <data root>/<dataset>
  std::string evaluated = "train";  ///< split whose clusters are compared with the labels
  double allow_missing = 0.1;       ///< share of a split's videos that may be unusable (no sound, too short, damaged), [0, 1]
  int64_t most_videos = 0;          ///< of the training split, the first ones in sorted order; 0: all
  bool any_classes = false;         ///< kinetics-sound: also folders of other classes than the published 32
  PictureOptions picture;
  SoundOptions sound;
  StandinOptions standin;
  int64_t classes = 0;  ///< found in the data; 0: not looked at yet. No setting

  /// Names them "data.videos", "picture.frames", "sound.sample_rate", ...
  void bind(Settings& settings);
};

/// Published values for ave, kinetics-sound, kinetics and vgg-sound. @throws Error kInternal for a name that is none
[[nodiscard]] Options options_of(const std::string& dataset);

}  // namespace vbench::audio_visual
