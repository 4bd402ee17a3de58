// Register tiles of a product a·bᵀ and counts of their entries, one implementation an instruction set. Used by paired_ranks and its tests.
// Every entry is the same chain of multiply-adds over the depth wherever it lies in a tile, which is what makes ranks exact.
#pragma once

#include <cstdint>
#include <vector>

namespace vbench::rank_tiles {

/// How the entries of a tile are judged against the matched pairs' similarities.
struct Count {
  const float* row_pivot;     ///< [rows]: similarity of the row's matched pair
  const float* column_pivot;  ///< [Kernel::columns]
  int32_t row_ties;           ///< 1: entries equal to the row's pivot count too; 0: only greater ones
  int32_t column_ties;        ///< the same for column pivots
  int32_t* row_count;         ///< [rows], added to
  int32_t* column_count;      ///< [Kernel::columns], added to
};

/// A panel holds `rows` (of a) or `columns` (of b) items with the item as the fast axis: panel[d * rows + r].
struct Kernel {
  const char* name;
  int rows, columns;  ///< size of a tile
  /// tile [rows, columns] = a_panel · b_panelᵀ
  void (*product)(const float* a_panel, const float* b_panel, int64_t depth, float* tile);
  /// Counts in the first `valid_rows` rows and all columns; columns that are no items must hold -infinity.
  void (*count)(const float* tile, int valid_rows, const Count& count);
};

inline constexpr int kMaxRows = 16, kMaxColumns = 64;  ///< bounds over all kernels

/// Kernels that this CPU can run, fastest first; never empty. The first two (AVX-512, AVX2) use fused multiply-adds and agree bit by bit.
[[nodiscard]] const std::vector<Kernel>& kernels();

}  // namespace vbench::rank_tiles
