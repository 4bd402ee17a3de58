#include "harness/train/schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

constexpr double kBaseRate = 0.4;
using Rates = std::vector<double>;

/// Factor of every step of one epoch; the epoch counts as validated and, if asked, improved.
Rates run_epoch(Schedule& schedule, int64_t steps, bool validated = true, bool improved = true) {
  Rates factors;
  for (int64_t step = 0; step < steps; ++step) {
    factors.push_back(schedule.learning_rate() / kBaseRate);
    schedule.step();
  }
  schedule.step_epoch(validated, improved);
  return factors;
}

Rates run(Schedule& schedule, int64_t steps, int64_t epochs) {
  Rates all;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    const auto factors = run_epoch(schedule, steps);
    all.insert(all.end(), factors.begin(), factors.end());
  }
  return all;
}

void expect_factors(const Rates& actual, const Rates& expected) { EXPECT_THAT(actual, Pointwise(DoubleNear(1e-14), expected)); }

TEST(Schedule, ConstantKeepsTheBaseRate) { expect_factors(run(*Schedule::make({}, kBaseRate, 2, 3), 2, 3), Rates(6, 1.0)); }

TEST(Schedule, StepReducesEveryFewEpochs) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kStep;
  options.step_epochs = 2;
  options.factor = 0.5;
  expect_factors(run(*Schedule::make(options, kBaseRate, 1, 7), 1, 7), {1, 1, 0.5, 0.5, 0.25, 0.25, 0.125});
}

TEST(Schedule, StepCountsTheWarmupEpochs) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kStep;
  options.step_epochs = 3;
  options.warmup_epochs = 2;
  expect_factors(run(*Schedule::make(options, kBaseRate, 1, 5), 1, 5), {0.5, 1, 1, 0.1, 0.1});
}

TEST(Schedule, CosineFallsFromOneToTheLowerBound) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kCosine;
  options.min_factor = 0.2;
  const auto schedule = Schedule::make(options, kBaseRate, 2, 2);
  const double part = std::sqrt(0.5);
  expect_factors(run(*schedule, 2, 2), {1, 0.6 + 0.4 * part, 0.6, 0.6 - 0.4 * part});
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), 0.2 * kBaseRate);
  run_epoch(*schedule, 2);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), 0.2 * kBaseRate);  // stays there instead of rising again
}

TEST(Schedule, CosineByLossFollowsTheLastValidationAlone) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kCosineByLoss;
  const auto schedule = Schedule::make(options, kBaseRate, 1, 10);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate);
  schedule->step_epoch(true, true, 5.0);
  EXPECT_NEAR(schedule->learning_rate(), 0.5 * kBaseRate, 1e-15);
  schedule->step_epoch(false, false);
  schedule->step_epoch(true, false);  // a validation without a loss
  EXPECT_NEAR(schedule->learning_rate(), 0.5 * kBaseRate, 1e-15);
}

TEST(Schedule, CosineStartsAfterTheWarmup) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kCosine;
  options.warmup_epochs = 2;
  options.warmup_unit = WarmupUnit::kStep;
  const auto schedule = Schedule::make(options, kBaseRate, 2, 4);
  const double part = std::sqrt(0.5);
  expect_factors(run(*schedule, 2, 4), {0.2, 0.4, 0.6, 0.8, 1, 0.5 + 0.5 * part, 0.5, 0.5 - 0.5 * part});
  EXPECT_NEAR(schedule->learning_rate(), 0, 1e-15);
}

TEST(Schedule, MultiFactorFallsByQuartersAndAtMilestonesAfterTheWarmup) {
  const ScheduleOptions options{.kind = ScheduleKind::kMultiFactor, .factor = 0.1, .steps = {2}, .warmup_epochs = 1};
  const MultiFactorRate rate({.learning_rate = kBaseRate, .steps = {2}, .factor = 0.1}, 4);
  auto schedule = Schedule::make(options, kBaseRate, 4, 3);
  for (int64_t step = 0; step < 12; ++step) {
    EXPECT_DOUBLE_EQ(schedule->learning_rate(), step < 4 ? kBaseRate : rate.at(step)) << step;
    schedule->step();
    if (step % 4 == 3) schedule->step_epoch(false, false);
  }
}

