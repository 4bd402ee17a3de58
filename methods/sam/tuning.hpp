// Run-time settings of SAM behind --set model.* and loss.*. Used by method.hpp.
#pragma once

#include <string>
#include <vector>

#include "datasets/set_abstraction/options.hpp"
#include "methods/sam/config.hpp"

namespace vbench {
class Settings;
}

namespace vbench::sam {

struct Tuning {
  Architecture architecture = Architecture::kRelations;  ///< the variant's; no setting
  std::string scales = "1,2,3,4";
  int64_t bottleneck = 512;
  int64_t out_features = 0;
  LossOptions loss;
  Predictor predictor = Predictor::kEmbeddings;
  SelectBy select_by = SelectBy::kAbstraction;
  SmallSets small_sets = SmallSets::kRefuse;

  static Tuning of(const Config& config);
  void bind(Settings& settings);
  /// Sizes of the network for these data; published sizes where the data do not say theirs.
  /// @throws Error kUsage for scales that are no ascending list of numbers from 1 to 8, or that cannot serve the predictor
  [[nodiscard]] NetworkOptions network(const set_abstraction::Options& data) const;
};

}  // namespace vbench::sam
