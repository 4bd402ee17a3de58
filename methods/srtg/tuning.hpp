// Run-time settings of SRTG behind --set model.* and loss.*, and the published training of every dataset. Used by method.hpp and
// register.cpp.
#pragma once

#include <string>

#include "datasets/clips/options.hpp"
#include "harness/train/options.hpp"
#include "methods/srtg/network.hpp"

namespace vbench {
class Settings;
}

namespace vbench::srtg {

struct Tuning {
  Config config;                         ///< the variant's structure; gate and place can be set
  int64_t channels = 64;                 ///< of the first stage; the others have twice as many as the one before. 64 as published
  FineTune fine_tune = FineTune::kNone;  ///< rates of parts of a network that --init has filled
  std::string clip = "16x112x112";       ///< for which `vbench show` counts

  void bind(Settings& settings);
  /// @throws Error kUsage for a gate or place that the structure cannot have
  [[nodiscard]] NetworkOptions network(const clips::Options& data) const;
  /// Frames, height and width of `clip`. @throws Error kUsage for anything but three numbers
  [[nodiscard]] Size3 clip_size() const { return nn::parse_clip_size(clip, "model.show_clip"); }
};

/// Epochs, batches, optimiser and schedule as the authors' script of this dataset has them.
/// @throws Error kInternal for a dataset that SRTG has no script for
[[nodiscard]] TrainOptions published_training(const std::string& dataset);

}  // namespace vbench::srtg
