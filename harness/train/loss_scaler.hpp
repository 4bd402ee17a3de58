// Loss scaling for fp16: keeps small gradients above the smallest fp16 number. Used by the trainer on CUDA.
#pragma once

#include <cstdint>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench {

/// Dynamic scale with PyTorch's published defaults: starts at 65536, doubles after 2000 good steps, halves after an overflow.
class LossScaler {
 public:
  explicit LossScaler(bool enabled) : enabled_(enabled) {}

  [[nodiscard]] at::Tensor scale(const at::Tensor& loss) const;
  /// Divides the gradients by the scale. @return false if any is not finite: the step must be skipped
  [[nodiscard]] bool unscale(const std::vector<Parameter>& parameters) const;
  /// @throws Error kNumeric when halving has not helped for so long that it never will
  void update(bool step_was_good);

  [[nodiscard]] bool enabled() const { return enabled_; }
  [[nodiscard]] std::vector<double> state() const { return {scale_, static_cast<double>(good_steps_)}; }
  /// @throws Error kInput for a state that no scaler can have given
  void load_state(const std::vector<double>& state);

 private:
  bool enabled_;
  double scale_ = 65536.0;
  int64_t good_steps_ = 0;
};

}  // namespace vbench
