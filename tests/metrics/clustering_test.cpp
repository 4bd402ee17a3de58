#include "metrics/clustering.hpp"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <vector>

#include "metrics/expected_mutual_information.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using Integers = std::vector<int64_t>;
using test::error_of;
using ::testing::HasSubstr;

torch::Tensor labels(const Integers& values) { return torch::tensor(values, torch::kLong); }
torch::Tensor random_labels(int64_t samples, int64_t groups) { return torch::randint(groups, {samples}, torch::kLong); }

/// The table by the plainest means.
void expect_table(const torch::Tensor& a, const torch::Tensor& b) {
  std::map<int64_t, std::map<int64_t, int64_t>> expected;
  std::map<int64_t, int64_t> row_sums, column_sums;
  for (int64_t n = 0; n < a.size(0); ++n) {
    const int64_t row = a.data_ptr<int64_t>()[n], column = b.data_ptr<int64_t>()[n];
    ++expected[row][column];
    ++row_sums[row];
    ++column_sums[column];
  }
  const auto table = tabulate(a, b);
  EXPECT_EQ(table.samples, a.size(0));
  std::map<int64_t, std::map<int64_t, int64_t>> found;
  for (int64_t i = 0; i < table.rows(); ++i) {
    const auto cells = table.row(i);
    EXPECT_TRUE(std::is_sorted(cells.begin(), cells.end(), [](const auto& x, const auto& y) { return x.column < y.column; }));
    for (const auto& cell : cells) found[table.row_labels[i]][table.column_labels[cell.column]] = cell.count;
  }
  EXPECT_EQ(found, expected);
  const auto as_map = [](const Integers& keys, const Integers& values) {
    EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
    std::map<int64_t, int64_t> result;
    for (size_t i = 0; i < keys.size(); ++i) result[keys[i]] = values[i];
    return result;
  };
  EXPECT_EQ(as_map(table.row_labels, table.row_sums), row_sums);
  EXPECT_EQ(as_map(table.column_labels, table.column_sums), column_sums);
}

void expect_equal_scores(const ClusterScores& a, const ClusterScores& b) {
  for (const auto member : {&ClusterScores::nmi, &ClusterScores::anmi, &ClusterScores::ari, &ClusterScores::accuracy,
                            &ClusterScores::purity, &ClusterScores::purity_weighted, &ClusterScores::entropy}) {
    EXPECT_EQ(a.*member, b.*member);
  }
}

TEST(Contingency, CountsThePairsOfAnyLabels) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min(), kHighest = std::numeric_limits<int64_t>::max();
  expect_table(labels({3, 0, 3, 7, 0, 3}), labels({-2, 5, -2, 5, 5, 5}));
  expect_table(labels({kHighest, kLowest, 0, kLowest, kHighest}), labels({1, 1, kLowest, 1, 2}));
}

TEST(Contingency, IsTheSameForSmallWideAndSparseTables) {
  torch::manual_seed(1);
  expect_table(random_labels(5000, 30), random_labels(5000, 40));
  expect_table(random_labels(5000, 3000) * 5, random_labels(5000, 2000));
  expect_table(random_labels(5000, 3000) * 1000003 - 7, random_labels(5000, 20) * (int64_t{1} << 40));
  expect_table(torch::arange(5000), random_labels(5000, 4000));
}

TEST(Contingency, AddsUpWhatTheThreadsCount) {
  torch::manual_seed(2);
  expect_table(random_labels(200000, 300), random_labels(200000, 50));
}

TEST(Contingency, RefusesLabelsThatDoNotMatch) {
  EXPECT_THAT(error_of([] { (void)tabulate(labels({1, 2}), labels({1})); }), HasSubstr("2 cluster numbers and 1 labels"));
  EXPECT_THAT(error_of([] { (void)tabulate(torch::zeros({2}), labels({1, 2})); }), HasSubstr("int64"));
  EXPECT_THAT(error_of([] { (void)tabulate(torch::zeros({2, 1}, torch::kLong), labels({1, 2})); }), HasSubstr("vectors"));
}

TEST(ClusterScores, MatchAHandWorkedCase) {
  const auto scores = cluster_scores(labels({0, 0, 0, 1, 1, 1}), labels({4, 4, 5, 5, 5, 5}));
  const double mixed = std::log(3.0) - 2.0 / 3 * std::log(2.0);  // entropy of 2 : 1
  EXPECT_NEAR(scores.purity, (2.0 / 3 + 1) / 2, 1e-15);
  EXPECT_NEAR(scores.purity_weighted, 5.0 / 6, 1e-15);
  EXPECT_NEAR(scores.entropy, mixed / 2, 1e-15);
  EXPECT_NEAR(scores.accuracy, 5.0 / 6, 1e-15);
  EXPECT_NEAR(scores.nmi, (mixed - mixed / 2) / ((mixed + std::log(2.0)) / 2), 1e-15);
  // Of 15 pairs clusters keep 6, classes 1 + 6, both 1 + 3; by chance 6 * 7 / 15 = 2.8.
  EXPECT_NEAR(scores.ari, (4 - 2.8) / (6.5 - 2.8), 1e-15);
  EXPECT_EQ(scores.clusters, 2);
  EXPECT_EQ(scores.classes, 2);
}

