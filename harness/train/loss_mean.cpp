#include "harness/train/loss_mean.hpp"

#include <torch/types.h>

namespace vbench {

void LossMean::add(const LossTerms& loss) {
  if (loss.weight == 0) return;
  sums["total"] += loss.weight * loss.total.item<double>();
  for (const auto& [name, value] : loss.terms) sums[name] += loss.weight * value;
  weight += loss.weight;
}

std::map<std::string, double> LossMean::means() const {
  auto means = sums;
  for (auto& [name, value] : means) value /= weight;
  return means;
}

}  // namespace vbench
