#include "harness/train/train_step.hpp"

#include <torch/types.h>
#include <torch/utils.h>

#include "harness/core/random.hpp"
#include "harness/train/device.hpp"

namespace vbench {

TrainStep::TrainStep(Experiment& experiment, const TrainOptions& options, Precision precision, const at::Device& device, uint64_t seed)
    : experiment_(experiment),
      precision_(precision),
      device_(device),
      seed_(seed),
      clip_gradient_norm_(options.clip_gradient_norm),
      parameters_(experiment.parameters()),
      scaler_(precision == Precision::kFp16),
      optimizer_(Optimizer::make(options.optimizer, parameters_)) {}

LossTerms TrainStep::forward(const StepContext& context) {
  // Generators of LibTorch are seeded at every step, so that a resumed run draws what an unbroken one would have drawn.
  torch::manual_seed(derive_seed(seed_, "torch", 0, static_cast<uint64_t>(context.global_step)));
  optimizer_->zero_grad();
  const Autocast autocast(precision_, device_);
  return experiment_.train_loss(context);
}

bool TrainStep::backward(const LossTerms& loss) {
  scaler_.scale(loss.total).backward();
  return scaler_.unscale(parameters_);
}

void TrainStep::update(bool good, double learning_rate) {
  if (good) {
    if (clip_gradient_norm_ > 0) clip_gradient_norm(parameters_, clip_gradient_norm_);
    optimizer_->step(learning_rate);
  }
  scaler_.update(good);
}

}  // namespace vbench
