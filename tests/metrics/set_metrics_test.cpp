#include <gtest/gtest.h>
#include <torch/types.h>

#include <cmath>
#include <limits>
#include <vector>

#include "harness/core/scores.hpp"
#include "metrics/classification.hpp"
#include "metrics/rank_correlation.hpp"
#include "metrics/set_tasks.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using Numbers = std::vector<double>;
using test::error_of;
using ::testing::HasSubstr;
constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

torch::Tensor targets(std::vector<int64_t> values) { return torch::tensor(values, torch::kLong); }

TEST(TopKAccuracy, CountsTheRightClassAmongTheHighestLogits) {
  const auto logits = torch::tensor({{0.1, 0.7, 0.2}, {0.5, 0.3, 0.2}, {0.1, 0.2, 0.7}, {0.3, 0.2, 0.5}});
  const auto target = targets({1, 1, 0, 0});
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, target, 1), 0.25);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, target, 2), 0.75);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, target, 3), 1);
}

TEST(TopKAccuracy, LetsTheLowerClassWinAmongEqualLogits) {
  const auto logits = torch::zeros({2, 4});
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, targets({0, 1}), 1), 0.5);
  EXPECT_DOUBLE_EQ(top_k_accuracy(logits, targets({0, 1}), 2), 1);
  test::expect_same(class_ranks(logits, targets({0, 3})), targets({1, 4}));
}

TEST(TopKAccuracy, RefusesMoreBestClassesThanThereAre) {
  const auto logits = torch::zeros({2, 4});
  EXPECT_THAT(error_of([&] { (void)top_k_accuracy(logits, targets({0, 1}), 5); }), HasSubstr("the 5 best of 4 classes"));
  EXPECT_THAT(error_of([&] { (void)top_k_accuracy(logits, targets({0, 1}), 0); }), HasSubstr("not defined"));
}

TEST(TopKAccuracy, ObservesNothingInNoRows) {
  EXPECT_TRUE(std::isnan(top_k_accuracy(torch::zeros({0, 4}), targets({}), 1)));
  EXPECT_TRUE(std::isnan(accuracy_at(targets({}), 1)));
}

TEST(TopKAccuracy, NamesBadInput) {
  EXPECT_THAT(error_of([&] { (void)top_k_accuracy(torch::tensor({{0.0, kUndefined}}), targets({0}), 1); }), HasSubstr("row 0"));
  EXPECT_THAT(error_of([&] { (void)top_k_accuracy(torch::zeros({1, 2}), targets({2}), 1); }), HasSubstr("target 2"));
}

TEST(AverageRanks, GiveEqualValuesTheMeanOfTheirPlaces) {
  EXPECT_EQ(average_ranks(Numbers{30, 10, 20}), (Numbers{3, 1, 2}));
  EXPECT_EQ(average_ranks(Numbers{2, 1, 2, 2, 0}), (Numbers{4, 2, 4, 4, 1}));
  EXPECT_EQ(average_ranks(Numbers{7, 7}), (Numbers{1.5, 1.5}));
  EXPECT_EQ(average_ranks(Numbers{}), Numbers{});
}

TEST(Spearman, IsOneForTheSameOrderAndMinusOneForTheReverse) {
  EXPECT_EQ(spearman(Numbers{1, 2, 3, 4, 5}, Numbers{-9, 0, 1, 50, 51}), 1);
  EXPECT_EQ(spearman(Numbers{1, 2, 3, 4, 5}, Numbers{5, 4, 3, 2, 1}), -1);
}

TEST(Spearman, MatchesAHandWorkedCase) {
  // Without ties: 1 - 6 sum d^2 / (n (n^2 - 1)), d = (1, -1, 0, 1, -1).
  EXPECT_NEAR(spearman(Numbers{2, 1, 3, 5, 4}, Numbers{1, 2, 3, 4, 5}), 1 - 6.0 * 4 / (5 * 24), 1e-15);
}

TEST(Spearman, IsNotDefinedForConstantsAndSingleItems) {
  EXPECT_TRUE(std::isnan(spearman(Numbers{1, 1, 1}, Numbers{1, 2, 3})));
  EXPECT_TRUE(std::isnan(spearman(Numbers{1, 2, 3}, Numbers{0.1, 0.1, 0.1})));
  EXPECT_TRUE(std::isnan(spearman(Numbers{1}, Numbers{1})));
}

TEST(Spearman, RefusesDifferentLengthsAndNaN) {
  EXPECT_THAT(error_of([] { (void)spearman(Numbers{1, 2}, Numbers{1}); }), HasSubstr("2 values with 1"));
  EXPECT_THAT(error_of([] { (void)spearman(Numbers{1, 2}, Numbers{1, kUndefined}); }), HasSubstr("item 1"));
}

TEST(CorrelationSummary, AveragesTheDefinedOnesAndCountsTheOthers) {
  const auto summary = summarise_correlations(Numbers{0.5, kUndefined, 1, kUndefined, 0});
  EXPECT_DOUBLE_EQ(summary.mean, 0.5);
  EXPECT_EQ(summary.defined, 3);
  EXPECT_EQ(summary.undefined, 2);
  EXPECT_TRUE(std::isnan(summarise_correlations(Numbers{kUndefined}).mean));
}

TEST(OutlierRanks, CountFromTheFurthestMember) {
  const auto distances = torch::tensor({{0.1, 0.9, 0.5}, {0.3, 0.2, 0.1}});
  const std::vector<int64_t> outliers{2, 0};
  const auto ranks = outlier_ranks(distances, outliers);
  test::expect_same(ranks, targets({2, 1}));
  EXPECT_DOUBLE_EQ(accuracy_at(ranks, 1), 0.5);
  EXPECT_DOUBLE_EQ(accuracy_at(ranks, 2), 1);
}

TEST(OutlierRanks, LetTheLowerIndexWinAmongEqualDistances) {
  const std::vector<int64_t> last{2}, middle{1};
  test::expect_same(outlier_ranks(torch::ones({1, 3}), last), targets({3}));
  test::expect_same(outlier_ranks(torch::ones({1, 3}), middle), targets({2}));
}

TEST(OutlierRanks, RefuseAnIndexOutsideTheSet) {
  const std::vector<int64_t> outside{3};
  EXPECT_THAT(error_of([&] { (void)outlier_ranks(torch::ones({1, 3}), outside); }), HasSubstr("target 3"));
}

TEST(SetScores, AreKnownWithTheirUnits) {
  EXPECT_EQ(format_score("abstraction_top5_n3", 0.51234), "51.23");
  EXPECT_EQ(format_score("completion_rho", 0.51237), "0.512");
  EXPECT_EQ(format_score("completion_rho_n4", -0.25), "-0.250");
  EXPECT_EQ(format_score("completion_undefined", 3), "3");
  EXPECT_EQ(format_score("ooo_rank", 1.26), "1.3");
  EXPECT_EQ(format_score("abstraction_distance", 1.258), "1.26");
  for (const char* key : {"abstraction_distance", "completion_undefined", "ooo_rank"}) {
    ASSERT_TRUE(find_metric(key)) << key;
    EXPECT_EQ(find_metric(key)->direction, Direction::kLowerIsBetter) << key;
  }
  for (const char* key :
       {"abstraction_top1_n1", "abstraction_top1_abstract", "completion_rho_n1", "ooo_acc_n5", "ooo_acc2_n3", "ooo_acc2"}) {
    ASSERT_TRUE(find_metric(key)) << key;
    EXPECT_EQ(find_metric(key)->direction, Direction::kHigherIsBetter) << key;
  }
}

}  // namespace
}  // namespace vbench
