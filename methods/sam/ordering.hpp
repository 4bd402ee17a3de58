// Predictors for sets of any size: also those with fewer members than the smallest relation. Used by method.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include "methods/sam/config.hpp"
#include "methods/sam/predictors.hpp"

namespace vbench::sam {

/// What orders candidates and members: a network (or none, for mean features), and what to do with small sets.
struct Ordering {
  const Network* network = nullptr;
  Predictor predictor = Predictor::kMeanFeature;
  SmallSets small_sets = SmallSets::kRefuse;

  /// @param reference  [B, n, D]   @param query [B, Q, D]   @return [B, Q] float32 on the CPU, smaller = fits better
  [[nodiscard]] at::Tensor completion(const at::Tensor& reference, const at::Tensor& query) const;
  /// @param sets  [B, n, D]   @return [B, n] float32 on the CPU; the largest is the odd one out
  [[nodiscard]] at::Tensor odd_one_out(const at::Tensor& sets) const;
};

}  // namespace vbench::sam
