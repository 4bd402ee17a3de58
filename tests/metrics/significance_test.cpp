// Reference values: SciPy 1.10.1 (ttest_ind, ttest_rel, t.interval, mannwhitneyu, binomtest) and NumPy's own resampling with 200,000 to
// 400,000 resamples for the bootstraps, unless a test says otherwise.
#include "metrics/significance.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <string>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench {
namespace {

using Numbers = std::vector<double>;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

const Numbers kFive{0.712, 0.698, 0.731, 0.705, 0.719}, kFour{0.744, 0.729, 0.751, 0.718}, kOtherFive{0.744, 0.729, 0.751, 0.718, 0.702};

TEST(MeanInterval, IsStudentsT) {
  const auto usual = mean_interval(kFive), wide = mean_interval(kFive, 0.99);
  EXPECT_NEAR(usual.low, 0.6971718276095833, 1e-12);
  EXPECT_NEAR(usual.high, 0.7288281723904166, 1e-12);
  EXPECT_NEAR(wide.low, 0.6867526208639331, 1e-12);
  EXPECT_NEAR(wide.high, 0.7392473791360669, 1e-12);
}

TEST(MeanInterval, OfFewerThanTwoValuesIsUnknown) {
  EXPECT_TRUE(std::isnan(mean_interval(Numbers{1}).low));
  EXPECT_TRUE(std::isnan(mean_interval({}).high));
  EXPECT_TRUE(std::isnan(mean_interval(Numbers{1, kNan, 2}).low));
}

TEST(WelchTest, AgreesWithScipy) {
  const auto result = welch_test(kFive, kFour);
  EXPECT_NEAR(result.difference, 0.0225, 1e-12);
  EXPECT_NEAR(result.p, 0.05289325763538146, 1e-12);
  EXPECT_NEAR(result.interval.low, -0.00038655671585768187, 1e-9);
  EXPECT_NEAR(result.interval.high, 0.04538655671585761, 1e-9);
}

TEST(WelchTest, KnowsNothingOfOneValueASide) {
  const auto result = welch_test(Numbers{1}, Numbers{2, 3});
  EXPECT_EQ(result.difference, 1.5);
  EXPECT_TRUE(std::isnan(result.p));
  EXPECT_TRUE(std::isnan(result.interval.low));
}

TEST(WelchTest, WithoutSpreadIsCertain) {
  EXPECT_EQ(welch_test(Numbers{1, 1, 1}, Numbers{1, 1}).p, 1);
  EXPECT_EQ(welch_test(Numbers{1, 1, 1}, Numbers{2, 2}).p, 0);
}

TEST(PairedTTest, AgreesWithScipy) {
  const auto result = paired_t_test(kFive, kOtherFive, 0.9);
  EXPECT_NEAR(result.difference, 0.0158, 1e-12);
  EXPECT_NEAR(result.p, 0.1515506812711602, 1e-12);
  EXPECT_NEAR(result.interval.low, -0.0032368068631729308, 1e-9);
  EXPECT_NEAR(result.interval.high, 0.03483680686317295, 1e-9);
}

TEST(PairedTests, WantPairs) {
  EXPECT_THROW((void)paired_t_test(kFive, kFour), Error);
  EXPECT_THROW((void)paired_bootstrap_means(kFive, kFour), Error);
}

TEST(MannWhitney, IsExactForSmallSamplesWithoutTies) {
  const Numbers first{1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30};
  const Numbers second{0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.061, 3.14, 1.295, 0.4};
  EXPECT_NEAR(mann_whitney(first, second), 0.07889324297993029, 1e-12);
  EXPECT_NEAR(mann_whitney(second, first), 0.07889324297993029, 1e-12);
  EXPECT_NEAR(mann_whitney(Numbers{1, 2, 3}, Numbers{4, 5, 6}), 0.1, 1e-12);  // 2 of the 20 orders are as extreme
}

TEST(MannWhitney, IsStillExactForThirtyValuesASide) {
  Numbers first, second;
  for (int i = 0; i < 30; ++i) {
    first.push_back(i);
    second.push_back(i + 4.5);
  }
  EXPECT_NEAR(mann_whitney(first, second), 0.06539911471328003, 1e-10);
}

TEST(MannWhitney, CorrectsForTies) {
  EXPECT_NEAR(mann_whitney(Numbers{3, 3, 4, 5, 5, 5, 7, 8, 2}, Numbers{5, 6, 6, 7, 8, 8, 9, 9, 10, 4}), 0.01694853856599367, 1e-12);
}

TEST(MannWhitney, IsNormalForLargeSamples) {
  Numbers first, second;
  for (int i = 0; i < 80; i += 2) first.push_back(i);
  for (int i = 0; i < 70; i += 2) second.push_back(i + 9.5);
  EXPECT_NEAR(mann_whitney(first, second), 0.46046462166701707, 1e-12);
}

TEST(MannWhitney, OfEqualValuesIsOneAndOfNothingUnknown) {
  EXPECT_EQ(mann_whitney(Numbers{2, 2, 2}, Numbers{2, 2}), 1);
  EXPECT_TRUE(std::isnan(mann_whitney({}, Numbers{1})));
  EXPECT_TRUE(std::isnan(mann_whitney(Numbers{kNan, 1}, Numbers{1})));
}

TEST(Mcnemar, IsTheExactBinomialTest) {
  EXPECT_NEAR(mcnemar(10, 25), 0.016673847800120715, 1e-12);
  EXPECT_NEAR(mcnemar(6, 0), 0.03125, 1e-12);  // 2 / 2^6
  EXPECT_NEAR(mcnemar(412, 350), 0.027054041824432076, 1e-12);
  EXPECT_EQ(mcnemar(3, 3), 1);
  EXPECT_EQ(mcnemar(0, 0), 1);
  EXPECT_THROW((void)mcnemar(-1, 2), Error);
}

// By hand: 0.005 * 4, 0.01 * 3, 0.03 * 2, and 0.04 * 1, which may not be below the one before it.
TEST(Holm, MultipliesAndNeverDecreases) {
  const auto adjusted = holm(Numbers{0.01, 0.04, 0.03, 0.005});
  const Numbers expected{0.03, 0.06, 0.06, 0.02};
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-15);
}

