#include "datasets/loader/stage_clock.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <thread>
#include <vector>

namespace vbench {
namespace {

using namespace std::chrono_literals;

double of(const StageTimes& times, ReadStage stage) { return times.seconds[static_cast<size_t>(stage)]; }
int64_t marks_of(const StageTimes& times, ReadStage stage) { return times.marks[static_cast<size_t>(stage)]; }

/// Times of what happens while the clock runs.
StageTimes timed(const std::function<void()>& work) {
  start_stage_clock();
  work();
  const auto times = stage_times();
  stop_stage_clock();
  return times;
}

TEST(StageClock, GivesInnerStagesTheirOwnTimeAndTheOuterOneTheRest) {
  const auto times = timed([] {
    const StageScope reading(ReadStage::kRead);
    std::this_thread::sleep_for(20ms);
    {
      const StageScope decoding(ReadStage::kDecode);
      std::this_thread::sleep_for(60ms);
    }
    std::this_thread::sleep_for(20ms);
  });
  // Sleeps last at least as long as asked; a busy machine only makes them longer.
  EXPECT_GE(of(times, ReadStage::kRead), 0.040);
  EXPECT_GE(of(times, ReadStage::kDecode), 0.060);
  EXPECT_LT(of(times, ReadStage::kRead), of(times, ReadStage::kDecode) + 0.030) << "the inner time must not count twice";
  EXPECT_EQ(marks_of(times, ReadStage::kRead), 1);
  EXPECT_EQ(marks_of(times, ReadStage::kAugment), 0);
  EXPECT_EQ(of(times, ReadStage::kAugment), 0);
}

TEST(StageClock, AddsUpThreads) {
  const auto times = timed([] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        const StageScope augmenting(ReadStage::kAugment);
        std::this_thread::sleep_for(20ms);
      });
    }
    for (auto& thread : threads) thread.join();
  });
  EXPECT_GE(of(times, ReadStage::kAugment), 0.080);
  EXPECT_EQ(marks_of(times, ReadStage::kAugment), 4);
}

TEST(StageClock, CountsNothingWhileItIsOff) {
  {
    const StageScope reading(ReadStage::kRead);
    std::this_thread::sleep_for(1ms);
  }
  const auto times = timed([] {});
  EXPECT_EQ(marks_of(times, ReadStage::kRead), 0);
  EXPECT_EQ(of(times, ReadStage::kRead), 0);
}

TEST(StageClock, StartsAnewEachTime) {
  (void)timed([] { const StageScope reading(ReadStage::kRead); });
  EXPECT_EQ(marks_of(timed([] { const StageScope decoding(ReadStage::kDecode); }), ReadStage::kRead), 0);
}

}  // namespace
}  // namespace vbench
