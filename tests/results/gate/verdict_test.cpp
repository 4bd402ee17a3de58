// The gate's decisions on scores. Expected figures follow from the formulas, with Student's distribution integrated numerically (Simpson).
#include "results/gate/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace vbench::gate {
namespace {

using testing::HasSubstr;

constexpr double kTwoSided90Of4 = 2.1318467863266499;  // quantile 0.95 of Student's t with 4 degrees of freedom

Sample seeds(const std::vector<double>& values, int64_t first = 1) {
  Sample sample;
  for (const double value : values) sample.by_seed[first++] = value;
  return sample;
}

const std::vector<double> kBase{0.7011, 0.7123, 0.7237, 0.7341, 0.7459};

std::vector<double> moved(const std::vector<double>& by) {
  std::vector<double> values = kBase;
  for (size_t i = 0; i < values.size(); ++i) values[i] += by[i];
  return values;
}

Question question(const std::vector<double>& base, const std::vector<double>& candidate, double tolerance = 0.01) {
  return {.base = seeds(base), .candidate = seeds(candidate), .tolerance = tolerance};
}

Judgement judged(const Question& one) { return judge(std::vector<Question>{one}).front(); }

TEST(Verdict, OfPairedSeedsHasStudentsIntervalAndP) {
  const auto result = judged(question(kBase, moved({-0.03, -0.05, -0.04, -0.06, -0.02})));
  EXPECT_EQ(result.basis, Basis::kPairs);
  EXPECT_EQ(result.pairs, 5);
  EXPECT_NEAR(result.difference, -0.04, 1e-12);
  const double error = 0.0158113883008419 / std::sqrt(5.0);
  EXPECT_NEAR(result.interval.low, -0.04 - kTwoSided90Of4 * error, 1e-9);
  EXPECT_NEAR(result.interval.high, -0.04 + kTwoSided90Of4 * error, 1e-9);
  EXPECT_NEAR(result.p_worse, 0.002406339165022142, 1e-9);
  EXPECT_NEAR(result.p_better, 1 - 0.002406339165022142, 1e-9);
  EXPECT_EQ(result.verdict, Verdict::kWorse);
}

TEST(Verdict, PairsCancelWhatSeedsHaveInCommon) {
  const auto candidate = moved({-0.030, -0.031, -0.029, -0.030, -0.032});
  EXPECT_EQ(judged(question(kBase, candidate)).verdict, Verdict::kWorse);
  Question unpaired = question(kBase, candidate);
  unpaired.candidate = seeds(candidate, 101);
  const auto result = judged(unpaired);
  EXPECT_EQ(result.basis, Basis::kWelch);
  EXPECT_EQ(result.verdict, Verdict::kCannotTell) << "the seeds of a side differ by more than the sides do";
}

TEST(Verdict, FollowsTheDirectionOfTheMetric) {
  Question lower = question(kBase, moved({-0.03, -0.05, -0.04, -0.06, -0.02}));
  lower.direction = Direction::kLowerIsBetter;
  const auto result = judged(lower);
  EXPECT_EQ(result.verdict, Verdict::kBetter);
  EXPECT_NEAR(result.p_better, 0.002406339165022142, 1e-9);
}

TEST(Verdict, ASureChangeWithinTheToleranceIsNone) {
  const auto result = judged(question(kBase, moved({-0.0040, -0.0041, -0.0039, -0.0042, -0.0038})));
  EXPECT_LT(result.p_worse, 0.02);
  EXPECT_EQ(result.verdict, Verdict::kSame);
}

TEST(Verdict, AChangeAcrossTheToleranceCannotBeTold) {
  const auto result = judged(question(kBase, moved({-0.0140, -0.0060, -0.0100, -0.0120, -0.0080})));
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
  EXPECT_THAT(result.reason, HasSubstr("more runs"));
}

TEST(Verdict, AChangeBeyondTheToleranceThatChanceMayGiveCannotBeTold) {
  const auto result = judged(question(kBase, moved({-0.11, -0.01, -0.05, -0.02, -0.09})));
  EXPECT_LT(result.interval.high, -0.01);
  EXPECT_GT(result.adjusted_p, 0.01);
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
  EXPECT_THAT(result.reason, HasSubstr("chance"));
}

TEST(Verdict, TheMoreMetricsTheSurerEachMustBe) {
  const Question falls = question(kBase, moved({-0.03, -0.05, -0.04, -0.06, -0.02}));
  std::vector<Question> many(8, question(kBase, moved({0.001, -0.001, 0.0005, -0.0004, 0})));
  many[3] = falls;
  const auto results = judge(many);
  EXPECT_NEAR(results[3].adjusted_p, 8 * 0.002406339165022142, 1e-8) << "Holm: the smallest p times their number";
  EXPECT_EQ(results[3].verdict, Verdict::kCannotTell);
  EXPECT_EQ(judge(many, {.false_alarms = 0.05})[3].verdict, Verdict::kWorse);
}

TEST(Verdict, EqualNumbersAreTheSameEvenOfOneSeed) {
  for (const auto& values : {std::vector<double>{0.5}, kBase}) {
    const auto result = judged(question(values, values));
    EXPECT_EQ(result.basis, Basis::kIdentical);
    EXPECT_EQ(result.verdict, Verdict::kSame);
    EXPECT_EQ(result.interval.low, 0);
    EXPECT_EQ(result.interval.high, 0);
  }
}

TEST(Verdict, OneSeedTellsNothingUnlessItIsEqual) {
  const auto result = judged(question({0.5}, {0.1}));
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
  EXPECT_EQ(result.basis, Basis::kNone);
  EXPECT_NEAR(result.difference, -0.4, 1e-12);
  EXPECT_THAT(result.reason, HasSubstr("too few runs"));
  Question other = question({0.5}, {0.5});
  other.candidate = seeds({0.5}, 2);
  EXPECT_EQ(judged(other).verdict, Verdict::kCannotTell) << "equal by chance: the seeds differ";
}

TEST(Verdict, OneRunStandsAgainstTheSpreadOfSeveral) {
  Question one = question({0.70, 0.71, 0.72, 0.73, 0.74}, {0.60});
  one.candidate = seeds({0.60}, 9);
  const auto result = judged(one);
  EXPECT_EQ(result.basis, Basis::kOneAgainst);
  EXPECT_NEAR(result.p_worse, 0.0011392131456900792, 1e-9);
  EXPECT_NEAR(result.interval.high, -0.12 + 0.036924669478240336, 1e-9);
  EXPECT_EQ(result.verdict, Verdict::kWorse);
}

TEST(Verdict, OfOtherSeedsIsWelchs) {
  Question other = question({0.70, 0.72, 0.74}, {});
  other.candidate = seeds({0.60, 0.61, 0.62, 0.63}, 11);
  const auto result = judged(other);
  EXPECT_EQ(result.basis, Basis::kWelch);
  EXPECT_NEAR(result.difference, -0.105, 1e-12);
  EXPECT_NEAR(result.p_worse, 0.0015806363223587376, 1e-8);
  EXPECT_NEAR(result.interval.low, -0.13523236613975084, 1e-7);
  EXPECT_NEAR(result.interval.high, -0.07476763386024934, 1e-7);
}

TEST(Verdict, TwoSeedsInCommonOfManyAreNotPairs) {
  Question some = question(kBase, {});
  some.candidate = seeds(moved({-0.03, -0.05, -0.04, -0.06, -0.02}), 4);  // 4 and 5 are on both sides
  EXPECT_EQ(judged(some).basis, Basis::kWelch);
  EXPECT_EQ(judged(question({0.70, 0.72}, {0.70, 0.71})).basis, Basis::kPairs) << "there are no others";
}

TEST(Verdict, ThreeOfManySeedsInCommonArePairs) {
  Question some = question(kBase, {});
  some.candidate.by_seed = {{1, 0.60}, {3, 0.62}, {5, 0.65}, {7, 0.10}};
  const auto result = judged(some);
  EXPECT_EQ(result.basis, Basis::kPairs);
  EXPECT_EQ(result.pairs, 3);
  EXPECT_NEAR(result.difference, (0.60 - 0.7011 + 0.62 - 0.7237 + 0.65 - 0.7459) / 3, 1e-12);
}

TEST(Verdict, SummariesAreEnoughForWelch) {
  Question known = question({0.70, 0.72, 0.74}, {}), summaries = known;
  known.candidate = seeds({0.60, 0.61, 0.62, 0.63}, 11);
  summaries.base = {.summary = Summary{0.72, 0.02, 3}};
  summaries.candidate = {.summary = Summary{0.615, 0.01290994448735806, 4}};
  const auto a = judged(known), b = judged(summaries);
  EXPECT_EQ(b.basis, Basis::kWelch);
  EXPECT_NEAR(a.p_worse, b.p_worse, 1e-9);
  EXPECT_EQ(b.verdict, Verdict::kWorse);
}

TEST(Verdict, EqualSummariesAreTheSameAndNearlyEqualOnesAreNot) {
  const auto with = [](const Summary& base, const Summary& candidate) {
    return judged({.base = {.summary = base}, .candidate = {.summary = candidate}, .tolerance = 0.01});
  };
  for (const auto& summary : {Summary{0.5, 0.0216, 3}, Summary{0.5, 0, 1}}) {
    const auto result = with(summary, summary);
    EXPECT_EQ(result.basis, Basis::kIdentical);
    EXPECT_EQ(result.verdict, Verdict::kSame);
    EXPECT_EQ(result.interval.high, 0);
  }
  EXPECT_EQ(with({0.5, 0.0216, 3}, {0.5, 0.0216, 4}).verdict, Verdict::kCannotTell);
  EXPECT_EQ(with({0.5, 0.0216, 3}, {0.5, 0.0217, 3}).verdict, Verdict::kCannotTell);
  EXPECT_EQ(with({0.5, 0.0216, 3}, {0.5001, 0.0216, 3}).verdict, Verdict::kCannotTell);
}

TEST(Verdict, OfItemsIsTakenForSingleRuns) {
  Question one = question({0.5}, {0.4});
  one.by_item = TestResult{-0.1, {-0.13, -0.07}, 0.002};
  const auto result = judged(one);
  EXPECT_EQ(result.basis, Basis::kItems);
  EXPECT_EQ(result.verdict, Verdict::kWorse);
  EXPECT_NEAR(result.p_worse, 0.001, 1e-12) << "one-sided";
}

// ---- coarse scores -----------------------------------------------------------------------------------------------------

TEST(CoarseScores, EqualDifferencesOfOneStepAreNoAlarm) {
  const double step = 1.0 / 38;  // five times the same small difference: t would be infinite
  Question coarse =
      question({20 * step, 21 * step, 22 * step, 20 * step, 23 * step}, {19 * step, 20 * step, 21 * step, 19 * step, 22 * step});
  const auto result = judged(coarse);
  EXPECT_NEAR(result.p_worse, 0.044, 0.001) << "t = sqrt(5): a spread of one step is assumed";
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
}

TEST(CoarseScores, AStepThatIsKnownCounts) {
  Question coarse = question({0.52, 0.52, 0.52, 0.52, 0.52}, {0.50, 0.50, 0.50, 0.50, 0.50});
  coarse.step = 0.02;
  EXPECT_EQ(judged(coarse).verdict, Verdict::kCannotTell);
}

TEST(CoarseScores, FourEqualRunsASideAreTooFew) {
  EXPECT_EQ(judged(question({0.52, 0.52, 0.52, 0.52}, {0.50, 0.50, 0.50, 0.50})).verdict, Verdict::kCannotTell);
  EXPECT_EQ(judged(question({0.52, 0.52, 0.52, 0.52, 0.52}, {0.50, 0.50, 0.50, 0.50, 0.50})).verdict, Verdict::kWorse);
}

TEST(CoarseScores, AMedianRankThatFallsInEverySeedIsFound) {
  Question ranks = question({1, 1, 1, 1, 1}, {5, 5, 5, 5, 5}, 1);
  ranks.direction = Direction::kLowerIsBetter;
  ranks.step = 0.5;
  EXPECT_EQ(judged(ranks).verdict, Verdict::kWorse);
}

TEST(CommonStep, IsTheGreatestCommonMeasure) {
  EXPECT_NEAR(common_step(std::vector<double>{20 / 48.0, 22 / 48.0, 25 / 48.0}), 1 / 48.0, 1e-12);
  EXPECT_NEAR(common_step(std::vector<double>{1.0, 2.5, 4.0}), 1.5, 1e-12);
  EXPECT_EQ(common_step(std::vector<double>{0.5, 0.5}), 0);
  EXPECT_EQ(common_step(std::vector<double>{0.5}), 0);
  EXPECT_EQ(common_step(std::vector<double>{0.1234567891, 0.2718281828, 0.3141592654, 0.5772156649}), 0) << "no measure in common";
}

}  // namespace
}  // namespace vbench::gate
