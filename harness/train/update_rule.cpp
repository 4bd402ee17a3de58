#include "harness/train/update_rule.hpp"

#include <torch/types.h>

#include <cmath>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

/// 1 - beta^step: what a moment that started at zero lacks.
double bias_correction(double beta, int64_t step) { return 1 - std::pow(beta, static_cast<double>(step)); }

MomentFactors moment_factors(const OptimizerOptions& options) {
  return {static_cast<float>(options.beta1), static_cast<float>(options.beta2), static_cast<float>(1 - options.beta1),
          static_cast<float>(1 - options.beta2), static_cast<float>(options.epsilon)};
}

void update_moments(const OptimizerOptions& options, const TensorSlice& slice, const at::Tensor& gradient) {
  slice.v.mul_(options.beta2).addcmul_(gradient, gradient, 1 - options.beta2);
  slice.m.mul_(options.beta1).add_(gradient, 1 - options.beta1);
}

/// Adam with the penalty inside the gradient (Kingma and Ba, 2015).
class AdamRule final : public UpdateRule {
 public:
  explicit AdamRule(const OptimizerOptions& options) : options_(options) {}
  [[nodiscard]] int64_t moments() const override { return 2; }

  void apply(const StepPoint& point, const FloatSlice& slice) const override {
    adam_kernel({moment_factors(options_), static_cast<float>(point.weight_decay), static_cast<float>(size(point)),
                 static_cast<float>(root(point))},
                slice);
  }

  void apply(const StepPoint& point, const TensorSlice& slice) const override {
    update_moments(options_, slice, point.weight_decay == 0 ? slice.gradient : slice.gradient.add(slice.value, point.weight_decay));
    slice.value.addcdiv_(slice.m, slice.v.sqrt().div_(root(point)).add_(options_.epsilon), -size(point));
  }

 private:
  [[nodiscard]] double size(const StepPoint& point) const { return point.learning_rate / bias_correction(options_.beta1, point.step); }
  [[nodiscard]] double root(const StepPoint& point) const { return std::sqrt(bias_correction(options_.beta2, point.step)); }

  OptimizerOptions options_;
};

/// Rectified Adam (Liu et al., 2020) with decoupled weight decay. While the variance of the adaptive rate is not tractable only the moments
/// change, or plain momentum steps are made if the options ask for them.
class RAdamRule final : public UpdateRule {
 public:
  explicit RAdamRule(const OptimizerOptions& options) : options_(options) {}
  [[nodiscard]] int64_t moments() const override { return 2; }

  void apply(const StepPoint& point, const FloatSlice& slice) const override {
    const auto [move, size] = plan(point);
    radam_kernel({moment_factors(options_), move, static_cast<float>(decay(point)), static_cast<float>(size)}, slice);
  }

  void apply(const StepPoint& point, const TensorSlice& slice) const override {
    update_moments(options_, slice, slice.gradient);
    const auto [move, size] = plan(point);
    if (move == RAdamMove::kNone) return;
    if (point.weight_decay != 0) slice.value.add_(slice.value, -decay(point));
    if (move == RAdamMove::kMomentum) {
      slice.value.add_(slice.m, -size);
    } else {
      slice.value.addcdiv_(slice.m, slice.v.sqrt().add_(options_.epsilon), -size);
    }
  }

 private:
  struct Plan {
    RAdamMove move;
    double size;
  };

  static double decay(const StepPoint& point) { return point.weight_decay * point.learning_rate; }

  /// `length` is the length of the moving average that the second moment amounts to; below 5 its variance diverges.
  [[nodiscard]] Plan plan(const StepPoint& point) const {
    constexpr double kTractable = 5;
    const double correction1 = bias_correction(options_.beta1, point.step);
    const double correction2 = bias_correction(options_.beta2, point.step);
    const double most = 2 / (1 - options_.beta2) - 1;
    const double length = most - 2 * static_cast<double>(point.step) * (1 - correction2) / correction2;
    if (length >= kTractable) {
      const double rectified = correction2 * (length - 4) / (most - 4) * (length - 2) / length * most / (most - 2);
      return {RAdamMove::kAdaptive, point.learning_rate * std::sqrt(rectified) / correction1};
    }
    if (options_.radam_degenerates_to_sgd) return {RAdamMove::kMomentum, point.learning_rate / correction1};
    return {RAdamMove::kNone, 0};
  }

  OptimizerOptions options_;
};

/// Stochastic gradient descent; momentum without damping, so the first buffer is the first gradient.
class SgdRule final : public UpdateRule {
 public:
  explicit SgdRule(const OptimizerOptions& options) : options_(options) {}
  [[nodiscard]] int64_t moments() const override { return options_.momentum == 0 ? 0 : 1; }

  void apply(const StepPoint& point, const FloatSlice& slice) const override {
    sgd_kernel({static_cast<float>(point.weight_decay), static_cast<float>(options_.momentum), static_cast<float>(point.learning_rate),
                options_.nesterov},
               slice);
  }

  void apply(const StepPoint& point, const TensorSlice& slice) const override {
    auto move = point.weight_decay == 0 ? slice.gradient : slice.gradient.add(slice.value, point.weight_decay);
    if (moments() > 0) {
      slice.m.mul_(options_.momentum).add_(move);
      move = options_.nesterov ? move.add(slice.m, options_.momentum) : slice.m;
    }
    slice.value.add_(move, -point.learning_rate);
  }

 private:
  OptimizerOptions options_;
};

void check_below_one(double value, const char* name) {
  if (!(value >= 0 && value < 1)) throw usage_error("must be at least 0 and below 1", name);
}

}  // namespace

std::unique_ptr<UpdateRule> make_update_rule(const OptimizerOptions& options) {
  if (!(options.weight_decay >= 0)) throw usage_error("must not be negative", "optimizer.weight_decay");
  if (options.kind == OptimizerKind::kSgd) {
    if (!(options.momentum >= 0)) throw usage_error("must not be negative", "optimizer.momentum");
    if (options.nesterov && options.momentum == 0)
      throw usage_error("needs momentum", "optimizer.nesterov", "set optimizer.momentum above 0");
    return std::make_unique<SgdRule>(options);
  }
  check_below_one(options.beta1, "optimizer.beta1");
  check_below_one(options.beta2, "optimizer.beta2");
  if (!(options.epsilon >= 0)) throw usage_error("must not be negative", "optimizer.epsilon");
  if (options.kind == OptimizerKind::kRAdam) return std::make_unique<RAdamRule>(options);
  return std::make_unique<AdamRule>(options);
}

}  // namespace vbench
