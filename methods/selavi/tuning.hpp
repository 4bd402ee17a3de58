// Run-time settings of SeLaVi behind --set model.* and labels.*, and the published training of every dataset. Used by method.hpp and
// register.cpp.
#pragma once

#include <string>

#include "datasets/audio_visual/options.hpp"
#include "harness/train/options.hpp"
#include "methods/selavi/labelling.hpp"

namespace vbench::selavi {

struct Tuning {
  NetworkOptions network;
  LabelOptions labels;

  void bind(Settings& settings);
  /// With as many clusters as classes where 0 are asked for, see clusters_for().
  [[nodiscard]] NetworkOptions network_for(const audio_visual::Options& data) const;
};

/// As published for ave, kinetics-sound, kinetics, vgg-sound: as many clusters as classes.
/// @throws Error kInternal for another dataset
[[nodiscard]] int64_t published_clusters(const std::string& dataset);
/// @param asked    0: as many as the data have classes
/// @param setting  that asks for them, for messages
/// @throws Error   kUsage if the classes are not known, or for a single cluster
[[nodiscard]] int64_t clusters_for(int64_t asked, const audio_visual::Options& data, const std::string& setting);
[[nodiscard]] Tuning published_tuning(const std::string& dataset);

/// The authors' script as one process runs it: they had 64, each with a batch of 16 and its share of the gradient, and so a rate that rises
/// to 64 times the base rate. For a batch of 16 n set schedule.warmup_multiplier to n.
[[nodiscard]] TrainOptions published_training();

/// Frames, height and width of a clip; 1, filters and frames of its spectrogram.
[[nodiscard]] Size3 clip_size(const audio_visual::Options& data);
[[nodiscard]] Size3 spectrogram_size(const audio_visual::Options& data);

}  // namespace vbench::selavi
