// SAM's training loss over the power set, and what is measured beside it on every batch. Used by the method and its tests.
#pragma once

#include <ATen/core/Tensor.h>

#include "harness/core/experiment.hpp"
#include "methods/sam/relations.hpp"

namespace vbench::sam {

struct LossOptions {
  double embedding = 1;    ///< weight of the squared error of the semantic embeddings
  double abstraction = 1;  ///< weight of the cross-entropy over the graph's nodes
};

/// w_e * mean squared error + w_a * cross-entropy, both means over all subsets of size >= min_size (authors' experiments.py). A weight of 0
/// keeps its head in the graph with zero gradient.
///
/// @param heads       [B, K', E] and [B, K', C], rows of power_set(n, min_size)
/// @param embeddings  [B, 2^n - 1, E] targets of all subsets; the leading ones below min_size are cut off
/// @param labels      [B, 2^n - 1] int64
/// @return terms "embed", "abstr" (weighted), and as information top1@abstr, top5@abstr, top1@abstr_<s>, ... in percent; the weight is B
[[nodiscard]] LossTerms sam_loss(const Network::Heads& heads, const at::Tensor& embeddings, const at::Tensor& labels, int64_t min_size,
                                 const LossOptions& options);

}  // namespace vbench::sam
