#include "harness/train/early_stopping.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

TEST(BestTracker, TakesTheFirstScoreWhateverItIs) {
  for (const double score : {0.0, -3.0, 0.7}) {
    BestTracker best(1e-4, 16);
    EXPECT_EQ(best.best_epoch(), -1);
    EXPECT_TRUE(best.update(4, score));
    EXPECT_EQ(best.best_epoch(), 4);
    EXPECT_EQ(best.best_score(), score);
  }
}

TEST(BestTracker, WantsTheRelativeMargin) {
  BestTracker best(0.01, 16);
  EXPECT_TRUE(best.update(0, 0.5));
  EXPECT_FALSE(best.update(1, 0.5));
  EXPECT_FALSE(best.update(2, 0.5 * 1.01));  // must be above, not at it
  EXPECT_FALSE(best.update(3, 0.504));
  EXPECT_TRUE(best.update(4, 0.506));
  EXPECT_FALSE(best.update(5, 0.51));  // measured from the new best
  EXPECT_EQ(best.best_epoch(), 4);
}

TEST(BestTracker, FollowsTheRuleLiterallyAtZeroAndBelow) {
  BestTracker zero(1e-4, 16);
  zero.update(0, 0.0);
  EXPECT_FALSE(zero.update(1, 0.0));
  EXPECT_TRUE(zero.update(2, 1e-9));
  BestTracker negative(1e-4, 16);
  negative.update(0, -1.0);
  EXPECT_TRUE(negative.update(1, -1.0));
}

// One of the authors' published runs: best epoch 27, last epoch 43.
TEST(BestTracker, StopsSixteenEpochsAfterTheBestOne) {
  BestTracker best(1e-4, 16);
  int64_t epoch = 0;
  for (; epoch < 100 && !best.should_stop(epoch); ++epoch) best.update(epoch, epoch <= 27 ? 0.1 + 0.01 * static_cast<double>(epoch) : 0.2);
  EXPECT_EQ(best.best_epoch(), 27);
  EXPECT_EQ(epoch - 1, 43);
}

TEST(BestTracker, CountsEpochsWithoutValidationToo) {
  BestTracker best(1e-4, 3);
  EXPECT_FALSE(best.should_stop(1000));  // nothing validated yet
  best.update(10, 0.5);
  EXPECT_FALSE(best.should_stop(13));
  EXPECT_TRUE(best.should_stop(14));
}

TEST(BestTracker, NeverStopsWithPatienceZero) {
  BestTracker best(1e-4, 0);
  best.update(0, 0.5);
  EXPECT_FALSE(best.should_stop(1));
  EXPECT_FALSE(best.should_stop(100000));
}

TEST(BestTracker, ContinuesFromItsState) {
  BestTracker first(1e-4, 5);
  first.update(3, 1.0 / 3);
  BestTracker second(1e-4, 5);
  second.load_state(first.state());
  EXPECT_EQ(second.best_epoch(), 3);
  EXPECT_EQ(second.best_score(), 1.0 / 3);
  EXPECT_FALSE(second.update(4, 1.0 / 3));
  BestTracker fresh(1e-4, 5);
  fresh.load_state(BestTracker(1e-4, 5).state());
  EXPECT_TRUE(fresh.update(0, -1.0));
}

TEST(BestTracker, RefusesScoresAndStatesThatMakeNoSense) {
  BestTracker best(1e-4, 5);
  EXPECT_NE(test::error_of([&] { best.update(6, std::nan("")); }).find("epoch 7"), std::string::npos);
  for (const std::vector<double>& state : {std::vector<double>{}, {1}, {0.5, 1}, {-2, 1}, {3, std::nan("")}, {1, 2, 3}}) {
    EXPECT_NE(test::error_of([&] { best.load_state(state); }).find("checkpoint"), std::string::npos);
  }
  EXPECT_EQ(best.best_epoch(), -1);
}

}  // namespace
}  // namespace vbench