TEST(Schedule, WarmupByEpochRisesInEqualStairs) {
  ScheduleOptions options;
  options.warmup_epochs = 4;
  expect_factors(run(*Schedule::make(options, kBaseRate, 2, 5), 2, 5), {0.25, 0.25, 0.5, 0.5, 0.75, 0.75, 1, 1, 1, 1});
}

TEST(Schedule, GradualWarmupRisesToTheMultiplierWhichStays) {
  ScheduleOptions options{.kind = ScheduleKind::kStep, .factor = 0.5, .step_epochs = 4, .warmup_epochs = 2};
  options.warmup_unit = WarmupUnit::kGradual;
  options.warmup_multiplier = 3;
  expect_factors(run(*Schedule::make(options, kBaseRate, 1, 6), 1, 6), {1, 2, 3, 3, 1.5, 1.5});
  options.warmup_multiplier = 1;
  expect_factors(run(*Schedule::make(options, kBaseRate, 1, 6), 1, 6), {0, 0.5, 1, 1, 0.5, 0.5});
}

TEST(Schedule, AMultiplierBelongsToTheGradualWarmup) {
  ScheduleOptions options;
  options.warmup_epochs = 2;
  options.warmup_multiplier = 3;
  EXPECT_NE(test::error_of([&] { (void)Schedule::make(options, kBaseRate, 1, 6); }).find("schedule.warmup_multiplier"), std::string::npos);
}

ScheduleOptions plateau() {
  ScheduleOptions options;
  options.kind = ScheduleKind::kReduceOnPlateau;
  options.factor = 0.5;
  options.patience = 1;
  options.cooldown = 2;
  return options;
}

TEST(Schedule, PlateauReducesAfterPatienceAndWaitsForTheCooldown) {
  const auto schedule = Schedule::make(plateau(), kBaseRate, 1, 20);
  Rates factors;
  // The first epoch improves, no other does: two bad ones reduce, then two are forgiven before the next two count.
  for (int64_t epoch = 0; epoch < 12; ++epoch) factors.push_back(run_epoch(*schedule, 1, true, epoch == 0).front());
  expect_factors(factors, {1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25, 0.125});
}

TEST(Schedule, PlateauForgetsBadEpochsAtAnImprovement) {
  const auto schedule = Schedule::make(plateau(), kBaseRate, 1, 20);
  for (const bool improved : {false, true, false, true, false}) run_epoch(*schedule, 1, true, improved);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate);
  run_epoch(*schedule, 1, true, false);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate / 2);
}

TEST(Schedule, PlateauIgnoresEpochsWithoutValidation) {
  const auto schedule = Schedule::make(plateau(), kBaseRate, 1, 20);
  run_epoch(*schedule, 1, true, false);
  for (int64_t epoch = 0; epoch < 5; ++epoch) run_epoch(*schedule, 1, false, false);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate);
  run_epoch(*schedule, 1, true, false);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate / 2);
}

TEST(Schedule, PlateauIgnoresTheWarmup) {
  auto options = plateau();
  options.warmup_epochs = 3;
  const auto schedule = Schedule::make(options, kBaseRate, 1, 20);
  for (int64_t epoch = 0; epoch < 4; ++epoch) run_epoch(*schedule, 1, true, false);
  EXPECT_DOUBLE_EQ(schedule->learning_rate(), kBaseRate);
}

TEST(Schedule, PlateauStopsAtTheLowerBound) {
  auto options = plateau();
  options.patience = 0;
  options.cooldown = 0;
  options.min_factor = 0.3;
  const auto schedule = Schedule::make(options, kBaseRate, 1, 20);
  Rates factors;
  for (int64_t epoch = 0; epoch < 4; ++epoch) factors.push_back(run_epoch(*schedule, 1, true, false).front());
  expect_factors(factors, {1, 0.5, 0.3, 0.3});
}