TEST(Holm, DoesNotCountWhatIsUnknown) {
  const auto adjusted = holm(Numbers{kNan, 0.02, kNan, 0.9});
  EXPECT_TRUE(std::isnan(adjusted[0]));
  EXPECT_TRUE(std::isnan(adjusted[2]));
  EXPECT_NEAR(adjusted[1], 0.04, 1e-15);
  EXPECT_NEAR(adjusted[3], 0.9, 1e-15);
  EXPECT_EQ(holm(Numbers{0.8, 0.7}), (Numbers{1, 1}));
}

constexpr int64_t kItems = 200;

/// Hits of two classifiers: 60% and 70% right.
struct Hits {
  Numbers first, second;
  Hits() {
    for (int64_t i = 0; i < kItems; ++i) {
      first.push_back(i * 7919 % 100 < 60 ? 1 : 0);
      second.push_back(i * 104729 % 100 < 70 ? 1 : 0);
    }
  }
};

/// Values that are nearly all different.
struct Scores {
  Numbers first, second;
  Scores() {
    for (int64_t i = 0; i < kItems; ++i) {
      first.push_back(static_cast<double>(i * 37 % 101) / 101);
      second.push_back(first.back() * 0.5 + static_cast<double>(i * 53 % 97) / 97 * 0.5 + 0.02);
    }
  }
};

double difference_over(const Numbers& first, const Numbers& second, std::span<const int64_t> rows) {
  double sum = 0;
  for (const int64_t row : rows) sum += second[static_cast<size_t>(row)] - first[static_cast<size_t>(row)];
  return sum / static_cast<double>(rows.size());
}

