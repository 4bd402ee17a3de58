// Mean, spread and median of a handful of numbers (scores over seeds, times over repetitions).
// Used by retrieval scores, the leaderboard and the throughput reports.
#pragma once

#include <span>

namespace vbench {

// No numbers at all give NaN, which tables show as "-"; a NaN among the numbers gives NaN.

/// Of equal numbers it is that number, to the last bit.
[[nodiscard]] double mean(std::span<const double> values);

/// Sample standard deviation (divides by n - 1); 0 for a single number and for equal ones.
[[nodiscard]] double sample_std(std::span<const double> values);

/// Middle number of the sorted ones; mean of the two middle ones for an even count.
[[nodiscard]] double median(std::span<const double> values);

}  // namespace vbench
