#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "metrics/classification.hpp"
#include "metrics/running_accuracy.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::Golden;

constexpr double kTolerance = 1e-6;

struct Batch {
  torch::Tensor logits, labels;
  double loss;
};

std::vector<Batch> read_batches(const Golden& golden, const std::string& group) {
  std::vector<Batch> batches;
  for (const auto& child : golden.file().children(group)) {
    if (child.rfind("batch", 0) != 0) continue;
    const std::string name = group + "/" + child;
    batches.push_back({golden[name + "/logits"], golden[name + "/labels"], golden[name + "/loss"].item<double>()});
  }
  return batches;
}

void expect_figures(const AccuracyFigures& figures, const torch::Tensor& loss_top1_top5, const std::string& name) {
  EXPECT_NEAR(figures.loss, loss_top1_top5[0].item<double>(), kTolerance) << name;
  EXPECT_NEAR(figures.top1, loss_top1_top5[1].item<double>(), kTolerance) << name;
  EXPECT_NEAR(figures.top5, loss_top1_top5[2].item<double>(), kTolerance) << name;
}

void check_sequence(const Golden& golden, const std::string& group) {
  RunningAccuracy running(golden.flag(group, "reset_each"));
  const auto recorded = golden[group + "/recorded_loss_top1_top5"], weighted = golden[group + "/sample_weighted_top1_top5"];
  int64_t row = 0;
  for (const auto& batch : read_batches(golden, group)) {
    expect_figures(running.add(batch.loss, class_ranks(batch.logits, batch.labels)), recorded[row++], group);
    EXPECT_NEAR(top_k_accuracy(batch.logits, batch.labels, 1), accuracy_at(class_ranks(batch.logits, batch.labels), 1), 0);
  }
  ASSERT_EQ(row, recorded.size(0)) << group;
  expect_figures(running.upstream_figures(), golden[group + "/epoch_mean_of_recorded"], group);
  EXPECT_NEAR(running.figures().top1, weighted[0].item<double>(), kTolerance) << group;
  EXPECT_NEAR(running.figures().top5, weighted[1].item<double>(), kTolerance) << group;
}

// Among equal logits the original's order is its library's secret; ours is by index. Both lie between "the right class comes last among its
// equals" and "it comes first".
void check_ties(const Golden& golden, const std::string& group) {
  const auto batches = read_batches(golden, group);
  ASSERT_EQ(batches.size(), 1U);
  const auto& [logits, labels, loss] = batches[0];
  const auto own = logits.gather(1, labels.unsqueeze(1));
  const auto higher = logits.gt(own).sum(1), equal = logits.eq(own).sum(1);
  const auto index = torch::arange(logits.size(1)).unsqueeze(0);
  const auto equal_before = (logits.eq(own) & index.lt(labels.unsqueeze(1))).sum(1);
  test::expect_same(class_ranks(logits, labels), higher + equal_before + 1, group);
  for (const auto& [k, name] : {std::pair<int64_t, int64_t>{1, 0}, {5, 1}}) {
    const double worst = accuracy_at(higher + equal, k), best = accuracy_at(higher + 1, k);
    const double ours = top_k_accuracy(logits, labels, k);
    for (const double value : {ours, golden[group + "/sample_weighted_top1_top5"][name].item<double>(),
                               golden[group + "/recorded_loss_top1_top5"][0][name + 1].item<double>()}) {
      EXPECT_TRUE(value >= worst - kTolerance && value <= best + kTolerance) << group << " top-" << k << ": " << value;
    }
  }
}

// NaN ranks first in the original. Ours refuses it by row; with the highest of all logits in its place the figures are the original's.
void check_nan(const Golden& golden, const std::string& group) {
  const auto batch = read_batches(golden, group).at(0);
  EXPECT_THAT(test::error_of([&] { (void)class_ranks(batch.logits, batch.labels); }),
              testing::HasSubstr("row 1: a similarity is not a number"));
  const auto logits = torch::nan_to_num(batch.logits, std::numeric_limits<double>::infinity());
  const auto expected = golden[group + "/sample_weighted_top1_top5"];
  EXPECT_NEAR(top_k_accuracy(logits, batch.labels, 1), expected[0].item<double>(), kTolerance);
  EXPECT_NEAR(top_k_accuracy(logits, batch.labels, 5), expected[1].item<double>(), kTolerance);
}

void check_errors(const Golden& golden, const std::string& group) {
  ASSERT_EQ(golden.text(group, "empty_value"), "nan");
  const RunningAccuracy none(true);
  for (const auto& figures : {none.figures(), none.upstream_figures()}) {
    EXPECT_TRUE(std::isnan(figures.loss) && std::isnan(figures.top1) && std::isnan(figures.top5));
  }
  RunningAccuracy running(false);
  const auto first = torch::ones({1}, torch::kLong);
  (void)running.add(1, first);
  (void)running.add(2.5, first);
  EXPECT_NEAR(running.add(0.25, first).loss, golden.number(group, "loss_mean_of_1_2.5_0.25"), kTolerance);
  ASSERT_EQ(golden.text(group, "topk_larger_than_classes"), "topk(5) should no larger than the pred dim(4)");
  EXPECT_THAT(test::error_of([] {
                (void)top_k_accuracy(torch::zeros({2, 4}), torch::zeros({2}, torch::kLong), 5);
              }),
              testing::HasSubstr("among the 5 best of 4 classes"));
}

TEST(GoldenClassification, FiguresOfBatchesAndEpochsAreThoseOfTheOriginal) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/metrics.h5");
  const auto sequence = [&](const std::string& group) { check_sequence(golden, group); };
  const auto ties = [&](const std::string& group) { check_ties(golden, group); };
  golden.for_each_group({
      {"multigrid_batch_sizes", sequence},
      {"single_item_five_classes", sequence},
      {"train_reset_each_step", sequence},
      {"validation_running", sequence},
      {"all_equal_logits_ties", ties},
      {"partial_ties", ties},
      {"inf_logits", ties},
      {"nan_logit", [&](const std::string& group) { check_nan(golden, group); }},
      {"errors", [&](const std::string& group) { check_errors(golden, group); }},
  });
}

TEST(RunningAccuracy, CountsSamplesWhateverTheBatchesAre) {
  RunningAccuracy running(true);
  const auto ranks = [](std::vector<int64_t> values) { return torch::tensor(values, torch::kLong); };
  (void)running.add(1.0, ranks({1, 1, 1}));
  (void)running.add(5.0, ranks({6}));
  EXPECT_DOUBLE_EQ(running.figures().loss, 2);
  EXPECT_DOUBLE_EQ(running.figures().top1, 0.75);
  EXPECT_DOUBLE_EQ(running.upstream_figures().loss, 3);
  EXPECT_DOUBLE_EQ(running.upstream_figures().top1, 0.5);
  EXPECT_EQ(test::error_of([&] { (void)running.add(1.0, ranks({})); }), "a batch without rows has no accuracy");
}

}  // namespace
}  // namespace vbench
