#include "harness/train/multi_factor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::error_of;
using testing::HasSubstr;

TEST(MultiFactor, FallsAfterItsEpochsAndWithinEveryEpoch) {
  const MultiFactorRate rate({.learning_rate = 0.8, .steps = {1, 3}, .factor = 0.1, .cycle = RateCycle::kUpstream}, 8);
  EXPECT_DOUBLE_EQ(rate.at(0), 0.8);  // place 1 of 8
  EXPECT_DOUBLE_EQ(rate.at(1), 0.4);
  EXPECT_DOUBLE_EQ(rate.at(3), 0.2);
  EXPECT_DOUBLE_EQ(rate.at(5), 0.1);
  EXPECT_DOUBLE_EQ(rate.at(7), 0.8) << "the last iteration counts as the first of the next epoch";
  EXPECT_DOUBLE_EQ(rate.at(8), 0.08);
  EXPECT_DOUBLE_EQ(rate.at(3 * 8), 0.008);
}

TEST(MultiFactor, WithoutTheCycleOnlyEpochsCount) {
  const MultiFactorRate rate({.learning_rate = 0.8, .steps = {1}, .factor = 0.5, .cycle = RateCycle::kOff}, 4);
  for (int64_t i = 0; i < 4; ++i) EXPECT_DOUBLE_EQ(rate.at(i), 0.8);
  for (int64_t i = 4; i < 9; ++i) EXPECT_DOUBLE_EQ(rate.at(i), 0.4);
  EXPECT_DOUBLE_EQ(MultiFactorRate({.learning_rate = 0.8, .steps = {}, .factor = 0.5, .cycle = RateCycle::kOff}, 4).at(4000), 0.8);
}

TEST(MultiFactor, TheTableShowsTheRatesOfATraining) {
  const MultiFactorRate rate({.learning_rate = 0.8, .steps = {1, 3, 9}, .factor = 0.1, .cycle = RateCycle::kUpstream}, 8);
  EXPECT_EQ(rate.table(5),
            "epochs     learning rate in each quarter of an epoch\n"
            "1-1        8.00e-01 4.00e-01 2.00e-01 1.00e-01\n"
            "2-3        8.00e-02 4.00e-02 2.00e-02 1.00e-02\n"
            "4-5        8.00e-03 4.00e-03 2.00e-03 1.00e-03");
  const MultiFactorRate steady({.learning_rate = 0.8, .steps = {2}, .factor = 0.5, .cycle = RateCycle::kOff}, 1);
  EXPECT_EQ(steady.table(9), "epochs     learning rate\n1-2        8.00e-01\n3-9        4.00e-01");
}

TEST(MultiFactor, NeverFallsBelowAMillionth) {
  const MultiFactorRate rate({.learning_rate = 1e-5, .steps = {1, 2}, .factor = 0.1, .cycle = RateCycle::kUpstream}, 4);
  EXPECT_DOUBLE_EQ(rate.at(100), 1e-6);
}

TEST(MultiFactor, BadOptionsAreNamed) {
  const auto make = [](MultiFactorOptions options, int64_t iterations) { return error_of([&] { MultiFactorRate(options, iterations); }); };
  for (const std::vector<int64_t>& steps : std::vector<std::vector<int64_t>>{{0}, {5, 5}, {9, 3}, {-2}}) {
    EXPECT_THAT(make({.steps = steps}, 4), HasSubstr("schedule.steps"));
  }
  EXPECT_THAT(make({.factor = 1.5}, 4), HasSubstr("schedule.factor"));
  EXPECT_THAT(make({.factor = 0}, 4), HasSubstr("schedule.factor"));
  EXPECT_THAT(make({.learning_rate = 0}, 4), HasSubstr("optimizer.learning_rate"));
  EXPECT_THAT(make({}, 0), HasSubstr("an epoch without iterations"));
}

}  // namespace
}  // namespace vbench
