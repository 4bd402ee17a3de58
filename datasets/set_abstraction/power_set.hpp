// The order in which the subsets of a set are counted, in files, tensors and tables. Used by everything about set abstraction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vbench::set_abstraction {

/// Members of one subset, ascending, from 0.
using Subset = std::vector<int64_t>;

/// All subsets of {0..n-1} with `size` members, lexicographic: 01 02 03 12 13 23 for n = 4, size = 2. @throws Error kInternal for n > 16
[[nodiscard]] std::vector<Subset> subsets_of_size(int64_t n, int64_t size);

/// Subsets of size min_size..n, sizes ascending, lexicographic within a size: what the rows of labels, embeddings and logits mean.
/// From min_size = 1 there are 2^n - 1, the full set last.
[[nodiscard]] std::vector<Subset> power_set(int64_t n, int64_t min_size = 1);

/// Number of rows of power_set(n, min_size).
[[nodiscard]] int64_t power_set_size(int64_t n, int64_t min_size = 1);

/// A subset as a number: bit i stands for member i.
[[nodiscard]] size_t subset_mask(const Subset& subset);

/// Row of every subset in power_set(n), by its mask; -1 for the empty one.
[[nodiscard]] std::vector<int64_t> power_set_rows(int64_t n);

}  // namespace vbench::set_abstraction