TEST(PairedBootstrapMeans, OfHitsAgreesWithNumpy) {
  const Hits hits;
  const auto result = paired_bootstrap_means(hits.first, hits.second, {.resamples = 100000});
  EXPECT_NEAR(result.difference, 0.1, 1e-12);
  EXPECT_NEAR(result.interval.low, 0.005, 0.0051);  // means are multiples of 1/200
  EXPECT_NEAR(result.interval.high, 0.195, 0.0051);
  EXPECT_NEAR(result.p, 0.0406, 0.004);
}

TEST(PairedBootstrapMeans, OfManyValuesAgreesWithNumpy) {
  const Scores scores;
  const auto result = paired_bootstrap_means(scores.first, scores.second, {.resamples = 50000});
  EXPECT_NEAR(result.difference, 0.017742165969174252, 1e-12);
  EXPECT_NEAR(result.interval.low, -0.00976447, 6e-4);
  EXPECT_NEAR(result.interval.high, 0.0453251, 6e-4);
  EXPECT_NEAR(result.p, 0.207, 0.012);
}

// Drawing counts and drawing rows are two programs for one distribution.
TEST(PairedBootstrapMeans, IsTheGeneralBootstrapOfAMean) {
  const Hits hits;
  const auto counts = paired_bootstrap_means(hits.first, hits.second, {.resamples = 40000});
  const auto rows = paired_bootstrap(
      kItems, [&](std::span<const int64_t> drawn) { return difference_over(hits.first, hits.second, drawn); }, {.resamples = 40000});
  EXPECT_NEAR(counts.difference, rows.difference, 1e-12);
  EXPECT_NEAR(counts.interval.low, rows.interval.low, 0.0051);
  EXPECT_NEAR(counts.interval.high, rows.interval.high, 0.0051);
  EXPECT_NEAR(counts.p, rows.p, 0.006);
  const Scores scores;
  const auto fast = paired_bootstrap_means(scores.first, scores.second, {.resamples = 500});
  const auto general = paired_bootstrap(
      kItems, [&](std::span<const int64_t> drawn) { return difference_over(scores.first, scores.second, drawn); }, {.resamples = 500});
  EXPECT_NEAR(fast.interval.low, general.interval.low, 1e-12);  // the same rows
  EXPECT_EQ(fast.p, general.p);
}

double floor_median(std::span<const int64_t> rows, int64_t factor, int64_t modulus) {
  Numbers ranks;
  for (const int64_t row : rows) ranks.push_back(static_cast<double>(1 + row * factor % modulus));
  std::sort(ranks.begin(), ranks.end());
  return std::floor((ranks[(ranks.size() - 1) / 2] + ranks[ranks.size() / 2]) / 2);
}

TEST(PairedBootstrap, OfMedianRanksAgreesWithNumpy) {
  const auto result = paired_bootstrap(
      kItems, [](std::span<const int64_t> rows) { return floor_median(rows, 53, 31) - floor_median(rows, 37, 41); }, {.resamples = 20000});
  EXPECT_EQ(result.difference, -5);
  EXPECT_EQ(result.interval.low, -9);
  EXPECT_EQ(result.interval.high, -2);
  EXPECT_NEAR(result.p, 0.00561, 0.0025);
}

TEST(PairedBootstrap, DependsOnTheSeedAndNotOnTheThreads) {
  const Scores scores;
  const auto run = [&](int threads, int64_t seed) {
    const int before = omp_get_max_threads();
    omp_set_num_threads(threads);
    const auto result = paired_bootstrap_means(scores.first, scores.second, {.resamples = 1000, .seed = seed});
    omp_set_num_threads(before);
    return result.interval;
  };
  const auto one = run(1, 1), four = run(4, 1), other = run(1, 2);
  EXPECT_EQ(one.low, four.low);
  EXPECT_EQ(one.high, four.high);
  EXPECT_NE(one.low, other.low);
}

