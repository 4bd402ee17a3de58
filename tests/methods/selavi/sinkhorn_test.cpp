#include "methods/selavi/sinkhorn.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <barrier>
#include <cmath>
#include <thread>

#include "harness/core/error.hpp"
#include "methods/nn/kernels/table.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::selavi::test {
namespace {

using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Threads;

struct Probabilities {
  at::Tensor video, audio;  ///< [N, K] float32
};

Probabilities probabilities(int64_t samples, int64_t clusters, uint64_t seed = 1) {
  torch::manual_seed(seed);
  const auto common = torch::randn({samples, clusters});
  return {(common + torch::randn({samples, clusters})).softmax(1), (common + torch::randn({samples, clusters})).softmax(1)};
}

/// The formulas of the paper, one line each, in float64.
Labelling reference(const Probabilities& p, double lambda) {
  const auto powered = (p.video.to(torch::kDouble) * p.audio.to(torch::kDouble)).pow(lambda / 2);
  const auto n = powered.size(0), k = powered.size(1);
  auto beta = torch::full({n}, 1.0 / static_cast<double>(n), torch::kDouble), alpha = torch::ones({k}, torch::kDouble);
  Labelling result;
  result.error = 1e6;
  while (result.error > 0.1) {
    alpha = 1.0 / static_cast<double>(k) / beta.matmul(powered);
    const auto next = 1.0 / static_cast<double>(n) / powered.matmul(alpha);
    if (result.iterations++ % 10 == 0) result.error = (beta / next - 1).abs().sum().item<double>();
    beta = next;
  }
  result.labels = (powered * alpha).argmax(1);
  result.cost = -powered.gather(1, result.labels.unsqueeze(1)).log().mean().item<double>() / lambda;
  return result;
}

void expect_like(const Labelling& result, const Labelling& expected, const std::string& name) {
  expect_same(result.labels, expected.labels, name);
  EXPECT_EQ(result.iterations, expected.iterations) << name;
  EXPECT_NEAR(result.cost, expected.cost, 1e-9) << name;
  EXPECT_NEAR(result.error, expected.error, 1e-9) << name;
}

TEST(Transport, FollowsThePaperForWholeHalfAndOtherPowers) {
  const auto p = probabilities(1501, 37);
  for (const double lambda : {20.0, 25.0, 1.0, 7.3, 130.5}) {
    expect_like(label_by_transport(p.video, p.audio, lambda), reference(p, lambda), fmt::format("lambda {}", lambda));
  }
}

TEST(Transport, GivesTheSameBitsForAnyNumberOfThreadsAndAnyBlocks) {
  const auto p = probabilities(1501, 37);
  const auto whole = label_by_transport(p.video, p.audio, 20);
  for (const int threads : {1, 2, 3, 5}) {
    const Threads guard(threads);
    Transport transport(1501, 37, 20);
    for (int64_t row = 0; row < 1501; row += 211) {
      transport.add(p.video.slice(0, row, row + 211), p.audio.slice(0, row, row + 211));
    }
    const auto result = transport.solve();
    expect_same(result.labels, whole.labels);
    EXPECT_EQ(result.cost, whole.cost);
    EXPECT_EQ(result.error, whole.error);
  }
}

TEST(Transport, AgreesOnAllInstructionSetsAndBothKindsOfInput) {
  const auto p = probabilities(700, 33);
  const auto expected = reference(p, 20);
  const nn::kernels::Table* all[3];
  const int count = nn::kernels::tables(all);
  for (int i = 0; i < count; ++i) {
    nn::kernels::use_table(all[i]);
    expect_like(label_by_transport(p.video, p.audio, 20), expected, all[i]->name);
    Transport product(700, 33, 20);
    product.add(p.video.to(torch::kDouble) * p.audio.to(torch::kDouble));
    expect_like(product.solve(), expected, all[i]->name);
  }
  nn::kernels::use_table(nullptr);
}

TEST(Transport, FillsEveryClusterAlikeByDefaultAndAsToldOtherwise) {
  const auto p = probabilities(4000, 8);
  const auto sizes = label_by_transport(p.video, p.audio, 20).cluster_sizes;
  EXPECT_EQ(sizes.sum().item<int64_t>(), 4000);
  EXPECT_LT((sizes - 500).abs().max().item<int64_t>(), 50);
  auto share = torch::full({8}, 0.1, torch::kDouble);
  share[3] = 0.3;
  EXPECT_NEAR(label_by_transport(p.video, p.audio, 20, share).cluster_sizes[3].item<double>(), 1200, 100);
}

TEST(Transport, KeepsTheColumnSumsOfTheMatrixBeforeThePower) {
  const auto p = probabilities(700, 33);
  Transport transport(700, 33, 20);
  transport.add(p.video, p.audio);
  expect_close(transport.column_sums(), (p.video.to(torch::kDouble) * p.audio.to(torch::kDouble)).sum(0),
               {.relative = 1e-13, .why = "another order of 700 terms"});
}

TEST(Transport, LabelsRowsWhosePowersUnderflow) {
  auto p = probabilities(300, 6);
  p.video = p.video.to(torch::kDouble);
  const auto expected = label_by_transport(p.video, p.audio, 20);
  p.video[7] *= 1e-60;  // to the power of 10: far below the smallest number, yet only the ratios within a row matter
  const auto result = label_by_transport(p.video, p.audio, 20);
  expect_same(result.labels, expected.labels);
  EXPECT_NEAR(result.cost, expected.cost + 30 * std::log(10.0) / 300, 1e-9);
}

TEST(Transport, BearsClustersThatHardlyAnySampleReaches) {
  torch::manual_seed(5);
  const auto sure = (100 * torch::randn({192, 8}, torch::kDouble)).softmax(1);
  auto lonely = torch::rand({192, 8}, torch::kDouble) + 0.1;
  lonely.select(1, 3).mul_(1e-60);
  lonely[17][3] = 1e-40;
  for (const auto storage : {Storage::kFloat64, Storage::kFloat32}) {
    for (const auto& product : {sure.square(), lonely}) {
      Transport transport(192, 8, 20, storage);
      transport.add(product);
      const auto result = transport.solve();
      EXPECT_TRUE(std::isfinite(result.cost));
      EXPECT_EQ(result.cluster_sizes.sum().item<int64_t>(), 192);
      EXPECT_GE(result.cluster_sizes.gt(0).sum().item<int64_t>(), 7);
    }
  }
}

TEST(Transport, ServesOneHeadAfterTheOther) {
  const auto first = probabilities(300, 6, 1), second = probabilities(300, 6, 2);
  Transport transport(300, 6, 20);
  transport.add(first.video, first.audio);
  expect_same(transport.solve().labels, label_by_transport(first.video, first.audio, 20).labels);
  transport.clear();
  transport.add(second.video, second.audio);
  const auto expected = label_by_transport(second.video, second.audio, 20);
  const auto result = transport.solve();
  expect_same(result.labels, expected.labels);
  EXPECT_EQ(result.cost, expected.cost);
  EXPECT_EQ(result.error, expected.error);
}

TEST(Transport, StopsAtTheIterationLimitAndSaysSo) {
  const auto p = probabilities(300, 16);
  Transport transport(300, 16, 20);
  transport.add(p.video, p.audio);
  std::vector<int64_t> watched;
  const auto result =
      transport.solve({}, {.tolerance = 0, .max_iterations = 25, .watch = [&](int64_t i, double) { watched.push_back(i); }});
  EXPECT_FALSE(result.converged);
  EXPECT_EQ(result.iterations, 25);
  EXPECT_THAT(watched, testing::ElementsAre(0, 10, 20));
}

/// Two processes, as threads: every sum waits for the other's.
TEST(Transport, SplitsOverProcessesByAddingSums) {
  const auto p = probabilities(901, 12);
  const auto whole = label_by_transport(p.video, p.audio, 20);
  std::barrier meeting(2);
  std::vector<std::vector<double>> brought(2);
  std::vector<Labelling> results(2);
  const auto process = [&](size_t rank) {
    const auto rows = [rank](const at::Tensor& x) { return rank == 0 ? x.slice(0, 0, 400) : x.slice(0, 400); };
    const SampleSum sum = [&](std::span<double> values) {
      brought[rank].assign(values.begin(), values.end());
      meeting.arrive_and_wait();
      for (size_t i = 0; i < values.size(); ++i) values[i] = brought[0].at(i) + brought[1].at(i);
      meeting.arrive_and_wait();
    };
    Transport transport(rank == 0 ? 400 : 501, 12, 20);
    transport.add(rows(p.video), rows(p.audio));
    results[rank] = transport.solve({}, {}, sum);
  };
  std::thread other(process, 1);
  process(0);
  other.join();
  expect_same(torch::cat({results[0].labels, results[1].labels}), whole.labels);
  for (const auto& result : results) {
    expect_same(result.cluster_sizes, whole.cluster_sizes);
    EXPECT_EQ(result.iterations, whole.iterations);
    EXPECT_NEAR(result.cost, whole.cost, 1e-12);
  }
}

TEST(Transport, RefusesRowsThatAreNoProbabilities) {
  const auto with = [](double value, bool whole_row) {
    return error_of([=] {
      auto p = probabilities(300, 6);
      if (whole_row) {
        p.audio[205].fill_(value);
      } else {
        p.audio[205][2] = value;
      }
      (void)label_by_transport(p.video, p.audio, 20);
    });
  };
  EXPECT_THAT(with(NAN, false), testing::StartsWith("sample 205: a probability is negative, infinite or NaN"));
  EXPECT_THAT(with(INFINITY, false), testing::StartsWith("sample 205: a probability is negative"));
  EXPECT_THAT(with(-0.1, false), testing::StartsWith("sample 205: a probability is negative"));
  EXPECT_THAT(with(0, true), testing::StartsWith("sample 205: no cluster has a positive probability"));
}

TEST(Transport, RefusesAClusterThatNobodyCanGet) {
  auto p = probabilities(300, 6);
  p.audio.select(1, 4).zero_();
  try {
    (void)label_by_transport(p.video, p.audio, 20);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNumeric);
    EXPECT_THAT(error.what(), testing::StartsWith("cluster 4: no sample gives it a share"));
  }
}

TEST(Transport, RefusesMissingRowsAndBadSettings) {
  const auto p = probabilities(30, 6);
  EXPECT_THAT(error_of([&] {
                Transport transport(31, 6, 20);
                transport.add(p.video, p.audio);
                (void)transport.solve();
              }),
              testing::HasSubstr("30 of 31 samples"));
  EXPECT_THAT(error_of([&] { Transport(29, 6, 20).add(p.video, p.audio); }), testing::HasSubstr("do not fit 29 more samples"));
  EXPECT_THAT(error_of([] { Transport(29, 6, 0); }), testing::HasSubstr("lambda must be positive"));
  EXPECT_THAT(error_of([&] { (void)label_by_transport(p.video, p.audio, 20, torch::zeros({6})); }),
              testing::HasSubstr("6 positive numbers"));
}

}  // namespace
}  // namespace vbench::selavi::test
