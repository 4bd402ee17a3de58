#include "metrics/neighbours.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::error_of;
using test::expect_same;
using ::testing::HasSubstr;

torch::Tensor integers(const std::vector<int64_t>& values) { return torch::tensor(values, torch::kLong); }

/// All differences in float64, all distances sorted.
torch::Tensor by_sorting(const torch::Tensor& queries, const torch::Tensor& candidates, int64_t k) {
  const auto differences = queries.to(torch::kDouble).unsqueeze(1) - candidates.to(torch::kDouble).unsqueeze(0);
  return std::get<1>(differences.square().sum(2).sort(/*stable=*/true, /*dim=*/1, /*descending=*/false)).narrow(1, 0, k);
}

TEST(NearestNeighbours, AreThoseOfASortOfAllDistances) {
  torch::manual_seed(1);
  for (const int64_t width : {1, 3, 16, 37}) {
    const auto queries = torch::randn({50, width}), candidates = torch::randn({700, width});
    for (const int64_t k : {1, 7, 700}) expect_same(nearest_neighbours(queries, candidates, k), by_sorting(queries, candidates, k));
  }
}

TEST(NearestNeighbours, AreExactWhereAFloatProductLosesTheDistance) {
  torch::manual_seed(2);
  // |c|² is 16 million, in steps of 1 in float32; the distances that count are about 1.
  const auto queries = torch::randn({20, 16}) * 0.25 + 1000, candidates = torch::randn({3000, 16}) * 0.25 + 1000;
  expect_same(nearest_neighbours(queries, candidates, 10), by_sorting(queries, candidates, 10));
}

TEST(NearestNeighbours, TakeTheLowerIndexAmongEqualDistances) {
  torch::manual_seed(3);
  const auto different = torch::randn({40, 24}), queries = torch::randn({9, 24});
  const auto candidates = torch::cat({different, different, different});
  const auto found = nearest_neighbours(queries, candidates, 9);
  const auto nearest = nearest_neighbours(queries, different, 3);
  expect_same(found, torch::stack({nearest, nearest + 40, nearest + 80}, 2).flatten(1));
}

TEST(NearestNeighbours, StayBoundedWhereAllCandidatesAreTheSame) {
  const auto found = nearest_neighbours(torch::ones({3, 8}), torch::full({20000, 8}, 0.3F), 5);
  expect_same(found, torch::arange(5).expand({3, 5}));
}

TEST(NearestNeighbours, FindTheLateCandidateAmongManyEqualOnes) {
  auto candidates = torch::full({20000, 8}, 0.3F);
  candidates[19000] = 0.9;
  candidates[3] = 0.8;
  expect_same(nearest_neighbours(torch::ones({1, 8}), candidates, 3), integers({19000, 3, 0}).unsqueeze(0));
}

TEST(NearestNeighbours, DoNotDependOnBlocksOrThreads) {
  torch::manual_seed(4);
  const auto queries = torch::randn({70, 12}).round(), candidates = torch::randn({900, 12}).round();  // ties
  const auto expected = nearest_neighbours(queries, candidates, 20);
  expect_same(expected, by_sorting(queries, candidates, 20));
  const int before = at::get_num_threads();
  at::set_num_threads(3);
  expect_same(nearest_neighbours(queries, candidates, 20, {.queries = 13, .candidates = 101}), expected);
  at::set_num_threads(before);
  expect_same(nearest_neighbours(queries, candidates, 20, {.queries = 1, .candidates = 1}), expected);
}

TEST(NearestNeighbours, WorkOnVectorsOfVeryDifferentSizes) {
  torch::manual_seed(5);
  const auto scale = torch::pow(10.0, torch::rand({600, 1}) * 24 - 18);
  const auto candidates = torch::randn({600, 10}) * scale, queries = candidates.narrow(0, 0, 30) * 1.01;
  expect_same(nearest_neighbours(queries, candidates, 6), by_sorting(queries, candidates, 6));
}

