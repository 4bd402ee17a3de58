#include "harness/train/loss_scaler.hpp"

#include <torch/types.h>

#include "harness/core/error.hpp"

namespace vbench {
namespace {
constexpr double kGrowth = 2.0, kBackoff = 0.5;
constexpr int64_t kGrowthSteps = 2000;
}  // namespace

at::Tensor LossScaler::scale(const at::Tensor& loss) const { return enabled_ ? loss * scale_ : loss; }

bool LossScaler::unscale(const std::vector<Parameter>& parameters) const {
  if (!enabled_) return true;
  bool finite = true;
  for (const auto& parameter : parameters) {
    auto gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    gradient.mul_(1.0 / scale_);
    finite = finite && torch::isfinite(gradient).all().item<bool>();
  }
  return finite;
}

void LossScaler::update(bool step_was_good) {
  if (!enabled_) return;
  good_steps_ = step_was_good ? good_steps_ + 1 : 0;
  if (!step_was_good) scale_ *= kBackoff;
  if (good_steps_ == kGrowthSteps) {
    scale_ *= kGrowth;
    good_steps_ = 0;
  }
}

void LossScaler::load_state(const std::vector<double>& state) {
  if (state.size() != 2) throw input_error("the loss scaler's state has a wrong size", "checkpoint");
  scale_ = state[0];
  good_steps_ = static_cast<int64_t>(state[1]);
}

}  // namespace vbench