TEST(Schedule, ContinuesFromItsStateInTheMiddleOfAnEpoch) {
  for (const auto kind : {ScheduleKind::kConstant, ScheduleKind::kReduceOnPlateau, ScheduleKind::kStep, ScheduleKind::kCosine,
                          ScheduleKind::kCosineByEpoch, ScheduleKind::kCosineByLoss}) {
    auto options = plateau();
    options.kind = kind;
    if (kind == ScheduleKind::kReduceOnPlateau) options.follows = PlateauFollows::kLoss;
    options.step_epochs = 3;
    options.warmup_epochs = 2;
    options.warmup_unit = WarmupUnit::kStep;
    for (const int64_t stop : {1, 5, 13, 22}) {
      const auto whole = Schedule::make(options, kBaseRate, 3, 10);
      auto broken = Schedule::make(options, kBaseRate, 3, 10);
      for (int64_t step = 0; step < 30; ++step) {
        if (step == stop) {
          const auto state = broken->state();
          broken = Schedule::make(options, kBaseRate, 3, 10);
          broken->load_state(state);
        }
        ASSERT_EQ(whole->learning_rate(), broken->learning_rate()) << "step " << step;
        for (auto* schedule : {whole.get(), broken.get()}) {
          schedule->step();
          if (step % 3 == 2) schedule->step_epoch(true, step < 6, 0.3 * static_cast<double>(step));
        }
      }
    }
  }
}

ScheduleOptions plateau_of_loss() {
  ScheduleOptions options;
  options.kind = ScheduleKind::kReduceOnPlateau;
  options.follows = PlateauFollows::kLoss;
  options.factor = 0.5;
  options.patience = 1;
  options.cooldown = 0;
  return options;
}

TEST(Schedule, PlateauOfTheLossHeedsLossesAndNotScores) {
  const auto schedule = Schedule::make(plateau_of_loss(), kBaseRate, 1, 9);
  Rates rates;
  for (const double loss : {2.0, 1.0, 0.99995, 1.0, 0.5, 0.6, 0.7}) {  // the third is better by less than the threshold
    rates.push_back(schedule->learning_rate() / kBaseRate);
    schedule->step();
    schedule->step_epoch(true, true, loss);
  }
  rates.push_back(schedule->learning_rate() / kBaseRate);
  expect_factors(rates, {1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25});
}

TEST(Schedule, PlateauOfTheLossIsOverBelowTheLastRate) {
  auto options = plateau_of_loss();
  options.last_learning_rate = kBaseRate / 2;
  const auto schedule = Schedule::make(options, kBaseRate, 1, -1);
  int64_t epochs = 0;
  for (; !schedule->is_over(); ++epochs) {
    ASSERT_LT(epochs, 9);
    schedule->step();
    schedule->step_epoch(true, false, 1.0);
  }
  EXPECT_EQ(epochs, 5);  // half the rate after 3 epochs is not below itself, a quarter after 2 more is
  EXPECT_FALSE(Schedule::make({}, kBaseRate, 1, 1)->is_over());
}

TEST(Schedule, RefusesToBeTheEndOfTrainingWithoutOne) {
  const auto fault = [](const ScheduleOptions& options) {
    return test::error_of([&] { (void)Schedule::make(options, kBaseRate, 1, -1); });
  };
  auto options = plateau_of_loss();
  EXPECT_NE(fault(options).find("training would never end"), std::string::npos);
  options.last_learning_rate = 0.01;
  options.min_factor = 0.1;
  EXPECT_NE(fault(options).find("never falls below schedule.last_learning_rate"), std::string::npos);
  options.min_factor = 0;
  options.last_learning_rate = 1e-9;  // reductions by 1e-8 or less do not happen
  EXPECT_NE(fault(options).find("never falls below schedule.last_learning_rate"), std::string::npos);
  options.kind = ScheduleKind::kCosine;
  EXPECT_NE(fault(options).find("training would never end"), std::string::npos);
}

TEST(Schedule, RefusesStatesAndEpochsThatMakeNoSense) {
  const auto schedule = Schedule::make({}, kBaseRate, 1, 1);
  const double nan = std::nan("");
  for (const Rates& state : {Rates{},
                             {1, 2, 3, 4, 5},
                             {1, 2, 3, 4, 5, 0},
                             {1, 2, 3, 4, 0.5, 0, 0, 0},
                             {-1, 0, 0, 0, 0, 0, 0, 0},
                             {nan, 0, 0, 0, 0, 0, 0, 0},
                             {1e300, 0, 0, 0, 0, 0, 0, 0},
                             {0, 0, 0, 0, 0, nan, 0, 0},
                             {0, 0, 0, 0, 0, 0, 1, nan}}) {
    EXPECT_NE(test::error_of([&] { schedule->load_state(state); }).find("checkpoint"), std::string::npos);
  }
  EXPECT_NE(test::error_of([&] { (void)Schedule::make({}, kBaseRate, 0, 1); }).find("training split"), std::string::npos);
}

}  // namespace
}  // namespace vbench