TEST(PairedBootstrap, OfFewItemsIsNeverSurerThanASignTest) {
  const Numbers zeros(4, 0), ones(4, 1);
  EXPECT_DOUBLE_EQ(paired_bootstrap_means(zeros, ones).p, 0.125);  // 2 / 2^4, though every resample says 1
  EXPECT_TRUE(std::isnan(paired_bootstrap_means(Numbers{0}, Numbers{1}).p));
  EXPECT_TRUE(std::isnan(paired_bootstrap_means({}, {}).difference));
}

TEST(PairedBootstrap, IsNeverZeroAndOneWithoutADifference) {
  const Numbers zeros(100, 0), ones(100, 1);
  EXPECT_DOUBLE_EQ(paired_bootstrap_means(zeros, ones).p, 2.0 / 10001);
  EXPECT_EQ(paired_bootstrap_means(ones, ones).p, 1);
}

TEST(PairedBootstrap, LeavesOutResamplesWithoutAStatistic) {
  const auto result = paired_bootstrap(50, [](std::span<const int64_t> rows) { return rows[0] < 25 ? kNan : 1.0; }, {.resamples = 400});
  EXPECT_TRUE(std::isnan(result.difference));  // of all rows in order: the first is row 0
  const auto known = paired_bootstrap(50, [](std::span<const int64_t> rows) { return rows[0] > 25 ? kNan : 1.0; }, {.resamples = 400});
  EXPECT_EQ(known.interval.low, 1);
  EXPECT_GT(known.p, 2.0 / 401);  // fewer resamples count
}

TEST(PairedBootstrap, HandsOnWhatTheStatisticThrows) {
  EXPECT_THROW((void)paired_bootstrap(10, [](std::span<const int64_t>) -> double { throw std::runtime_error("no"); }), std::runtime_error);
  EXPECT_THROW((void)paired_bootstrap(10, [](std::span<const int64_t> rows) { return rows[0] > 0 ? throw std::runtime_error("no") : 0.0; }),
               std::runtime_error);
}

// By formula: p = 2 Phi(-d / sd) and d ± 1.96 sd of the resamples, whatever their own mean is.
TEST(NormalBootstrap, TakesTheSpreadOfTheResamplesAndNotTheirMean) {
  const Numbers resampled{0.5, 0.7, 0.9, 1.1, 1.3};  // sd sqrt(0.1)
  const double spread = std::sqrt(0.1);
  const auto result = normal_bootstrap_result(0.4, resampled, 100);
  EXPECT_NEAR(result.p, std::erfc(0.4 / spread / std::sqrt(2.0)), 1e-12);
  EXPECT_NEAR(result.interval.low, 0.4 - 1.959963984540054 * spread, 1e-9);
  EXPECT_NEAR(result.interval.high, 0.4 + 1.959963984540054 * spread, 1e-9);
  EXPECT_EQ(normal_bootstrap_result(0, Numbers{0, 0}, 100).p, 1);
  EXPECT_EQ(normal_bootstrap_result(1, Numbers{1, 1}, 4).p, 0.125) << "no surer than a sign test";
  EXPECT_TRUE(std::isnan(normal_bootstrap_result(kNan, resampled, 100).p));
  EXPECT_TRUE(std::isnan(normal_bootstrap_result(1, Numbers{1}, 100).p));
}

