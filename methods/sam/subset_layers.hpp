// The two linear-algebra pieces of SAM that subsets share: first layers from products that several subsets need, and sums over sub-subsets.
// Used by the network. Tensors are subset-major, so that subsets of one size lie together: [subsets, B, width].
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vbench::sam {

/// ReLU(bias + weight · (x_a, x_b, ...)) for every subset {a < b < ...} of `scale` members. A product of one position's block of the weight
/// with one member serves all subsets that have the member at that position: with 4 members 20 block products instead of 32.
///
/// @param members  [n, B, D], already behind the ReLU in front of the layer
/// @param weight   [H, scale·D]   @param bias [H]
/// @return         [C(n, scale), B, H], subsets in lexicographic order
[[nodiscard]] at::Tensor subset_hidden(const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias, int64_t scale);

/// Which subsets of a set of n have rows in a tensor: those of min_size .. max_size members, in the order of power_set.
struct SubsetRange {
  int64_t n = 0, min_size = 1, max_size = 0;

  [[nodiscard]] int64_t count(int64_t size) const;   ///< rows of one size
  [[nodiscard]] int64_t offset(int64_t size) const;  ///< first row of a size
  [[nodiscard]] int64_t rows() const;                ///< all rows
};

/// For every subset of the range the sum of what all its subsets own.
///
/// @param own    own[i] is what the subsets of sizes[i] own, [C(n, sizes[i]), B, W]; sizes that are not listed own nothing
/// @param sizes  ascending, within the range
/// @return       [range.rows(), B, W] in float32, or double if `own` is double
[[nodiscard]] at::Tensor sum_over_subsets(const std::vector<at::Tensor>& own, const std::vector<int64_t>& sizes, const SubsetRange& range);

}  // namespace vbench::sam
