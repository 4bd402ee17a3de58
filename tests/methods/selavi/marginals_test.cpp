#include "methods/selavi/marginals.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/support/golden.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;

constexpr MarginalOptions kGaussian{.distribution = Distribution::kGauss};

at::Tensor values(std::initializer_list<double> numbers) { return torch::tensor(std::vector<double>(numbers), torch::kDouble); }
at::Tensor rising(int64_t clusters) { return torch::arange(clusters, torch::kDouble); }

TEST(ClusterSizes, ArePlacedByRankOfTheColumnSums) {
  const auto counts = values({7, 3, 5}), sums = values({0.2, 0.9, 0.1});
  expect_same(place_counts(counts, sums, Placement::kAsDrawn), values({3, 5, 7}));
  expect_same(place_counts(counts, sums, Placement::kSorted), values({5, 7, 3}));
}

TEST(ClusterSizes, WithEqualColumnSumsKeepTheOrderOfTheClusters) {
  expect_same(place_counts(values({7, 3, 5}), values({1, 1, 1}), Placement::kSorted), values({3, 5, 7}));
}

TEST(ClusterSizes, ShareAsReciprocals) {
  expect_close(reciprocal_share(values({1, 2, 2})), values({0.5, 0.25, 0.25}), {.absolute = 1e-16, .why = "exact but for one division"});
}

TEST(Marginals, AreUniformByDefault) {
  Marginals marginals({}, 100, 4, 2, 1);
  expect_same(marginals.share(1, 0, values({4, 1, 3, 2})), torch::full({4}, 0.25, torch::kDouble));
  EXPECT_EQ(marginals.counts().size(0), 0);
}

TEST(Marginals, DrawSizesAroundTheMeanWithTheGivenDeviation) {
  const Marginals marginals(kGaussian, 2000000, 20000, 1, 1);
  const auto counts = marginals.counts()[0];
  EXPECT_NEAR(counts.mean().item<double>(), 100, 0.3) << "4 standard errors of 10/sqrt(20000)";
  EXPECT_NEAR(counts.std().item<double>(), 10, 0.2);
}

TEST(Marginals, KeepOneDrawForEachHead) {
  Marginals marginals(kGaussian, 1000, 10, 3, 5);
  const auto drawn = marginals.counts().clone();
  EXPECT_FALSE(torch::equal(drawn[0], drawn[1]));
  const auto first = marginals.share(1, 0, rising(10));
  expect_same(first, reciprocal_share(drawn[1]), "rising column sums leave the draw as it is");
  expect_same(marginals.share(1, 8, rising(10)), first, "a later labelling");
  expect_same(Marginals(kGaussian, 1000, 10, 3, 5).counts(), drawn, "the same seed");
  EXPECT_FALSE(torch::equal(Marginals(kGaussian, 1000, 10, 3, 6).counts(), drawn));
}

TEST(Marginals, ReorderTheKeptDrawAtEveryPlacement) {
  Marginals marginals(kGaussian, 1000, 3, 1, 5);
  const auto drawn = marginals.counts()[0].clone();
  const auto sums = values({3, 1, 2});
  (void)marginals.share(0, 0, sums);
  (void)marginals.share(0, 1, sums);
  const auto once = place_counts(drawn, sums, Placement::kAsDrawn);
  expect_same(marginals.counts()[0], place_counts(once, sums, Placement::kAsDrawn));
}

TEST(Marginals, MayGiveAllHeadsOneDrawOfAtLeastOneSample) {
  auto options = kGaussian;
  options.per_head = false;
  options.deviation = 3;
  Marginals marginals(options, 100, 50, 3, 5);
  EXPECT_EQ(marginals.counts().size(0), 1);
  EXPECT_EQ(marginals.counts().min().item<double>(), 1);
  expect_same(marginals.share(0, 0, rising(50)), marginals.share(2, 0, rising(50)));
}

TEST(Marginals, MayBeDrawnAnewForEveryLabelling) {
  auto options = kGaussian;
  options.redraw = true;
  Marginals marginals(options, 1000, 10, 2, 5);
  const auto kept = Marginals(kGaussian, 1000, 10, 2, 5).share(1, 0, rising(10));
  expect_same(marginals.share(1, 0, rising(10)), kept);
  EXPECT_FALSE(torch::equal(marginals.share(1, 1, rising(10)), kept));
  expect_same(marginals.share(1, 0, rising(10)), kept, "a function of the head and the labelling's number");
}

TEST(Marginals, ContinueFromTheSizesOfACheckpoint) {
  Marginals marginals(kGaussian, 1000, 10, 2, 5), continued(kGaussian, 1000, 10, 2, 5);
  (void)marginals.share(0, 0, rising(10).flip(0));
  continued.restore(marginals.counts());
  expect_same(continued.share(0, 1, rising(10)), marginals.share(0, 1, rising(10)));
  EXPECT_THAT(error_of([&] { continued.restore(torch::ones({2, 9})); }), testing::HasSubstr("[2, 9] do not fit this run's [2, 10]"));
}

TEST(Marginals, RefuseSizesThatCannotBe) {
  auto options = kGaussian;
  options.deviation = 5;
  EXPECT_THAT(error_of([&] { Marginals(options, 1000, 100, 1, 1); }), testing::HasSubstr("was drawn with deviation 5"));
  EXPECT_THAT(error_of([] { (void)distribution_of("zipf"); }), testing::HasSubstr("unknown distribution of cluster sizes 'zipf'"));
}

}  // namespace
}  // namespace vbench::selavi::test