// The spread of a mean over resamples is the root of the sum of squares, over n; drawing finds the same.
TEST(IdealBootstrap, IsWhatManyResamplesComeTo) {
  const Scores scores;
  const auto ideal = ideal_bootstrap_means(scores.first, scores.second);
  EXPECT_NEAR(ideal.difference, 0.017742165969174252, 1e-12);
  EXPECT_NEAR(ideal.interval.high - ideal.difference, 1.959963984540054 * 0.014059299916052028, 2e-4);  // spread of NumPy's resamples
  EXPECT_NEAR(ideal.p, 0.207, 0.005);                                                                   // NumPy's resamples beyond zero
  const Hits hits;
  EXPECT_NEAR(ideal_bootstrap_means(hits.first, hits.second).p, 0.0406, 0.007);
  EXPECT_EQ(ideal_bootstrap_means(hits.first, hits.first).p, 1);
  EXPECT_TRUE(std::isnan(ideal_bootstrap_means(Numbers{1}, Numbers{2}).p));
}

// 400 pairs of classifiers that are equally good: a level of 5% should cry wolf about 20 times; 2 and 9% are 3.7 deviations away.
TEST(PairedBootstrapMeans, CriesWolfAsOftenAsTheLevelSays) {
  int64_t alarms = 0;
  for (uint64_t experiment = 0; experiment < 400; ++experiment) {
    RandomStream random(experiment, "false alarms");
    Numbers first, second;
    for (int i = 0; i < 150; ++i) {
      const double difficulty = random.uniform();  // of the item, for both
      first.push_back(random.uniform() < difficulty ? 1 : 0);
      second.push_back(random.uniform() < difficulty ? 1 : 0);
    }
    alarms += paired_bootstrap_means(first, second, {.resamples = 400}).p < 0.05;
  }
  EXPECT_GE(alarms, 8);
  EXPECT_LE(alarms, 36);
}

TEST(Significance, OfInfiniteNumbersIsUnknown) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  for (const auto& odd : {Numbers{1, kInfinite, 3}, Numbers{kInfinite, kInfinite, kInfinite}, Numbers{-kInfinite, 1, kInfinite}}) {
    const Numbers plain{1, 2, 4};
    EXPECT_TRUE(std::isnan(mean_interval(odd).low)) << odd[1];
    for (const auto& result :
         {welch_test(odd, plain), welch_test(plain, odd), paired_t_test(plain, odd), ideal_bootstrap_means(plain, odd)}) {
      EXPECT_TRUE(std::isnan(result.p)) << odd[0] << " " << odd[1];
      EXPECT_TRUE(std::isnan(result.interval.high));
    }
  }
  EXPECT_EQ(welch_test(Numbers{1, 2, 4}, Numbers{1, kInfinite, 3}).difference, kInfinite);
  EXPECT_TRUE(std::isnan(normal_bootstrap_result(kInfinite, Numbers{1, kInfinite, 2}, 10).p));
}

// The squares of such spreads are 0: no degrees of freedom are left.
TEST(WelchTest, OfSpreadsBelowAllSquaresIsUnknown) {
  const auto result = welch_test(Numbers{1e-90, 2e-90, 3e-90}, Numbers{4e-90, 5e-90, 7e-90});
  EXPECT_TRUE(std::isnan(result.p));
  EXPECT_FALSE(std::isnan(result.difference));
}

TEST(Significance, RefusesNonsense) {
  EXPECT_THROW((void)mean_interval(kFive, 1), Error);
  EXPECT_THROW((void)welch_test(kFive, kFour, 0), Error);
  EXPECT_THROW((void)paired_bootstrap_means(kFive, kFive, {.resamples = 0}), Error);
}

// Loose by a factor of twenty: it fails when hits are drawn item by item on one slow thread or means are taken quadratically.
TEST(PairedBootstrapMeans, OfThousandsOfItemsTakesSeconds) {
  Numbers first, second;
  for (int64_t i = 0; i < 3500; ++i) {
    first.push_back(static_cast<double>(i * 7919 % 3499) / 3499);
    second.push_back(static_cast<double>(i * 104729 % 3491) / 3491);
  }
  const auto start = std::chrono::steady_clock::now();
  (void)paired_bootstrap_means(first, second);
  EXPECT_LT(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(), 5);
}

}  // namespace
}  // namespace vbench
