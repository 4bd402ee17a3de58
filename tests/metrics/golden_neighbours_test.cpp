#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "metrics/neighbours.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

TEST(GoldenNeighbours, NeighboursAndRecallsMatchTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/retrieval.h5");
  const auto expected = golden["neighbours_50"];
  const auto neighbours = nearest_neighbours(golden["test_features"], golden["train_features"], expected.size(1));
  test::expect_same(neighbours, expected, "neighbours");
  for (const int64_t k : {1, 5, 10, 20, 50}) {
    const double percent = 100 * neighbour_recall(neighbours, golden["test_labels"], golden["train_labels"], k);
    EXPECT_NEAR(percent, golden.number("/", fmt::format("recall_at_{}_percent", k)), 1e-10) << "k " << k;
  }
}

TEST(GoldenNeighbours, FeaturesOfVideosMatchTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/retrieval.h5");
  const auto expected = golden["video_features_normalised_then_averaged"];
  const auto found = average_clip_features(golden["clip_features"], golden["clip_video_index"], expected.size(0));
  test::expect_close(found, expected, {1e-6, 0, "a norm and a mean in float32"}, "video features");
}

}  // namespace
}  // namespace vbench
