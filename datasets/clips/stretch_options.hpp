// Settings of labelled videos as SeLaVi's authors read them: where they lie, which stretches of them are clips, how many clips a video
// gives. Users change them with --set.
#pragma once

#include <cstdint>
#include <string>

#include "datasets/clips/options.hpp"
#include "datasets/transforms/picture_clip.hpp"

namespace vbench::clips {

/// Squares of an evaluation clip, along the longer side.
enum class CropCount {
  kCentre,
  kFirst,  ///< at the left or upper end
  kThree,  ///< the centre and both ends
};

/// Defaults: as the authors' program for fine-tuning has them.
struct StretchOptions {
  Options files;  ///< labels, media, fold, classes, allow_missing and standin alone
  video::PictureOptions picture{.frames = 32, .crop = 128, .colour_jitter = true};
  int64_t shortest = 0, longest = 0;  ///< training: of the frames' shorter side, drawn anew for each clip; 0: as published for the crop
  double frame_rate = 25;             ///< of videos that are stored as pictures, which do not say
  int64_t train_clips = 10;           ///< of each video in an epoch
  int64_t test_clips = 10;            ///< of each video, evenly spread over it
  CropCount crops = CropCount::kThree;

  /// Names them "data.labels", "data.fold", "picture.frames", "clips.train", "standin.frames", ...
  void bind(Settings& settings);
  [[nodiscard]] video::ShorterSides sides() const;
  /// @throws Error kUsage for values that describe no clip
  void check() const;
};

/// Published values for a dataset of family.hpp. @throws Error kInternal for a name that is none
[[nodiscard]] StretchOptions stretch_options_of(const std::string& dataset);

}  // namespace vbench::clips
