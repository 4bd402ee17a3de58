// Run-time settings of COOT behind --set model.* and loss.*. Used by method.hpp.
#pragma once

#include "datasets/video_text/options.hpp"
#include "methods/coot/config.hpp"
#include "methods/coot/model.hpp"

namespace vbench {
class Settings;
}

namespace vbench::coot {

/// Starts from a variant's Config; what shapes the published networks (widths, heads) stays there.
struct Tuning {
  Structure structure;
  LossOptions loss;
  SelectBy select_by = SelectBy::kVideoParagraph;
  bool chained = false;
  Average average = Average::kUpstream;
  bool clip_level = true;

  static Tuning of(const Config& config);
  void bind(Settings& settings);
  /// @throws Error kUsage if the data may yield sequences longer than the positional encoding
  [[nodiscard]] ModelOptions model(const video_text::Options& data) const;
};

/// How a variant's data are read.
[[nodiscard]] video_text::Options data_options(const DataConfig& config);

}  // namespace vbench::coot
