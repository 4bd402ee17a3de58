#include <gtest/gtest.h>

#include "harness/train/schedule.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

std::unique_ptr<Schedule> make(const Golden& golden, const std::string& group) {
  ScheduleOptions options;
  options.kind = ScheduleKind::kReduceOnPlateau;
  options.follows = PlateauFollows::kLoss;
  options.factor = golden.number(group, "factor");
  options.patience = static_cast<int64_t>(golden.number(group, "patience"));
  options.threshold = golden.number(group, "threshold");
  options.cooldown = 0;
  const double base = golden.number(group, "base_lr");
  options.min_factor = golden.number(group, "min_lr") / base;
  return Schedule::make(options, base, 1, 1);
}

TEST(PlateauOfTheLoss, GivesTheRatesOfPyTorchsScheduler) {
  VBENCH_REQUIRE_GOLDEN(golden, "smth3d/schedule.h5");
  golden.for_each_group(
      {{"plateau", [&](const std::string& group) {
          EXPECT_EQ(golden.text(group, "threshold_mode"), "rel");
          EXPECT_EQ(golden.number(group, "eps"), 1e-8);
          const auto losses = golden[group + "/val_loss_f64"];
          const auto schedule = make(golden, group);
          std::vector<double> rates;
          for (int64_t epoch = 0; epoch < losses.size(0); ++epoch) {
            rates.push_back(schedule->learning_rate());
            schedule->step();
            schedule->step_epoch(true, false, losses[epoch].item<double>());
          }
          test::expect_close(torch::tensor(rates, torch::kDouble), golden[group + "/lr_used_f64"], {1e-12, 0, "double arithmetic"}, group);
        }}});
}

}  // namespace
}  // namespace vbench
