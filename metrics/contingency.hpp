// Contingency table of two labellings of the same samples: how often each pair of labels occurs. One pass, sparse.
// Used by the clustering scores, the assignment of clusters to classes and the summaries of clusters.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

namespace vbench {

/// Labels are any int64; rows and columns are those that occur, in ascending order, so nothing is empty.
struct Contingency {
  struct Cell {
    int64_t column;
    int64_t count;  ///< > 0
  };

  std::vector<int64_t> row_labels, column_labels;  ///< [R], [C] ascending
  std::vector<int64_t> row_sums, column_sums;      ///< [R], [C] samples of each
  std::vector<int64_t> row_begin;                  ///< [R + 1] first cell of each row
  std::vector<Cell> cells;                         ///< by row, then by column
  int64_t samples = 0;

  [[nodiscard]] int64_t rows() const { return static_cast<int64_t>(row_labels.size()); }
  [[nodiscard]] int64_t columns() const { return static_cast<int64_t>(column_labels.size()); }
  [[nodiscard]] std::span<const Cell> row(int64_t i) const { return {cells.data() + row_begin[i], cells.data() + row_begin[i + 1]}; }
  /// Both labellings group the samples the same way, whatever the names; true without samples.
  [[nodiscard]] bool same_partition() const { return rows() == columns() && static_cast<int64_t>(cells.size()) == rows(); }
};

/// Counts the pairs (row_of[n], column_of[n]).
///
/// @param row_of, column_of  [N] int64, any values, N < 2^31
/// @throws Error             kInput for shapes and types
/// Cost O(N) where the labels lie close together, else O(N log N); memory O(N + R + C), and a table of R x C for each thread where that is
/// small. Counts are integers: the number of threads changes nothing.
[[nodiscard]] Contingency tabulate(const at::Tensor& row_of, const at::Tensor& column_of);

}  // namespace vbench
