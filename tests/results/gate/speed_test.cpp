// The gate on speeds. Critical values of the rank sum are those of its published tables (Mann and Whitney 1947).
#include "results/gate/speed.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace vbench::gate {
namespace {

using testing::HasSubstr;

Judgement judged(const std::vector<double>& base, const std::vector<double>& candidate, double tolerance = 0.1) {
  return judge_speeds(std::vector<SpeedQuestion>{{.base = base, .candidate = candidate, .tolerance = tolerance}}).front();
}

const std::vector<double> kSpeeds{100, 101, 102, 103, 104, 105};

std::vector<double> times(double factor, std::vector<double> values = kSpeeds) {
  for (double& value : values) value *= factor;
  return values;
}

TEST(SpeedVerdict, HalfTheSpeedIsWorse) {
  const auto result = judged(kSpeeds, times(0.5));
  EXPECT_EQ(result.verdict, Verdict::kWorse);
  EXPECT_EQ(result.basis, Basis::kRanks);
  EXPECT_NEAR(result.difference, -0.5, 0.01);
  EXPECT_EQ(result.base, 102.5) << "median";
  EXPECT_NEAR(result.p_worse, 1 / 924.0, 1e-9) << "one of 12! / (6! 6!) orders";
}

TEST(SpeedVerdict, TwiceTheSpeedIsBetterAndForTimesWorse) {
  EXPECT_EQ(judged(kSpeeds, times(2)).verdict, Verdict::kBetter);
  const SpeedQuestion seconds{.base = kSpeeds, .candidate = times(2), .direction = Direction::kLowerIsBetter};
  EXPECT_EQ(judge_speeds(std::vector<SpeedQuestion>{seconds}).front().verdict, Verdict::kWorse);
}

TEST(SpeedVerdict, SmallChangesAreTheSame) {
  EXPECT_EQ(judged(kSpeeds, times(0.97)).verdict, Verdict::kSame);
  EXPECT_EQ(judged(kSpeeds, kSpeeds).verdict, Verdict::kSame);
}

TEST(SpeedVerdict, SpeedsThatVaryMoreThanTheToleranceTellNothing) {
  const auto result = judged({60, 140, 90, 110, 75, 125}, {55, 130, 85, 100, 70, 115});
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
}

TEST(SpeedVerdict, ThreeRepetitionsGiveAnIntervalButNoAlarm) {
  const auto result = judged({100, 101, 102}, {50, 51, 52});
  EXPECT_EQ(result.verdict, Verdict::kCannotTell);
  EXPECT_NEAR(result.p_worse, 1 / 20.0, 1e-9);
  EXPECT_NEAR(result.interval.low, 50 / 102.0 - 1, 1e-12) << "all ratios: P(U = 0) = 1/20, 5% on each side";
  EXPECT_NEAR(result.interval.high, 52 / 100.0 - 1, 1e-12);
  const auto two = judged({100, 101}, {50, 51});
  EXPECT_EQ(two.basis, Basis::kNone);
  EXPECT_THAT(two.reason, HasSubstr("too few"));
}

TEST(SpeedVerdict, TheIntervalEndsAtTheCriticalRank) {
  // Ratios k / 1 and so on, all different: P(U <= 4) = 0.048 for five and five, P(U <= 5) = 0.075, so that five ratios lie outside.
  const std::vector<double> base{1, 1.1, 1.21, 1.331, 1.4641}, candidate{1.003, 1.207, 1.409, 1.613, 1.811};
  std::vector<double> ratios;
  for (const double a : base) {
    for (const double b : candidate) ratios.push_back(b / a);
  }
  std::sort(ratios.begin(), ratios.end());
  const auto result = judged(base, candidate);
  EXPECT_NEAR(result.interval.low, ratios[4] - 1, 1e-12);
  EXPECT_NEAR(result.interval.high, ratios[20] - 1, 1e-12);
  EXPECT_NEAR(result.difference, ratios[12] - 1, 1e-12);
}

TEST(SpeedVerdict, ManyRepetitionsAreJudgedByTheNormalDistribution) {
  std::vector<double> base, candidate;
  for (int i = 0; i < 40; ++i) {
    base.push_back(100 + i % 7);
    candidate.push_back(80 + i % 5);
  }
  EXPECT_EQ(judged(base, candidate).verdict, Verdict::kWorse);
  EXPECT_EQ(judged(base, base).verdict, Verdict::kSame);
}

TEST(Interleaved, MeansThatRunsTookTurns) {
  const std::vector<std::string> early{"a", "b", "c"}, late{"d", "e", "f"}, odd{"a", "c", "e"}, even{"b", "d", "f"}, outer{"a", "d", "e"},
      inner{"b", "c", "f"};
  EXPECT_TRUE(interleaved(odd, even));
  EXPECT_TRUE(interleaved(outer, inner)) << "A-B-B-A-A-B";
  EXPECT_FALSE(interleaved(early, late));
  EXPECT_FALSE(interleaved(late, early));
  EXPECT_FALSE(interleaved(early, {}));
}

}  // namespace
}  // namespace vbench::gate
