#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>

#include "harness/train/loss_mean.hpp"
#include "methods/sam/predictors.hpp"
#include "metrics/classification.hpp"
#include "metrics/rank_correlation.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;
using test::Tolerance;

constexpr double kPercentTolerance = 1e-4;
constexpr double kSpearmanTolerance = 1e-9;
const Tolerance kLossTolerance{1e-6, 0, "float32 sums"};

std::vector<double> doubles(const torch::Tensor& values) {
  const auto flat = values.to(torch::kDouble).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

/// The class axis is the second one, as cross-entropy wants it; ours is the last of two.
void check_accuracy(const Golden& golden, const std::string& group) {
  const auto output = golden[group + "/output"];
  const auto logits = output.movedim(1, -1).reshape({-1, output.size(1)});
  const auto target = golden[group + "/target"].flatten();
  const auto ks = golden[group + "/topk"], percent = golden[group + "/percent"];
  ASSERT_EQ(ks.numel(), percent.numel()) << group;
  for (int64_t i = 0; i < ks.numel(); ++i) {
    EXPECT_NEAR(100 * top_k_accuracy(logits, target, ks[i].item<int64_t>()), percent[i].item<double>(), kPercentTolerance) << group;
  }
}

void check_spearman(const Golden& golden, const std::string& group) {
  const auto a = doubles(golden[group + "/a"]), b = doubles(golden[group + "/b"]);
  EXPECT_EQ(average_ranks(a), doubles(golden[group + "/rank_a"])) << group;
  EXPECT_EQ(average_ranks(b), doubles(golden[group + "/rank_b"])) << group;
  const double expected = golden[group + "/rho"].item<double>(), rho = spearman(a, b);
  EXPECT_EQ(std::isnan(rho), std::isnan(expected)) << group;
  if (!std::isnan(expected)) {
    EXPECT_NEAR(rho, expected, kSpearmanTolerance) << group;
  }
}

void check_mean_of_records(const Golden& golden, const std::string& group) {
  const auto truth = golden[group + "/ground_truth"], predicted = golden[group + "/predicted"], each = golden[group + "/rho_each"];
  std::vector<double> correlations;
  for (int64_t i = 0; i < truth.size(0); ++i) {
    correlations.push_back(spearman(doubles(truth[i]), doubles(predicted[i])));
    EXPECT_NEAR(correlations.back(), each[i].item<double>(), kSpearmanTolerance) << group << " record " << i;
  }
  const auto summary = summarise_correlations(correlations);
  EXPECT_NEAR(summary.mean, golden[group + "/rho_mean"].item<double>(), kSpearmanTolerance);
  EXPECT_EQ(summary.undefined, 0);
}

/// The training losses are ATen's own functions with these arguments.
void check_loss(const torch::Tensor& output, const torch::Tensor& loss, const Golden& golden, const std::string& group) {
  loss.backward();
  test::expect_close(loss.detach(), golden[group + "/loss"].reshape({}), kLossTolerance, group + "/loss");
  test::expect_close(output.grad(), golden[group + "/grad"], kLossTolerance, group + "/grad");
}

void check_cross_entropy(const Golden& golden, const std::string& group) {
  const auto logits = golden[group + "/logits"].clone().requires_grad_();
  check_loss(logits, at::cross_entropy_loss(logits, golden[group + "/target"]), golden, group);
}

void check_mse(const Golden& golden, const std::string& group) {
  const auto output = golden[group + "/output"].clone().requires_grad_();
  check_loss(output, at::mse_loss(output, golden[group + "/target"]), golden, group);
}

/// The trainer's mean over batches, weighted by the number of sets as the logs print it.
void check_average_meter(const Golden& golden, const std::string& group) {
  const auto values = golden[group + "/values"], counts = golden[group + "/n"], states = golden[group + "/val_avg_sum_count"];
  LossMean mean;
  for (int64_t i = 0; i < values.numel(); ++i) {
    mean.add({values[i], {}, counts[i].item<double>()});
    test::expect_close(torch::tensor({mean.means().at("total"), mean.sums.at("total"), mean.weight}, torch::kDouble), states[i].slice(0, 1),
                       {1e-6, 0, "double sums"}, group);
  }
}

/// What the predictors compare vectors by.
void check_cosine_distance(const Golden& golden, const std::string& group) {
  for (const std::string prefix : {"", "zero_"}) {
    const auto distance = sam::cosine_distance(golden[group + "/" + prefix + "a"], golden[group + "/" + prefix + "b"]);
    test::expect_close(distance, golden[group + "/" + prefix + "dist"], kLossTolerance, prefix + "dist");
  }
}

TEST(GoldenSetMetrics, EveryGroupMatchesTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/metrics.h5");
  golden.for_each_group({{"accuracy_", [&](const std::string& group) { check_accuracy(golden, group); }},
                         {"spearman_", [&](const std::string& group) { check_spearman(golden, group); }},
                         {"spearman_mean", [&](const std::string& group) { check_mean_of_records(golden, group); }},
                         {"cross_entropy", [&](const std::string& group) { check_cross_entropy(golden, group); }},
                         {"mse", [&](const std::string& group) { check_mse(golden, group); }},
                         {"average_meter", [&](const std::string& group) { check_average_meter(golden, group); }},
                         {"cosine_distance", [&](const std::string& group) { check_cosine_distance(golden, group); }}});
}

}  // namespace
}  // namespace vbench
