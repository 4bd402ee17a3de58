#include "harness/train/loss_scaler.hpp"

#include <torch/types.h>

#include <cmath>

#include "harness/core/error.hpp"

namespace vbench {
namespace {
constexpr double kGrowth = 2.0, kBackoff = 0.5;
constexpr int64_t kGrowthSteps = 2000;
constexpr double kSmallestScale = 0x1.0p-24;  // forty halvings: it is not the scale that makes the gradients overflow
}  // namespace

at::Tensor LossScaler::scale(const at::Tensor& loss) const { return enabled_ ? loss * scale_ : loss; }

bool LossScaler::unscale(const std::vector<Parameter>& parameters) const {
  if (!enabled_) return true;
  std::vector<at::Tensor> finite;  // gathered on the device, so that a GPU is waited for only once
  for (const auto& parameter : parameters) {
    auto gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    gradient.mul_(1.0 / scale_);
    finite.push_back(torch::isfinite(gradient).all());
  }
  return finite.empty() || torch::stack(finite).all().item<bool>();
}

void LossScaler::update(bool step_was_good) {
  if (!enabled_) return;
  good_steps_ = step_was_good ? good_steps_ + 1 : 0;
  if (!step_was_good) scale_ *= kBackoff;
  if (scale_ < kSmallestScale)
    throw Error(ErrorKind::kNumeric, "the gradients are not finite at any loss scale", "fp16", "use --precision bf16 or fp32");
  if (good_steps_ == kGrowthSteps) {
    scale_ *= kGrowth;
    good_steps_ = 0;
  }
}

void LossScaler::load_state(const std::vector<double>& state) {
  const bool good = state.size() == 2 && state[0] >= kSmallestScale && std::isfinite(state[0]) && state[1] >= 0 && state[1] < kGrowthSteps;
  if (!good) throw input_error("the loss scaler's state is not a scale and a count of steps", "checkpoint");
  scale_ = state[0];
  good_steps_ = static_cast<int64_t>(state[1]);
}

}  // namespace vbench
