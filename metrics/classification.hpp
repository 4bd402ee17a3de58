// Accuracy of classifiers: the right class among the k highest scores. Pure functions of tensors.
// Used by the protocols of methods that name things, and by the odd-one-out scores.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vbench {

/// Rank of the right class; among equal logits the lower class index comes first.
///
/// @param logits  [N, C] floating point
/// @param target  [N] int64 in [0, C)
/// @return        [N] int64 on the CPU, 1 = highest logit
/// @throws Error  kInput for shapes, types and targets out of range; kNumeric names the first row that holds a NaN
[[nodiscard]] at::Tensor class_ranks(const at::Tensor& logits, const at::Tensor& target);

/// Share [0, 1] of ranks that are k or better; NaN without ranks: there was nothing to observe.
/// @param ranks   [N] int64, 1 = best
/// @throws Error  kInput for k < 1
[[nodiscard]] double accuracy_at(const at::Tensor& ranks, int64_t k);

/// Share [0, 1] of rows whose right class is among the k highest logits; NaN for no rows.
/// @throws Error  kInput as class_ranks, and for k outside [1, C]: "among the 5 best of 3" says nothing
[[nodiscard]] double top_k_accuracy(const at::Tensor& logits, const at::Tensor& target, int64_t k);

}  // namespace vbench
