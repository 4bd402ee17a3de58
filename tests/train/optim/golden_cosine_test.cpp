#include <gtest/gtest.h>

#include "harness/train/schedule.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

const test::Tolerance kRates{1e-12, 0, "double arithmetic"};

std::unique_ptr<Schedule> make(const Golden& golden, const std::string& group, ScheduleKind kind) {
  ScheduleOptions options;
  options.kind = kind;
  return Schedule::make(options, golden.number(group, "base_lr"), 1, static_cast<int64_t>(golden.number(group, "T_max")));
}

TEST(SamSchedule, GivesTheAuthorsRates) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/schedule.h5");
  golden.for_each_group({{"", [&](const std::string& group) {
                            const auto losses = golden[group + "/val_loss"];
                            const auto by_loss = make(golden, group, ScheduleKind::kCosineByLoss);
                            std::vector<double> rates{by_loss->learning_rate()};
                            for (int64_t epoch = 0; epoch < losses.size(0); ++epoch) {
                              by_loss->step_epoch(true, false, losses[epoch].item<double>());
                              rates.push_back(by_loss->learning_rate());
                            }
                            test::expect_close(torch::tensor(rates, torch::kDouble), golden[group + "/lr_upstream"], kRates, group);

                            const auto expected = golden[group + "/lr_plain_cosine"];
                            const auto by_epoch = make(golden, group, ScheduleKind::kCosineByEpoch);
                            rates.clear();
                            for (int64_t epoch = 0; epoch < expected.size(0); ++epoch) {
                              rates.push_back(by_epoch->learning_rate());
                              by_epoch->step_epoch(true, false, 1.0);
                            }
                            test::expect_close(torch::tensor(rates, torch::kDouble), expected, kRates, group);
                          }}});
}

}  // namespace
}  // namespace vbench
