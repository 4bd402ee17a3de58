// The arithmetic of one training step in its three parts. Used by the trainer, and by the throughput program, which times each part.
#pragma once

#include <memory>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/train/loss_scaler.hpp"
#include "harness/train/optimizer.hpp"
#include "harness/train/options.hpp"

namespace vbench {

/// forward(), backward() and update(), in this order, are a step on the batch that the experiment has taken.
class TrainStep {
 public:
  TrainStep(Experiment& experiment, const TrainOptions& options, Precision precision, const at::Device& device, uint64_t seed);

  /// Seeds LibTorch's generators for this step, drops the old gradients, computes the loss.
  [[nodiscard]] LossTerms forward(const StepContext& context);
  /// Gradients, unscaled. @return false if they overflowed in fp16: the weights must be left alone
  [[nodiscard]] bool backward(const LossTerms& loss);
  /// Clips the gradients and changes the weights, if `good`.
  void update(bool good, double learning_rate);

  [[nodiscard]] const std::vector<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] Optimizer& optimizer() { return *optimizer_; }
  [[nodiscard]] LossScaler& scaler() { return scaler_; }

 private:
  Experiment& experiment_;
  Precision precision_;
  at::Device device_;
  uint64_t seed_;
  double clip_gradient_norm_;
  std::vector<Parameter> parameters_;
  LossScaler scaler_;
  std::unique_ptr<Optimizer> optimizer_;
};

}  // namespace vbench
