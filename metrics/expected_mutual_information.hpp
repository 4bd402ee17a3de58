// Mutual information that two labellings with given group sizes share by chance: the correction inside the adjusted mutual information.
// Used by the clustering scores.
#pragma once

#include <cstdint>
#include <span>

namespace vbench {

/// Mean of the mutual information, in nats, over all ways to deal the same samples into groups of these sizes. Exact up to rounding.
///
/// @param row_sums, column_sums  sizes of the groups of either labelling, each > 0, both with the same total N
/// @throws Error                 kInput if a size is not positive or the totals differ
///
/// The cell of a group of a and a group of b samples is hypergeometric with mean m = ab/N. Its share is E[n log(n/m)] / N, and since
/// E[n - m] = 0 that is E[n log(n/m) - (n - m)] / N, a sum without negative terms. The probabilities are ratios to that of the likeliest n,
/// step by step and divided by their sum: no logarithm of a factorial (whose rounding is a billionth at a million samples) is needed.
/// Equal sizes are worked on once. Cost: pairs of different sizes times about twenty standard deviations of a cell; the number of threads
/// changes nothing in the result.
[[nodiscard]] double expected_mutual_information(std::span<const int64_t> row_sums, std::span<const int64_t> column_sums);

}  // namespace vbench