TEST(ClusterScores, AssignOneClusterToOneClassWhicheverAreMore) {
  const auto many_clusters = labels({0, 0, 0, 1, 1, 2}), few_classes = labels({8, 8, 9, 8, 8, 9});
  EXPECT_NEAR(cluster_scores(many_clusters, few_classes).accuracy, 3.0 / 6, 1e-15);  // clusters 0 (or 1) and 2
  EXPECT_NEAR(cluster_scores(few_classes, many_clusters).accuracy, 3.0 / 6, 1e-15);
}

TEST(ClusterScores, AreOneForTheSameGroupsUnderOtherNames) {
  for (const auto& clusters : {labels({5, 5, 9, 9, -1}), labels({1, 2, 3, 4, 5}), labels({7, 7, 7, 7, 7})}) {
    const auto scores = cluster_scores(clusters, clusters * -3 + 1);
    EXPECT_EQ(scores.nmi, 1);
    EXPECT_EQ(scores.anmi, 1);
    EXPECT_EQ(scores.ari, 1);
    EXPECT_EQ(scores.accuracy, 1);
    EXPECT_EQ(scores.purity, 1);
    EXPECT_EQ(scores.entropy, 0);
  }
}

TEST(ClusterScores, AreZeroForOneClusterOfManyClasses) {
  for (const bool swap : {false, true}) {
    const auto one = labels({3, 3, 3, 3}), many = labels({0, 1, 1, 2});
    const auto scores = swap ? cluster_scores(many, one) : cluster_scores(one, many);
    EXPECT_EQ(scores.nmi, 0);
    EXPECT_EQ(scores.anmi, 0);
    EXPECT_EQ(scores.ari, 0);
  }
}

TEST(ClusterScores, ObserveNothingInNoSamples) {
  const auto scores = cluster_scores(labels({}), labels({}));
  EXPECT_EQ(scores.nmi, 1);
  EXPECT_EQ(scores.anmi, 1);
  EXPECT_EQ(scores.ari, 1);
  for (const double value : {scores.accuracy, scores.purity, scores.purity_weighted, scores.entropy}) EXPECT_TRUE(std::isnan(value));
  EXPECT_EQ(scores.clusters, 0);
  EXPECT_TRUE(summarise_clusters(labels({}), labels({})).empty());
}

TEST(ClusterScores, DoNotDependOnNamesOrSides) {
  torch::manual_seed(3);
  const auto classes = random_labels(3000, 12);
  const auto clusters = torch::where(torch::rand({3000}) < 0.4, classes, random_labels(3000, 20));
  const auto scores = cluster_scores(clusters, classes);
  const auto renamed = cluster_scores((clusters * 7) % 23, 100 - classes);
  const auto swapped = cluster_scores(classes, clusters);
  for (const auto member : {&ClusterScores::nmi, &ClusterScores::anmi, &ClusterScores::ari, &ClusterScores::accuracy}) {
    EXPECT_NEAR(scores.*member, renamed.*member, 1e-13);
    EXPECT_NEAR(scores.*member, swapped.*member, 1e-13);
    EXPECT_GT(scores.*member, 0.05);
    EXPECT_LT(scores.*member, 0.8);
  }
  EXPECT_EQ(normalised_mutual_information(clusters, classes), scores.nmi);
}

TEST(ClusterScores, AreTheSameBitsForAnyNumberOfThreads) {
  torch::manual_seed(4);
  const auto classes = random_labels(150000, 200);
  const auto clusters = torch::where(torch::rand({150000}) < 0.3, classes, random_labels(150000, 250));
  const int before = at::get_num_threads();
  at::set_num_threads(1);
  const auto alone = cluster_scores(clusters, classes);
  at::set_num_threads(3);
  const auto together = cluster_scores(clusters, classes);
  at::set_num_threads(before);
  expect_equal_scores(alone, together);
}

TEST(ClusterScores, SurviveAMillionClustersOfOne) {
  const auto classes = torch::arange(1000000) % 400;
  const auto scores = cluster_scores(torch::arange(1000000), classes);
  EXPECT_EQ(scores.ari, 0);
  EXPECT_NEAR(scores.anmi, 0, 1e-12);
  EXPECT_NEAR(scores.nmi, 2 * std::log(400.0) / (std::log(400.0) + std::log(1e6)), 1e-12);
  EXPECT_EQ(scores.accuracy, 400e-6);
}

