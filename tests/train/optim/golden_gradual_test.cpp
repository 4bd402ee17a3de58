#include <gtest/gtest.h>

#include "harness/train/schedule.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

std::vector<double> rates_of(const ScheduleOptions& options, double base, int64_t epochs) {
  const auto schedule = Schedule::make(options, base, 1, epochs);
  std::vector<double> rates;
  for (int64_t epoch = 0; epoch < epochs; ++epoch) {
    rates.push_back(schedule->learning_rate());
    schedule->step();
    schedule->step_epoch(false, false);
  }
  return rates;
}

void expect_rates(const std::vector<double>& rates, const at::Tensor& expected, const std::string& name) {
  test::expect_close(torch::tensor(rates, torch::kDouble), expected, {1e-12, 0, "double arithmetic"}, name);
}

TEST(GradualWarmup, GivesTheRatesOfSeLaVisPretrainingAndFineTuning) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/schedule.h5");
  const auto pretraining = [&](const std::string& group) {
    const auto expected = golden[group + "/lr_per_epoch_f64"];
    const ScheduleOptions options{.warmup_epochs = static_cast<int64_t>(golden.number(group, "warmup_epochs")),
                                  .warmup_unit = WarmupUnit::kGradual,
                                  .warmup_multiplier = golden.number(group, "multiplier")};
    expect_rates(rates_of(options, golden.number(group, "base_lr"), expected.size(0)), expected, group);
  };
  // The authors' scheduler falls behind its milestones by one epoch, because it is first asked at the end of the warm-up.
  const auto fine_tuning = [&](const std::string& group) {
    const ScheduleOptions options{.kind = ScheduleKind::kMultiFactor,
                                  .factor = 0.05,
                                  .steps = {6 + 1, 10 + 1},
                                  .cycle = RateCycle::kOff,
                                  .warmup_epochs = 2,
                                  .warmup_unit = WarmupUnit::kGradual,
                                  .warmup_multiplier = 8};
    const auto expected = golden[group + "/lr_per_epoch_f64"];
    expect_rates(rates_of(options, 0.0025, expected.size(0)), expected.select(1, 0), group + " classifier");
    // The base learns at a tenth, which is a multiplier of its parameters.
    test::expect_close(expected.select(1, 0) * 0.1, expected.select(1, 1), {1e-12, 0, "double arithmetic"}, group + " base");
  };
  golden.for_each_group({{"pretrain", pretraining}, {"finetune", fine_tuning}});
}

}  // namespace
}  // namespace vbench
