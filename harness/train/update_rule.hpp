// The arithmetic of each optimiser, apart from its book-keeping. Used by optimizer.cpp only.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "harness/train/options.hpp"
#include "harness/train/update_kernels.hpp"

namespace vbench {

/// Where one parameter stands in the step being made.
struct StepPoint {
  int64_t step = 1;  ///< from 1; counts only the steps at which the parameter had a gradient
  double learning_rate = 0;
  double weight_decay = 0;
};

/// One parameter, all of one shape, dtype and device. Moments that the rule lacks are undefined.
struct TensorSlice {
  at::Tensor value, gradient, m, v;
};

/// Stateless, so threads share it. Both forms do the same operations in the same order; they differ by rounding at most.
class UpdateRule {
 public:
  virtual ~UpdateRule() = default;
  [[nodiscard]] virtual int64_t moments() const = 0;  ///< 0: none, 1: m, 2: m and v
  virtual void apply(const StepPoint& point, const FloatSlice& slice) const = 0;
  virtual void apply(const StepPoint& point, const TensorSlice& slice) const = 0;
};

/// @throws Error kUsage for options that make no sense
[[nodiscard]] std::unique_ptr<UpdateRule> make_update_rule(const OptimizerOptions& options);

}  // namespace vbench
