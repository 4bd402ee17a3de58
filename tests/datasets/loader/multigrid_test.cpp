#include "datasets/loader/multigrid.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/settings.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::error_of;
using testing::HasSubstr;

MultigridOptions options(bool long_cycles, bool short_cycles, EpochLength length = EpochLength::kUpstream) {
  return {long_cycles, short_cycles, length};
}

std::vector<int64_t> shape(const MultigridStep& step) { return {step.batch, step.size.frames, step.size.height, step.size.width}; }

TEST(Multigrid, SixteenFramesOf284PixelsGoThroughThePublishedShapes) {
  const MultigridSchedule schedule(options(true, true), 64000, 32, {16, 284, 284});
  ASSERT_EQ(schedule.iterations(), 112);
  EXPECT_EQ(shape(schedule.step(0)), (std::vector<int64_t>{256, 4, 200, 200}));
  EXPECT_EQ(shape(schedule.step(1)), (std::vector<int64_t>{512, 4, 142, 142}));
  EXPECT_EQ(shape(schedule.step(2)), (std::vector<int64_t>{1024, 4, 100, 100}));
  EXPECT_EQ(shape(schedule.step(30)), (std::vector<int64_t>{128, 8, 200, 200}));
  EXPECT_EQ(shape(schedule.step(57)), (std::vector<int64_t>{64, 8, 284, 284}));
  EXPECT_EQ(shape(schedule.step(84)), (std::vector<int64_t>{32, 16, 284, 284}));
  EXPECT_EQ(shape(schedule.step(85)), (std::vector<int64_t>{64, 16, 200, 200}));
  EXPECT_EQ(shape(schedule.step(111)), (std::vector<int64_t>{32, 16, 284, 284}));
}

TEST(Multigrid, HeightAndWidthShrinkApart) {
  const MultigridSchedule schedule(options(true, true), 64000, 32, {16, 112, 160});
  EXPECT_EQ(schedule.step(0).size, (ClipSize{4, 80, 114}));  // 79 and 113, made even
}

TEST(Multigrid, WithoutCyclesAllBatchesAreAlike) {
  const MultigridSchedule upstream(options(false, false), 105, 10, {3, 5, 7});
  EXPECT_EQ(upstream.iterations(), 10);
  EXPECT_EQ(upstream.clips_read(), 100);
  for (const auto& step : upstream.steps()) EXPECT_EQ(shape(step), (std::vector<int64_t>{10, 3, 5, 7}));
  const MultigridSchedule whole(options(false, false, EpochLength::kFullPass), 105, 10, {3, 5, 7});
  EXPECT_EQ(whole.iterations(), 11);
  EXPECT_EQ(whole.step(10).batch, 5);
  EXPECT_EQ(whole.step(10).first, 100);
}

TEST(Multigrid, AFullPassReadsEveryClipOnceWithBatchesOfTheSameProportions) {
  for (const int64_t clips : {1, 7, 40, 977, 9537, 50000}) {
    for (const auto& cycles : {options(true, true), options(true, false), options(false, true), options(false, false)}) {
      const MultigridSchedule schedule(options(cycles.long_cycles, cycles.short_cycles, EpochLength::kFullPass), clips, 8, {16, 112, 112});
      int64_t read = 0;
      for (const auto& step : schedule.steps()) {
        EXPECT_EQ(step.first, read);
        EXPECT_GT(step.batch, 0);
        read += step.batch;
      }
      EXPECT_EQ(read, clips);
    }
  }
  const MultigridSchedule schedule(options(true, true, EpochLength::kFullPass), 50000, 48, {16, 264, 264});
  std::array<int64_t, 4> quarters{};
  for (int64_t i = 0; i < schedule.iterations(); ++i) ++quarters.at(static_cast<size_t>(quarter_of(i, schedule.iterations())));
  EXPECT_LE(*std::max_element(quarters.begin(), quarters.end()) - *std::min_element(quarters.begin(), quarters.end()), 1);
}

TEST(Multigrid, BatchesThatOutgrowTheClipsAreCutAndOrdersStartOver) {
  const MultigridSchedule schedule(options(true, true), 300, 4, {16, 32, 32});
  for (const auto& step : schedule.steps()) {
    EXPECT_LE(step.batch, 300);
    EXPECT_TRUE(step.first >= 0 && step.first < 300);
  }
  EXPECT_EQ(schedule.step(0).first, 0);
  EXPECT_EQ(schedule.step(1).first, schedule.step(0).batch);
}

TEST(Multigrid, ShortCyclesAloneMakeAnEpochToo) {
  const MultigridSchedule schedule(options(false, true), 20000, 32, {16, 284, 284});
  EXPECT_EQ(schedule.iterations(), 135);  // 625 batches, counted down by 5, 2, 4 and the steps done
  EXPECT_EQ(shape(schedule.step(0)), (std::vector<int64_t>{256, 4, 200, 200}));
}

TEST(Multigrid, QuartersEndAtRoundedDownShares) {
  EXPECT_EQ(quarter_of(10, 45), 0);
  EXPECT_EQ(quarter_of(11, 45), 1);
  EXPECT_EQ(quarter_of(22, 45), 2);
  EXPECT_EQ(quarter_of(33, 45), 3);
  EXPECT_EQ(quarter_of(0, 1), 3);
}

TEST(Multigrid, TheTableNamesEveryShapeOnceAndTheLengthInForce) {
  const MultigridSchedule schedule(options(true, true), 50000, 48, {16, 264, 264});
  const auto table = schedule.table();
  EXPECT_THAT(table, HasSubstr("45 iterations an epoch read 18144 of 50000 clips (epoch_length=upstream)"));
  EXPECT_THAT(table, HasSubstr("   384      4    186    186      4\n"));
  // Of 4 x 3 shapes, the last two of the third quarter are the first two of the second.
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 2 + 10);
}

TEST(Multigrid, ImpossibleEpochsAreRefusedWithAWayOut) {
  const auto make = [](const MultigridOptions& chosen, int64_t clips, int64_t batch, const ClipSize& base) {
    return error_of([&] { MultigridSchedule(chosen, clips, batch, base); });
  };
  EXPECT_THAT(make(options(true, true), 40, 8, {16, 112, 112}), HasSubstr("40 training clips are too few for an epoch with batches of 8"));
  EXPECT_THAT(make(options(false, false), 7, 8, {16, 112, 112}), HasSubstr("multigrid.epoch_length=full_pass"));
  EXPECT_THAT(make(options(true, true), 4000, 8, {3, 112, 112}), HasSubstr("cycles need at least 4 frames of 3 x 3 pixels"));
  EXPECT_THAT(make(options(true, true), 4000, 8, {16, 112, 2}), HasSubstr("16 x 112 x 2 are too small"));
  EXPECT_THAT(make(options(true, true), 0, 8, {16, 112, 112}), HasSubstr("an epoch of 0 clips"));
  EXPECT_THAT(make(options(true, true), 4000, 0, {16, 112, 112}), HasSubstr("in batches of 0"));
  MultigridOptions bound;
  Settings settings;
  bound.bind(settings);
  EXPECT_THAT(error_of([&] { settings.set("multigrid.epoch_length", "half"); }), HasSubstr("multigrid.epoch_length"));
}

}  // namespace
}  // namespace vbench::video
