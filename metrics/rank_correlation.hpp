// Spearman's rank correlation: how well one order of items agrees with another. Pure functions of numbers.
// Used by the set-completion scores.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vbench {

/// Ranks from 1 = smallest; equal values share the mean of their places. @throws Error kNumeric if a value is NaN
[[nodiscard]] std::vector<double> average_ranks(std::span<const double> values);

/// Pearson's correlation of the average ranks, in [-1, 1]. NaN where it is not defined: fewer than two items, or all values of a side
/// equal.
/// @throws Error  kInput if the lengths differ, kNumeric if a value is NaN
[[nodiscard]] double spearman(std::span<const double> a, std::span<const double> b);

/// Correlations of many records, those that are not defined left out but counted.
struct CorrelationSummary {
  double mean = 0;        ///< of the defined ones; NaN if there are none
  int64_t defined = 0;    ///< records that count
  int64_t undefined = 0;  ///< records whose correlation is NaN
};
[[nodiscard]] CorrelationSummary summarise_correlations(std::span<const double> correlations);

}  // namespace vbench
