#include "datasets/transforms/temporal_sampling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "harness/core/settings.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using Indices = std::vector<int64_t>;
using test::error_of;

Indices sample(const SamplingOptions& options, int64_t frames, uint64_t index) {
  RandomStream random(1, "augment", 0, index);
  return RandomSampler(options).sample(frames, random);
}

SamplingOptions clips_of(int64_t frames, const std::string& intervals, int64_t evaluation_interval = 2) {
  SamplingOptions options;
  options.frames = frames;
  options.train_intervals = intervals;
  options.evaluation_interval = evaluation_interval;
  return options;
}

TEST(RandomSampler, IndicesAreInTheVideoAndAscendWithOneOfTheIntervals) {
  const auto options = clips_of(8, "2,3");
  std::set<int64_t> steps;
  Indices starts;
  for (uint64_t i = 0; i < 300; ++i) {
    const auto indices = sample(options, 50, i);
    ASSERT_EQ(indices.size(), 8U);
    EXPECT_TRUE(indices.front() >= 0 && indices.back() < 50);
    for (size_t k = 2; k < indices.size(); ++k) EXPECT_EQ(indices[k] - indices[k - 1], indices[1] - indices[0]);
    steps.insert(indices[1] - indices[0]);
    starts.push_back(indices.front());
  }
  EXPECT_EQ(steps, (std::set<int64_t>{2, 3}));
  EXPECT_EQ(*std::min_element(starts.begin(), starts.end()), 0);
  EXPECT_GE(*std::max_element(starts.begin(), starts.end()), 33);  // 35 is the last possible
}

TEST(RandomSampler, SpeedStretchesTheSpanAsFarAsTheVideoReaches) {
  auto options = clips_of(5, "2");
  options.slowest = 1;
  options.fastest = 4;
  int64_t longest = 0;
  for (uint64_t i = 0; i < 300; ++i) {
    const auto indices = sample(options, 21, i);
    const int64_t span = indices.back() - indices.front();
    EXPECT_TRUE(span >= 8 && span <= 20 && indices.back() <= 20);
    longest = std::max(longest, span);
  }
  EXPECT_GE(longest, 19);
}

TEST(RandomSampler, ShortVideosRepeatOneFrameOrAreSpread) {
  auto options = clips_of(6, "3");
  std::set<int64_t> frames;
  for (uint64_t i = 0; i < 100; ++i) {
    const auto indices = sample(options, 4, i);
    EXPECT_EQ(indices, Indices(6, indices[0]));
    frames.insert(indices[0]);
  }
  EXPECT_EQ(frames, (std::set<int64_t>{0, 1, 2, 3}));
  options.short_video = ShortVideo::kSpread;
  EXPECT_EQ(sample(options, 4, 0), (Indices{0, 0, 1, 1, 2, 3}));
  EXPECT_EQ(sample(options, 1, 0), Indices(6, 0));
}

TEST(RandomSampler, TheKeyAloneDecides) {
  const auto options = clips_of(8, "1,2,3");
  EXPECT_EQ(sample(options, 400, 9), sample(options, 400, 9));
  EXPECT_NE(sample(options, 400, 9), sample(options, 400, 10));
}

TEST(SequentialSampler, ClipsFollowEachOtherWithoutOverlap) {
  EXPECT_EQ(clip_starts(14, 3, 3), (Indices{0, 7}));
  EXPECT_EQ(clip_starts(7, 3, 3), (Indices{0}));
  EXPECT_THAT(clip_starts(6, 3, 3), testing::IsEmpty());
  EXPECT_EQ(clip_starts(3, 1, 9), (Indices{0, 1, 2}));
}

TEST(SequentialSampler, AVideosClipsDependOnItsIdAlone) {
  const SequentialSampler sampler(clips_of(4, "1", 1), true, false, 5);
  const auto first = sampler.starts("a", 80);
  EXPECT_NE(sampler.starts("b", 80), first);
  EXPECT_EQ(sampler.starts("a", 80), first) << "whatever was asked in between";
  EXPECT_NE(SequentialSampler(clips_of(4, "1", 1), true, false, 6).starts("a", 80), first);
  std::set<Indices> seen;
  for (int64_t visit = 0; visit < 20; ++visit) seen.insert(sampler.sample("a", 80, visit));
  EXPECT_EQ(seen.size(), 20U) << "every clip comes once in as many visits";
  EXPECT_EQ(sampler.sample("a", 80, 20), sampler.sample("a", 80, 0));
}

TEST(EvaluationClips, OneKeyedOneInTheMiddleOrAll) {
  auto options = clips_of(3, "1", 2);  // 5 frames each
  const auto keyed = evaluation_clips(options, "v", 23, 0);
  ASSERT_EQ(keyed.size(), 1U);
  EXPECT_THAT(clip_starts(23, 3, 2), testing::Contains(keyed[0][0]));
  options.evaluation_clips = EvaluationClips::kCentre;
  EXPECT_EQ(evaluation_clips(options, "v", 23, 0), (std::vector<Indices>{{9, 11, 13}}));
  options.evaluation_clips = EvaluationClips::kAll;
  EXPECT_EQ(evaluation_clips(options, "v", 14, 0), (std::vector<Indices>{{0, 2, 4}, {5, 7, 9}}));
  const auto shorter = evaluation_clips(options, "v", 4, 0);
  ASSERT_EQ(shorter.size(), 1U);
  EXPECT_EQ(shorter[0], Indices(3, shorter[0][0]));
  options.short_video = ShortVideo::kSpread;
  EXPECT_EQ(evaluation_clips(options, "v", 4, 0), (std::vector<Indices>{{0, 1, 3}}));
}

TEST(Sampling, BadOptionsAndVideosAreNamed) {
  EXPECT_EQ(parse_intervals("4, 5,6"), (Indices{4, 5, 6}));
  for (const char* bad : {"", "0", "2,x", "-1", "1.5", "2,,3", "99999999999999999999"}) {
    EXPECT_NE(error_of([&] { (void)parse_intervals(bad); }).find("sampling.train_intervals"), std::string::npos) << bad;
  }
  EXPECT_NE(error_of([] { RandomSampler(clips_of(0, "1")); }).find("sampling.frames"), std::string::npos);
  auto options = clips_of(4, "1");
  options.slowest = 2;
  EXPECT_NE(error_of([&] { RandomSampler{options}; }).find("sampling.slowest"), std::string::npos);
  EXPECT_NE(error_of([] { SequentialSampler(clips_of(4, "1", 0), true, true, 0); }).find("sampling.evaluation_interval"),
            std::string::npos);
  EXPECT_EQ(error_of([] { (void)sample(clips_of(4, "1"), 0, 0); }), "no clip can be taken from 0 frames");
  EXPECT_EQ(error_of([] { (void)evaluation_clips(clips_of(4, "1"), "v", 0, 0); }), "no clip can be taken from 0 frames");
}

}  // namespace
}  // namespace vbench::video
