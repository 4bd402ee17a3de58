// Run-time settings of smth3d behind --set model.*, and the published training. Used by method.hpp and register.cpp.
#pragma once

#include <string>

#include "datasets/something/options.hpp"
#include "harness/train/options.hpp"
#include "methods/smth3d/network.hpp"

namespace vbench {
class Settings;
}

namespace vbench::smth3d {

struct Tuning {
  Config config = {};
  int64_t divisor = 1;            ///< of all numbers of channels
  double dropout = 0.2;           ///< [0, 1)
  std::string clip = "72x84x84";  ///< for which `vbench show` counts

  void bind(Settings& settings);
  /// @throws Error kUsage for sizes that do not fit
  [[nodiscard]] NetworkOptions network(const something::Options& data) const;
  /// Frames, height and width of `clip`. @throws Error kUsage for anything but three numbers
  [[nodiscard]] nn::Size3 clip_size() const { return nn::parse_clip_size(clip, "model.show_clip"); }
};

/// What the authors' configuration files differ in.
struct PublishedRun {
  int64_t batch_size;
  double learning_rate;
};
inline constexpr PublishedRun kRunModel1{30, 0.008}, kRunModel224{5, 0.01}, kRunLeftRight{40, 0.01};

/// SGD whose rate is halved on a plateau of the validation loss, until it is as good as nothing; batches of training are full.
[[nodiscard]] TrainOptions published_training(const PublishedRun& run);

}  // namespace vbench::smth3d
