// The assignment problem: pairs of rows and columns, each in one pair at most, with the smallest or largest total.
// Used by the accuracy of clusterings and by whoever aligns two sets of clusters.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "metrics/contingency.hpp"

namespace vbench {

struct Assignment {
  std::vector<int64_t> column_of_row;  ///< [R]; -1 for a row without a partner
  double total = 0;                    ///< sum of the chosen entries
};

enum class Total { kSmallest, kLargest };

/// Exact assignment of min(R, C) pairs. Which of several with the same total is not promised, but it is always the same one.
///
/// @param entries  [R, C] int64 or floating point (taken as float64); either side may be the longer one, or empty
/// @throws Error   kInput for shapes, types and magnitudes whose sums might overflow; kNumeric names the first entry that is not finite
/// Shortest augmenting paths: cost O(min(R, C)² max(R, C)) at most, memory O(R C).
[[nodiscard]] Assignment assign(const at::Tensor& entries, Total total);

/// The largest table that is matched as a matrix: 32 MiB.
inline constexpr int64_t kDenseMatchCells = 1 << 22;

/// Rows matched with columns for the largest total count. Rows and columns that share nothing may stay without a partner.
/// @param dense_cells  larger tables are matched along their non-zero cells only, in memory O(R + C + cells)
[[nodiscard]] Assignment match_labels(const Contingency& table, int64_t dense_cells = kDenseMatchCells);

}  // namespace vbench
