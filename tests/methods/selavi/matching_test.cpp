#include "methods/selavi/matching.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <set>

#include "methods/nn/kernels/table.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Threads;

at::Tensor distances_of(const at::Tensor& video, const at::Tensor& audio) {
  ClusterDistances distances(video.size(1));
  distances.add(video, audio);
  return distances.matrix();
}

TEST(ClusterDistances, AreL1DistancesOnEveryInstructionSet) {
  torch::manual_seed(1);
  const nn::kernels::Table* all[3];
  const int count = nn::kernels::tables(all);
  for (const int64_t clusters : {1, 7, 33, 70}) {
    const auto video = torch::randn({300, clusters}).softmax(1), audio = torch::randn({300, clusters}).softmax(1);
    const auto v = video.to(torch::kDouble), a = audio.to(torch::kDouble);
    const auto expected = (v.unsqueeze(2) - a.unsqueeze(1)).abs().sum(0);
    for (int i = 0; i < count; ++i) {
      nn::kernels::use_table(all[i]);
      expect_close(distances_of(video, audio), expected, {.absolute = 1e-4, .why = "float32 sums over 128 samples"}, all[i]->name);
      expect_close(distances_of(v, a), expected, {.absolute = 1e-11, .why = "float64"}, all[i]->name);
    }
    nn::kernels::use_table(nullptr);
  }
}

TEST(ClusterDistances, GiveTheSameBitsForAnyNumberOfThreadsAndGrowBlockByBlock) {
  const auto video = torch::rand({9000, 20}), audio = torch::rand({9000, 20});
  const auto expected = distances_of(video, audio);
  for (const int threads : {1, 2, 5}) {
    const Threads guard(threads);
    EXPECT_TRUE(torch::equal(distances_of(video, audio), expected)) << threads;
  }
  ClusterDistances distances(20);
  distances.add(video.slice(0, 0, 1000), audio.slice(0, 0, 1000));
  distances.add(video.slice(0, 1000), audio.slice(0, 1000));
  expect_close(distances.matrix(), expected, {.relative = 1e-6, .why = "other blocks of float32"});
}

TEST(ClusterDistances, AddUpOverProcesses) {
  const auto video = torch::rand({50, 5}, torch::kDouble), audio = torch::rand({50, 5}, torch::kDouble);
  ClusterDistances distances(5);
  distances.add(video, audio);
  const auto doubled = distances.matrix([](std::span<double> sums) {
    for (double& s : sums) s *= 2;
  });
  expect_close(doubled, 2 * distances.matrix(), {.absolute = 1e-12, .why = "a factor of two"});
}

TEST(ClusterDistances, RefuseNotANumber) {
  auto video = torch::rand({50, 5});
  video[3][2] = NAN;
  EXPECT_THAT(error_of([&] {
                (void)distances_of(video, torch::rand({50, 5}));
              }),
              testing::HasSubstr("clusters 2 and 0: a probability is infinite or NaN"));
}

TEST(ExactMatching, FindsAPlantedOrder) {
  torch::manual_seed(2);
  const auto video = torch::randn({400, 30}).softmax(1);
  const auto order = torch::randperm(30);
  const auto matching = match_exactly(distances_of(video, video.index_select(1, order)));
  expect_same(order.index_select(0, torch::tensor(matching.permutation)), torch::arange(30));
  EXPECT_NEAR(matching.cost, 0, 1e-4);
  EXPECT_GT(matching.initial_cost, 1);
}

TEST(ExactMatching, IsNeverDearerThanSwaps) {
  torch::manual_seed(3);
  for (int64_t trial = 0; trial < 5; ++trial) {
    const auto distances = torch::rand({25, 25}, torch::kDouble);
    const auto swaps = match_by_swaps(distances, random_pairs(25, 1, trial), {});
    const auto exact = match_exactly(distances);
    EXPECT_LE(exact.cost, swaps.cost + 1e-12);
    EXPECT_LT(swaps.cost, swaps.initial_cost);
    EXPECT_EQ(std::set(swaps.permutation.begin(), swaps.permutation.end()).size(), 25U);
  }
}

TEST(Swaps, StopAfterTheirPatienceWhichLaterRestartsInherit) {
  const auto distances = torch::tensor({{0.0, 1.0}, {1.0, 0.0}}, torch::kDouble);  // nothing to gain
  int64_t asked = 0;
  const PairSource pairs = [&] {
    ++asked;
    return std::pair<int64_t, int64_t>(0, 1);
  };
  (void)match_by_swaps(distances, pairs, {.restarts = 2, .steps = 100, .patience = 9});
  EXPECT_EQ(asked, 22) << "steps 0 to 10 of both";

  asked = 0;  // the first restart succeeds at step 30 only, so the second may fail until step 40
  const PairSource late = [&] { return ++asked == 31 ? std::pair<int64_t, int64_t>(0, 1) : std::pair<int64_t, int64_t>(1, 2); };
  const auto better = torch::tensor({{1.0, 0.0, 5.0}, {0.0, 1.0, 5.0}, {5.0, 5.0, 0.0}}, torch::kDouble);
  const auto matching = match_by_swaps(better, late, {.restarts = 2, .steps = 100, .patience = 30});
  EXPECT_EQ(asked, (30 + 1 + 31) + (30 + 31 + 1));
  EXPECT_THAT(matching.permutation, testing::ElementsAre(1, 0, 2));
}

TEST(RandomPairs, AreDifferentClustersAndReachAllPairs) {
  const auto pairs = random_pairs(4, 7, 0), again = random_pairs(4, 7, 0);
  std::set<std::pair<int64_t, int64_t>> seen;
  for (int i = 0; i < 300; ++i) {
    const auto pair = pairs();
    EXPECT_EQ(pair, again());
    seen.insert(pair);
  }
  EXPECT_EQ(seen.size(), 12U);
  for (const auto& [i, j] : seen) EXPECT_TRUE(i != j && i >= 0 && i < 4 && j >= 0 && j < 4);
}

}  // namespace
}  // namespace vbench::selavi::test