TEST(NearestNeighbours, NameBadInput) {
  const auto rows = torch::ones({3, 2});
  auto broken = torch::ones({3, 2});
  broken[1][0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(rows, broken, 1); }), HasSubstr("candidates, row 1"));
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(broken, rows, 1); }), HasSubstr("queries, row 1"));
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(rows * 1e19, rows, 1); }), HasSubstr("overflow"));
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(rows, rows, 4); }), HasSubstr("no 4 nearest among 3"));
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(rows, torch::ones({3, 3}), 1); }), HasSubstr("3x2 and 3x3"));
  EXPECT_THAT(error_of([&] { (void)nearest_neighbours(rows.to(torch::kLong), rows, 1); }), HasSubstr("floating point"));
  EXPECT_EQ(nearest_neighbours(torch::ones({0, 2}), rows, 2).sizes(), (std::vector<int64_t>{0, 2}));
}

TEST(NeighbourRecall, CountsQueriesWithOneNeighbourOfTheirClass) {
  const auto neighbours = torch::tensor({{0, 1, 2}, {2, 1, 0}, {1, 0, 2}}, torch::kLong);
  const auto of_queries = integers({7, 8, 9}), of_candidates = integers({7, 8, 8});
  EXPECT_DOUBLE_EQ(neighbour_recall(neighbours, of_queries, of_candidates, 1), 2.0 / 3);
  EXPECT_DOUBLE_EQ(neighbour_recall(neighbours, integers({8, 7, 9}), of_candidates, 1), 0);
  EXPECT_DOUBLE_EQ(neighbour_recall(neighbours, integers({8, 7, 9}), of_candidates, 2), 1.0 / 3);
  EXPECT_DOUBLE_EQ(neighbour_recall(neighbours, integers({8, 7, 9}), of_candidates, 3), 2.0 / 3);
  EXPECT_TRUE(std::isnan(neighbour_recall(neighbours.narrow(0, 0, 0), integers({}), of_candidates, 1)));
}

TEST(NeighbourRecall, NamesBadInput) {
  const auto neighbours = torch::tensor({{0, 1}, {2, 1}}, torch::kLong);
  EXPECT_THAT(error_of([&] { (void)neighbour_recall(neighbours, integers({0, 1}), integers({0, 1}), 2); }), HasSubstr("neighbour 2"));
  EXPECT_THAT(error_of([&] { (void)neighbour_recall(neighbours, integers({0}), integers({0, 1, 2}), 2); }), HasSubstr("2 queries"));
  EXPECT_THAT(error_of([&] { (void)neighbour_recall(neighbours, integers({0, 1}), integers({0, 1, 2}), 3); }), HasSubstr("3 of 2"));
}

TEST(AverageClipFeatures, GiveEveryClipTheSameWeightWhateverItsNorm) {
  const auto clips = torch::tensor({{3.0F, 4.0F}, {100.0F, 0.0F}, {0.0F, 0.5F}});
  const auto found = average_clip_features(clips, integers({1, 0, 1}), 2);
  test::expect_close(found, torch::tensor({{1.0F, 0.0F}, {0.3F, 0.9F}}), {1e-7, 0, "float32"});
}

TEST(AverageClipFeatures, NameBadInput) {
  const auto clips = torch::ones({3, 2});
  EXPECT_THAT(error_of([&] { (void)average_clip_features(clips, integers({0, 2, 0}), 3); }), HasSubstr("video 1"));
  EXPECT_THAT(error_of([&] { (void)average_clip_features(clips, integers({0, 2, 0}), 2); }), HasSubstr("clip 1"));
  EXPECT_THAT(error_of([&] { (void)average_clip_features(clips, integers({0, 0}), 1); }), HasSubstr("3 clips"));
  EXPECT_THAT(error_of([&] { (void)average_clip_features(clips * 0, integers({0, 0, 0}), 1); }), HasSubstr("clip features, row 0"));
}

}  // namespace
}  // namespace vbench
