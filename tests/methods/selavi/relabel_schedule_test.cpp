#include "methods/selavi/relabel_schedule.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "methods/selavi/head_groups.hpp"
#include "tests/support/golden.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::error_of;

std::vector<int64_t> due_steps(RelabelSchedule schedule, int64_t from, int64_t to) {
  std::vector<int64_t> due;
  for (int64_t step = from; step < to; ++step) {
    if (schedule.due(step)) due.push_back(step);
  }
  return due;
}

TEST(RelabelSchedule, GrowsRarerAndStartsBeforeTheFirstStep) {
  EXPECT_THAT(due_steps(RelabelSchedule({.times = 5, .power = 2}, 4, 8), 0, 32), testing::ElementsAre(0, 2, 8, 18));
}

TEST(RelabelSchedule, TakesOneEntryAStep) {
  EXPECT_THAT(due_steps(RelabelSchedule({.times = 9, .power = 1}, 1, 4), 0, 4), testing::ElementsAre(0, 1, 2, 3));
}

TEST(RelabelSchedule, OfAContinuedRunDropsWhatHasPassed) {
  // Entries 0, 4, 8, ..., 32; epoch 2 of 8 steps begins with step 16, whose own entry is dropped too.
  EXPECT_THAT(due_steps(RelabelSchedule({.times = 9, .power = 1}, 4, 8, 2), 16, 32), testing::ElementsAre(20, 24, 28));
}

TEST(RelabelSchedule, NeverRunsOut) {
  RelabelSchedule schedule({.times = 1, .power = 1.5}, 2, 3);
  EXPECT_THAT(due_steps(schedule, 0, 6), testing::ElementsAre(0));
  EXPECT_THAT(schedule.entries(), testing::ElementsAre(12, 0));
}

TEST(RelabelSchedule, RefusesBadSettings) {
  EXPECT_THAT(error_of([] { RelabelSchedule({.times = 0}, 1, 1); }), testing::HasSubstr("at least once, not 0 times"));
  EXPECT_THAT(error_of([] { RelabelSchedule({.power = 0}, 1, 1); }),
              testing::HasSubstr("power of the labelling schedule must be positive"));
}

TEST(HeadGroups, HoldEveryHeadOnceAndDifferByOneAtMost) {
  const auto groups = head_groups(10, 3, 1, 0);
  ASSERT_EQ(groups.size(), 3U);
  std::vector<int64_t> all;
  for (const auto& group : groups) {
    EXPECT_TRUE(group.size() == 3 || group.size() == 4);
    all.insert(all.end(), group.begin(), group.end());
  }
  std::sort(all.begin(), all.end());
  EXPECT_THAT(all, testing::ElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
}

TEST(HeadGroups, DependOnSeedAndTimeOnly) {
  EXPECT_EQ(head_groups(10, 2, 1, 0), head_groups(10, 2, 1, 0));
  EXPECT_NE(head_groups(10, 2, 1, 0), head_groups(10, 2, 1, 1));
  EXPECT_NE(head_groups(10, 2, 1, 0), head_groups(10, 2, 2, 0));
}

TEST(HeadGroups, TakeTheSameOrderWhateverTheirNumber) {
  const auto order = head_groups(7, 1, 1, 3)[0];
  const auto groups = head_groups(7, 2, 1, 3);
  for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(groups[i % 2][i / 2], order[i]);
}

TEST(HeadGroups, RefuseMoreGroupsThanHeads) {
  EXPECT_THAT(error_of([] { (void)head_groups(2, 3, 1, 0); }), testing::HasSubstr("2 heads cannot form 3 groups"));
}

}  // namespace
}  // namespace vbench::selavi::test
