#include "harness/train/schedule.hpp"

#include <algorithm>
#include <cmath>

#include "harness/core/error.hpp"

namespace vbench {
namespace {
constexpr double kPi = 3.141592653589793;
constexpr double kSmallestReduction = 1e-8;  // of the rate, PyTorch's eps

/// Training whose end the schedule decides must end.
void check_end(const ScheduleOptions& options, double base, int64_t epochs) {
  if (epochs >= 0) return;
  const bool plateau = options.kind == ScheduleKind::kReduceOnPlateau;
  if (!plateau || options.last_learning_rate <= 0)
    throw usage_error("training would never end", "epochs=-1", "it needs schedule=plateau and schedule.last_learning_rate above 0");
  const bool stalls = options.follows == PlateauFollows::kLoss && options.last_learning_rate * (1 - options.factor) <= kSmallestReduction;
  if (options.factor >= 1 || base * options.min_factor >= options.last_learning_rate || stalls)
    throw usage_error("the learning rate never falls below schedule.last_learning_rate", "epochs=-1",
                      "lower schedule.factor or schedule.min_factor, or give --epochs");
}
}  // namespace

std::unique_ptr<Schedule> Schedule::make(const ScheduleOptions& options, double base_learning_rate, int64_t steps_per_epoch,
                                         int64_t epochs) {
  if (steps_per_epoch < 1) throw input_error("an epoch has no training steps", "schedule", "is the training split empty?");
  if (options.kind == ScheduleKind::kStep && options.step_epochs < 1) throw usage_error("must be at least 1", "schedule.step_epochs");
  if (options.warmup_multiplier != 1 && options.warmup_unit != WarmupUnit::kGradual)
    throw usage_error("has no effect on this warm-up", "schedule.warmup_multiplier", "add schedule.warmup_unit=gradual");
  check_end(options, base_learning_rate, epochs);
  return std::unique_ptr<Schedule>(new Schedule(options, base_learning_rate, steps_per_epoch, epochs));
}

Schedule::Schedule(const ScheduleOptions& options, double base, int64_t steps_per_epoch, int64_t epochs)
    : options_(options), base_(base), steps_per_epoch_(steps_per_epoch), epochs_(epochs) {
  if (options.kind != ScheduleKind::kMultiFactor) return;
  const auto end = std::find(options.steps.begin(), options.steps.end(), 0);
  const MultiFactorOptions rate{
      .learning_rate = base, .steps = {options.steps.begin(), end}, .factor = options.factor, .cycle = options.cycle};
  multi_factor_.emplace(rate, steps_per_epoch);
}

double Schedule::learning_rate() const {
  if (epoch_ < options_.warmup_epochs) return base_ * warmup_factor();
  const double risen = options_.warmup_unit == WarmupUnit::kGradual ? options_.warmup_multiplier : 1;
  return risen * (multi_factor_ ? multi_factor_->at(steps_) : base_ * factor_of_kind());
}

bool Schedule::is_over() const {
  return options_.kind == ScheduleKind::kReduceOnPlateau && epoch_ >= options_.warmup_epochs &&
         learning_rate() < options_.last_learning_rate;
}

double Schedule::plateau_factor(int64_t reductions) const {
  return std::max(std::pow(options_.factor, static_cast<double>(reductions)), options_.min_factor);
}

bool Schedule::is_new_best(double loss) {
  if (!std::isfinite(loss)) return false;
  if (best_loss_ && !(loss < *best_loss_ * (1 - options_.threshold))) return false;
  best_loss_ = loss;
  return true;
}

bool Schedule::may_reduce() const {
  if (options_.follows == PlateauFollows::kScore) return true;
  return base_ * (plateau_factor(reductions_) - plateau_factor(reductions_ + 1)) > kSmallestReduction;
}

double Schedule::factor_of_kind() const {
  switch (options_.kind) {
    case ScheduleKind::kConstant:
    case ScheduleKind::kMultiFactor:  // has the rate itself, not a factor
      return 1;
    case ScheduleKind::kReduceOnPlateau:
      return plateau_factor(reductions_);
    case ScheduleKind::kStep:
      return std::pow(options_.factor, std::floor(static_cast<double>(epoch_) / static_cast<double>(options_.step_epochs)));
    case ScheduleKind::kCosine:
      return cosine_factor();
    case ScheduleKind::kCosineByEpoch:
      return half_cosine(static_cast<double>(epoch_) / static_cast<double>(epochs_));
    case ScheduleKind::kCosineByLoss:
      return half_cosine(loss_ / static_cast<double>(epochs_));
  }
  return 1;
}

double Schedule::warmup_factor() const {
  const auto epochs = static_cast<double>(options_.warmup_epochs);
  if (options_.warmup_unit == WarmupUnit::kEpoch) return static_cast<double>(epoch_ + 1) / epochs;
  if (options_.warmup_unit == WarmupUnit::kGradual) {
    const double rise = options_.warmup_multiplier - 1, progress = static_cast<double>(epoch_) / epochs;
    return rise > 0 ? rise * progress + 1 : progress;
  }
  return static_cast<double>(steps_ + 1) / static_cast<double>(options_.warmup_epochs * steps_per_epoch_ + 1);
}

double Schedule::cosine_factor() const {
  const int64_t done = steps_ - options_.warmup_epochs * steps_per_epoch_;
  const int64_t all = std::max<int64_t>(1, (epochs_ - options_.warmup_epochs) * steps_per_epoch_);
  const double progress = std::clamp(static_cast<double>(done) / static_cast<double>(all), 0.0, 1.0);
  return half_cosine(progress);
}

double Schedule::half_cosine(double progress) const {
  return options_.min_factor + (1 - options_.min_factor) * (1 + std::cos(kPi * progress)) / 2;
}

void Schedule::step_epoch(bool validated, bool improved, std::optional<double> validation_loss) {
  if (validated && validation_loss) loss_ = *validation_loss;
  const bool counts = validated && epoch_ >= options_.warmup_epochs;
  ++epoch_;
  if (!counts) return;
  const bool better = options_.follows == PlateauFollows::kLoss ? is_new_best(loss_) : improved;
  bad_epochs_ = better ? 0 : bad_epochs_ + 1;
  if (cooling_epochs_ > 0) {
    --cooling_epochs_;
    bad_epochs_ = 0;
  }
  if (bad_epochs_ <= options_.patience) return;
  if (may_reduce()) ++reductions_;
  cooling_epochs_ = options_.cooldown;
  bad_epochs_ = 0;
}

std::vector<double> Schedule::state() const {
  std::vector<double> all;
  for (const int64_t value : {epoch_, steps_, reductions_, bad_epochs_, cooling_epochs_}) all.push_back(static_cast<double>(value));
  all.insert(all.end(), {loss_, best_loss_ ? 1.0 : 0.0, best_loss_.value_or(0)});
  return all;
}

void Schedule::load_state(const std::vector<double>& state) {
  constexpr double kLargest = 9007199254740992.0;  // 2^53: beyond it a double misses integers
  const auto is_count = [](double value) { return value >= 0 && value <= kLargest && value == std::floor(value); };
  constexpr size_t kCounts = 5;
  const bool good = state.size() == kCounts + 3 && std::all_of(state.begin(), state.begin() + kCounts, is_count) &&
                    std::all_of(state.begin() + kCounts, state.end(), [](double value) { return std::isfinite(value); });
  if (!good) throw input_error("the schedule's state is not five counts and two losses", "checkpoint");
  size_t next = 0;
  for (int64_t* value : {&epoch_, &steps_, &reductions_, &bad_epochs_, &cooling_epochs_}) *value = static_cast<int64_t>(state[next++]);
  loss_ = state[kCounts];
  best_loss_ = state[kCounts + 1] != 0 ? std::optional(state[kCounts + 2]) : std::nullopt;
}

}  // namespace vbench
