#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "datasets/transforms/temporal_sampling.hpp"
#include "tests/support/golden.hpp"

namespace vbench::video {
namespace {

using test::Golden;

std::vector<int64_t> row(const torch::Tensor& matrix, int64_t i) {
  const auto values = matrix[i].contiguous();
  return {values.data_ptr<int64_t>(), values.data_ptr<int64_t>() + values.numel()};
}

/// "[4, 5, 6]" or "2" without its brackets.
std::string bare(std::string text) {
  std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
  return text;
}

SpanDraw recorded_draw(const torch::Tensor& draws) {
  const auto* values = draws.data_ptr<double>();
  SpanDraw draw;
  draw.interval = static_cast<int64_t>(values[0]);
  if (std::isnan(values[2])) {
    draw.repeated = static_cast<int64_t>(values[1]);
  } else {
    draw.speed = values[1];
    draw.start = values[2];
  }
  return draw;
}

void check_random(const Golden& golden, const std::string& group) {
  SamplingOptions options;
  options.frames = static_cast<int64_t>(golden.number(group, "num"));
  options.train_intervals = bare(golden.text(group, "interval"));
  if (group == "random_speed") {
    const auto speed = golden.json(group, "speed");
    options.slowest = speed[0];
    options.fastest = speed[1];
  }
  const auto frames = static_cast<int64_t>(golden.number(group, "range_max"));
  const auto indices = golden[group + "/indices"], draws = golden[group + "/rng_draws"].contiguous();
  const RandomSampler sampler(options);
  for (int64_t call = 0; call < indices.size(0); ++call) {
    const auto recorded = recorded_draw(draws[call]);
    EXPECT_EQ(sampler.indices(recorded, frames), row(indices, call)) << group << " call " << call;
    // Our own draw takes the same branch.
    RandomStream random(1, "test", 0, static_cast<uint64_t>(call));
    EXPECT_EQ(sampler.draw(frames, random).repeated.has_value(), recorded.repeated.has_value()) << group;
  }
}

void check_sequential(const Golden& golden, const std::string& group) {
  SamplingOptions options;
  options.frames = static_cast<int64_t>(golden.number(group, "num"));
  options.evaluation_interval = static_cast<int64_t>(golden.number(group, "interval"));
  const auto frames = static_cast<int64_t>(golden.number(group, "range_max"));
  const SequentialSampler sampler(options, golden.flag(group, "shuffle"), golden.flag(group, "fix_cursor"), 7);
  const auto memory = golden[group + "/clip_starts_memory"].contiguous();
  const std::vector<int64_t> starts(memory.data_ptr<int64_t>(), memory.data_ptr<int64_t>() + memory.numel());
  if (golden.flag(group, "shuffle")) {
    EXPECT_THAT(sampler.starts("id", frames), testing::UnorderedElementsAreArray(starts)) << group;
  } else {
    EXPECT_EQ(sampler.starts("id", frames), starts) << group;
  }
  const auto indices = golden[group + "/indices"];
  for (int64_t call = 0; call < indices.size(0); ++call) {
    const auto clip = sampler.sample_from(starts, "id", frames, call);
    if (!starts.empty()) {
      EXPECT_EQ(clip, row(indices, call)) << group << " call " << call;
    } else {  // one frame, which the original draws from another generator
      EXPECT_EQ(clip, std::vector<int64_t>(static_cast<size_t>(options.frames), clip.front())) << group;
      EXPECT_TRUE(clip.front() >= 0 && clip.front() < frames) << group;
    }
  }
}

TEST(GoldenSamplers, GiveTheIndicesOfTheOriginalForItsDraws) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/samplers.h5");
  golden.for_each_group({
      {"random_", [&](const std::string& group) { check_random(golden, group); }},
      {"sequential_", [&](const std::string& group) { check_sequential(golden, group); }},
  });
}

}  // namespace
}  // namespace vbench::video
