// Scores of questions about sets: which member does not belong? Pure functions of tensors.
// Used by the protocols of set-abstraction methods.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>

namespace vbench {

/// Rank of the true outlier among its set's members, by distance from what the set has in common. `accuracy_at` of
/// metrics/classification.hpp gives accuracy@k.
///
/// @param distances  [B, n] floating point; larger = fits worse
/// @param outliers   B indices in [0, n)
/// @return           [B] int64 on the CPU, 1 = furthest; among equal distances the lower index counts as further
/// @throws Error     kInput for shapes and indices out of range, kNumeric for NaN
[[nodiscard]] at::Tensor outlier_ranks(const at::Tensor& distances, std::span<const int64_t> outliers);

}  // namespace vbench
