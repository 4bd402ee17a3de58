// Mean of the losses of many batches, each with its weight. Used by the trainer and its checkpoints.
#pragma once

#include <map>
#include <string>

#include "harness/core/experiment.hpp"

namespace vbench {

struct LossMean {
  std::map<std::string, double> sums;  ///< "total" and every term, times the batch's weight
  double weight = 0;

  void add(const LossTerms& loss);
  [[nodiscard]] std::map<std::string, double> means() const;  ///< empty if no batch had a weight
};

}  // namespace vbench