TEST(ClusterSummary, TellsSizePurityEntropyAndTheDominantLabel) {
  const auto summaries = summarise_clusters(labels({9, 2, 9, 9, 2, 9}), labels({1, 5, 0, 0, 5, 1}));
  ASSERT_EQ(summaries.size(), 2U);
  EXPECT_EQ(summaries[0].cluster, 2);
  EXPECT_EQ(summaries[0].size, 2);
  EXPECT_EQ(summaries[0].dominant_label, 5);
  EXPECT_EQ(summaries[0].purity, 1);
  EXPECT_EQ(summaries[0].entropy_nats, 0);
  EXPECT_EQ(summaries[1].cluster, 9);
  EXPECT_EQ(summaries[1].size, 4);
  EXPECT_EQ(summaries[1].dominant_label, 0) << "the lowest among equals";
  EXPECT_EQ(summaries[1].purity, 0.5);
  EXPECT_NEAR(summaries[1].entropy_nats, std::log(2.0), 1e-15);
  EXPECT_NEAR(summaries[1].entropy_bits, 1, 1e-15);
}

TEST(ExpectedMutualInformation, IsTheMeanOverAllWaysToDealTheSamples) {
  const Integers classes{0, 0, 0, 1, 1, 2, 2};
  Integers order(classes.size());
  std::iota(order.begin(), order.end(), 0);
  double sum = 0;
  int64_t deals = 0;
  do {
    Integers dealt;
    for (const int64_t sample : order) dealt.push_back(Integers{0, 0, 0, 0, 1, 1, 2}[sample]);
    sum += mutual_information(tabulate(labels(classes), labels(dealt)));
    ++deals;
  } while (std::next_permutation(order.begin(), order.end()));
  EXPECT_NEAR(expected_mutual_information(Integers{3, 2, 2}, Integers{4, 2, 1}), sum / static_cast<double>(deals), 1e-13);
}

/// Every term of the definition, with logarithms of factorials.
double by_definition(const Integers& rows, const Integers& columns) {
  const int64_t total = std::accumulate(rows.begin(), rows.end(), int64_t{0});
  const auto log_factorial = [](int64_t n) { return std::lgamma(static_cast<long double>(n) + 1); };
  long double sum = 0;
  for (const int64_t a : rows) {
    for (const int64_t b : columns) {
      const long double fixed =
          log_factorial(a) + log_factorial(b) + log_factorial(total - a) + log_factorial(total - b) - log_factorial(total);
      for (int64_t n = std::max<int64_t>(1, a + b - total); n <= std::min(a, b); ++n) {
        const long double likelihood =
            std::exp(fixed - log_factorial(n) - log_factorial(a - n) - log_factorial(b - n) - log_factorial(total - a - b + n));
        const auto count = static_cast<long double>(n), all = static_cast<long double>(total);
        sum += count / all * std::log(all * count / (static_cast<long double>(a) * static_cast<long double>(b))) * likelihood;
      }
    }
  }
  return static_cast<double>(sum);
}

TEST(ExpectedMutualInformation, MatchesTheDefinitionForEvenAndUnevenGroups) {
  for (const auto& [rows, columns] : std::vector<std::pair<Integers, Integers>>{
           {{500, 500}, {300, 300, 400}},
           {{1, 1, 1, 4997}, {2500, 2500}},           // cells that cannot be empty
           {{4000, 3, 900, 97}, {1, 1, 1, 1, 4996}},  // equal sizes, and a column of nearly everything
           {{2, 2}, {1, 1, 1, 1}},
           {{20000, 10000, 7, 30000}, {15, 5, 29980, 30007}}}) {
    EXPECT_NEAR(expected_mutual_information(rows, columns), by_definition(rows, columns), 1e-14);
  }
}

TEST(ExpectedMutualInformation, ApproachesHalfTheDegreesOfFreedomOverTheSamples) {
  const Integers halves(2, 500'000'000);
  EXPECT_NEAR(expected_mutual_information(halves, halves) * 2e9, 1, 1e-3);
}

TEST(ExpectedMutualInformation, IsNothingForOneGroupAndEverythingForGroupsOfOne) {
  EXPECT_EQ(expected_mutual_information(Integers{6}, Integers{1, 2, 3}), 0);
  EXPECT_EQ(expected_mutual_information(Integers{}, Integers{}), 0);
  EXPECT_NEAR(expected_mutual_information(Integers(50, 1), Integers(50, 1)), std::log(50.0), 1e-14);
}

TEST(ExpectedMutualInformation, RefusesGroupsThatCannotBe) {
  EXPECT_THAT(error_of([] { (void)expected_mutual_information(Integers{2, 1}, Integers{2, 2}); }), HasSubstr("3 samples"));
  EXPECT_THAT(error_of([] { (void)expected_mutual_information(Integers{2, 0}, Integers{1, 1}); }), HasSubstr("empty"));
}

}  // namespace
}  // namespace vbench
