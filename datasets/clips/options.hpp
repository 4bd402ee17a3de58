// Settings of the labelled video datasets: where labels and frames lie, which frames make a clip, how clips are changed and batched.
// Each dataset has its published values (options_of); users change them with --set.
#pragma once

#include <cstdint>
#include <string>

#include "datasets/loader/multigrid.hpp"
#include "datasets/transforms/clip_pipeline.hpp"
#include "datasets/transforms/temporal_sampling.hpp"

namespace vbench {
class Settings;
}

namespace vbench::clips {

/// Sizes of a generated stand-in. Synthetic, and other values give other data.
struct StandinOptions {
  int64_t train_videos = 48;  ///< of each of the motions
  int64_t val_videos = 12;
  int64_t frames = 32;  ///< of each video
  int64_t side = 60;    ///< height in pixels; 4:3

  void bind(Settings& settings);  ///< names them "standin.frames", ...
  bool operator==(const StandinOptions&) const = default;
};

struct Options {
  std::string labels;          ///< folder of label files; empty: <data root>/<dataset>/labels
  std::string media;           ///< folder of videos or frames, or a packed frames.db; empty: looked for beside the labels
  int64_t fold = 1;            ///< of datasets with several official splits
  int64_t classes = 0;         ///< outputs of a classifier; 0: as many as the labels name
  int64_t clip_side = 256;     ///< height and width of training clips, pixels; their length is sampling.frames
  double allow_missing = 0.1;  ///< share of a split's videos that may lack files, [0, 1]
  video::SamplingOptions sampling;
  video::PipelineOptions pipeline;
  video::MultigridOptions multigrid;
  StandinOptions standin;

  /// Names them "data.labels", "data.fold", "clip.side", "sampling.frames", "augment.hue", "multigrid.long_cycles", "standin.frames", ...
  void bind(Settings& settings);
  /// Those of labels and media alone: "data.labels", "data.media", "data.fold", "data.classes", "data.allow_missing".
  void bind_files(Settings& settings);
  [[nodiscard]] video::ClipSize clip_size() const { return {sampling.frames, clip_side, clip_side}; }
};

/// Published values for a dataset of family.hpp. @throws Error kInternal for a name that is none
[[nodiscard]] Options options_of(const std::string& dataset);

}  // namespace vbench::clips
