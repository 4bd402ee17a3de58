// Which configurations are a pair, what is never compared, and which metrics are judged.
#include "results/gate/gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <stdexcept>

#include "harness/core/text.hpp"
#include "tests/results/gate/sides.hpp"

namespace vbench::gate {
namespace {

using test::gated;
using test::kBadScores;
using test::kGoodScores;
using test::seeds_with;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<RunRecord> joined(std::vector<RunRecord> runs, const std::vector<RunRecord>& more) {
  runs.insert(runs.end(), more.begin(), more.end());
  return runs;
}

GatedScore score_of(const GateReport& report, const std::string& key, size_t pair = 0) {
  for (const auto& score : report.pairs.at(pair).scores) {
    if (score.key == key) return score;
  }
  throw std::runtime_error("no " + key);
}

TEST(Gate, ALossInEverySeedIsWorseAndNoneIsNot) {
  const auto report = gated(seeds_with(kGoodScores), seeds_with(kBadScores));
  ASSERT_EQ(report.pairs.size(), 1U);
  EXPECT_EQ(score_of(report, "v2p_r1").judgement.verdict, Verdict::kWorse);
  EXPECT_EQ(count_of(report, Verdict::kWorse), 1);
  EXPECT_EQ(count_of(gated(seeds_with(kGoodScores), seeds_with(kGoodScores)), Verdict::kWorse), 0);
  EXPECT_EQ(count_of(gated(seeds_with(kBadScores), seeds_with(kGoodScores)), Verdict::kBetter), 1);
}

TEST(Gate, TheNewestRunOfASeedCounts) {
  auto base = joined(seeds_with(kBadScores, 10), seeds_with(kGoodScores, 11));
  const auto report = gated(base, seeds_with(kGoodScores, 12));
  EXPECT_EQ(score_of(report, "v2p_r1").judgement.basis, Basis::kIdentical);
}

TEST(Gate, ANewerInvalidRunIsNotHiddenByAnOlderValidOne) {
  auto candidate = joined(seeds_with(kGoodScores, 11), seeds_with(kGoodScores, 12));
  candidate[7].verdict = {false, {"the loss is not finite"}};
  const auto report = gated(seeds_with(kGoodScores), candidate);
  EXPECT_EQ(report.pairs.at(0).candidate.runs, 4);
  EXPECT_EQ(report.pairs[0].lost_runs, "5 valid run(s) in BASE, 4 in CANDIDATE; INVALID there: seed 3: the loss is not finite");
  EXPECT_EQ(score_of(report, "v2p_r1").judgement.pairs, 4) << "the older score of seed 3 is not of this program";
  candidate[7].verdict = {};
  candidate[2].verdict = {false, {"the loss is not finite"}};
  EXPECT_EQ(gated(seeds_with(kGoodScores), candidate).pairs.at(0).lost_runs, "") << "seed 3 was run again";
}

TEST(Gate, ConfigurationsOfTheSameSettingsArePairs) {
  auto wide = seeds_with(kBadScores);
  for (auto& run : wide) run.settings["width"] = "512";
  const auto report = gated(joined(seeds_with(kGoodScores), wide), joined(wide, seeds_with(kGoodScores)));
  ASSERT_EQ(report.pairs.size(), 2U);
  for (size_t pair = 0; pair < 2; ++pair) EXPECT_EQ(score_of(report, "v2p_r1", pair).judgement.basis, Basis::kIdentical);
  EXPECT_THAT(report.unpaired, IsEmpty());
}

TEST(Gate, ASettingThatChangedIsSaid) {
  auto candidate = seeds_with(kBadScores);
  for (auto& run : candidate) run.settings["learning_rate"] = "0.1";
  const auto other = seeds_with(kGoodScores, 10, "yc2-2d3d");
  const auto report = gated(joined(seeds_with(kGoodScores), other), joined(candidate, other));
  ASSERT_EQ(report.pairs.size(), 2U);
  EXPECT_THAT(report.pairs[0].notes, Contains(HasSubstr("learning_rate=0.001 in BASE, learning_rate=0.1 in CANDIDATE")));
  EXPECT_EQ(score_of(report, "v2p_r1").judgement.verdict, Verdict::kWorse);
}

TEST(Gate, ALongNoteOnSettingsEndsWithAWholeLetter) {
  for (size_t length = 280; length < 284; ++length) {
    auto candidate = seeds_with(kGoodScores);
    for (auto& run : candidate) run.settings["learning_rate"] = std::string(length, 'x') + "\U0001F3A5\U0001F3A5\U0001F3A5";
    const auto notes = gated(seeds_with(kGoodScores), candidate).pairs.at(0).notes;
    EXPECT_THAT(notes, Contains(HasSubstr("... in CANDIDATE")));
    for (const auto& note : notes) EXPECT_EQ(printable(note), note);
  }
}

TEST(Gate, WhatHasNoCounterpartIsNamed) {
  const auto report = gated(joined(seeds_with(kGoodScores), seeds_with(kGoodScores, 10, "yc2-2d3d")), seeds_with(kGoodScores));
  EXPECT_EQ(report.pairs.size(), 1U);
  ASSERT_EQ(report.unpaired.size(), 1U);
  EXPECT_TRUE(report.unpaired[0].in_base);
  EXPECT_EQ(report.unpaired[0].configuration.variant, "yc2-2d3d");
}

TEST(Gate, OneConfigurationASideIsAPairWhateverItsName) {
  const auto report = gated(seeds_with(kGoodScores), seeds_with(kBadScores, 10, "yc2-2d3d"));
  ASSERT_EQ(report.pairs.size(), 1U);
  EXPECT_THAT(report.pairs[0].notes, Contains("BASE is coot yc2-100m on youcook2, CANDIDATE is coot yc2-2d3d on youcook2"));
}

TEST(Gate, RealAndSyntheticAreNeverAPair) {
  auto synthetic = seeds_with(kGoodScores);
  for (auto& run : synthetic) run.source = Source::kSynthetic;
  const auto report = gated(seeds_with(kGoodScores), synthetic);
  EXPECT_THAT(report.pairs, IsEmpty());
  EXPECT_EQ(report.unpaired.size(), 2U);
}

TEST(Gate, AnotherProtocolOrOtherDataAreNotComparable) {
  const auto expect_refused = [](const std::function<void(RunRecord&)>& change, const std::string& why) {
    auto candidate = seeds_with(kGoodScores);
    for (auto& run : candidate) change(run);
    const auto report = gated(seeds_with(kGoodScores), candidate);
    ASSERT_EQ(report.pairs.size(), 1U) << why;
    EXPECT_THAT(report.pairs[0].not_comparable, HasSubstr(why));
    EXPECT_THAT(report.pairs[0].scores, IsEmpty());
    EXPECT_EQ(incomparable(report), 1);
  };
  expect_refused([](RunRecord& run) { run.protocol.version = 2; }, "coot-retrieval version 1 and coot-retrieval version 2");
  expect_refused([](RunRecord& run) { run.data.hash = "fedcba"; }, "fingerprints 0123456789abcdef and fedcba");
  expect_refused([](RunRecord& run) { run.settings["run.train_data"] = "bad"; },
                 "trained on different data: fingerprints feedbeef and bad");
}

TEST(Gate, ACandidateOfInvalidRunsDoesNotPass) {
  auto candidate = seeds_with(kGoodScores);
  for (auto& run : candidate) run.verdict = {false, {"the loss is not finite"}};
  const auto report = gated(seeds_with(kGoodScores), candidate);
  ASSERT_EQ(report.pairs.size(), 1U);
  EXPECT_THAT(report.pairs[0].not_comparable, HasSubstr("CANDIDATE has no valid run: seed 1: the loss is not finite"));
  candidate[0].verdict = candidate[1].verdict = candidate[2].verdict = {};
  const auto some = gated(seeds_with(kGoodScores), candidate);
  EXPECT_EQ(score_of(some, "v2p_r1").judgement.pairs, 3);
  EXPECT_EQ(some.pairs[0].lost_runs,
            "5 valid run(s) in BASE, 3 in CANDIDATE; INVALID there: seed 4: the loss is not finite; seed 5: the loss is not finite");
  EXPECT_EQ(incomparable(some), 1);
  EXPECT_EQ(gated(candidate, candidate).pairs[0].lost_runs, "") << "BASE lost as many";
  EXPECT_EQ(gated(candidate, seeds_with(kGoodScores)).pairs[0].lost_runs, "");
  EXPECT_THAT(some.pairs[0].notes, Contains(HasSubstr("INVALID runs of CANDIDATE are left out: seed 4")));
}

TEST(Gate, AMetricThatIsGoneFails) {
  auto candidate = seeds_with(kGoodScores);
  for (auto& run : candidate) run.scores = {{"p2v_r1", 0.5}};
  const auto report = gated(seeds_with(kGoodScores), candidate);
  EXPECT_TRUE(score_of(report, "v2p_r1").gone);
  EXPECT_EQ(incomparable(report), 1);
  EXPECT_THAT(report.pairs[0].notes, Contains("only CANDIDATE has p2v_r1"));
}

TEST(Gate, RunsWithoutAValueAreLostUnlessBaseHasSomeToo) {
  auto candidate = seeds_with(kGoodScores);
  candidate[0].scores["v2p_r1"] = std::nan("");
  const auto report = gated(seeds_with(kGoodScores), candidate);
  EXPECT_EQ(report.pairs[0].lost_runs, "1 of 5 runs of CANDIDATE have no v2p_r1");
  const auto before = gated(candidate, candidate);
  EXPECT_EQ(before.pairs[0].lost_runs, "");
  EXPECT_THAT(before.pairs[0].notes, Contains("1 of 5 runs of CANDIDATE have no v2p_r1"));
  EXPECT_THAT(before.pairs[0].notes, Contains("1 of 5 runs of BASE have no v2p_r1"));
}

TEST(Gate, MetricsOfBoardsAreJudgedAndDetailsOnlyWhenAsked) {
  auto base = seeds_with(kGoodScores);
  for (auto& run : base) {
    run.scores["v2p_r50"] = run.scores["v2p_r1"];  // a detail
    run.scores["v2p_medr"] = 2;
    run.scores["private"] = 1;
  }
  const auto keys = [](const GateReport& report) {
    std::vector<std::string> all;
    for (const auto& score : report.pairs.at(0).scores) {
      if (!score.speed) all.push_back(score.key);
    }
    return all;
  };
  EXPECT_EQ(keys(gated(base, base)), (std::vector<std::string>{"v2p_r1", "v2p_medr"}));
  EXPECT_EQ(score_of(gated(base, base), "v2p_medr").tolerance, 1);
  EXPECT_EQ(score_of(gated(base, base), "v2p_r1").tolerance, 0.01);
  for (auto& run : base) run.scores["v2p_r3"] = run.scores["v2p_r1"];  // not among those that are listed
  EXPECT_EQ(keys(gated(base, base, {.metrics = {{"", "v2p_r3", 0.02}}})), (std::vector<std::string>{"v2p_r3"}));
  const GateRequest request{.metrics = {{"", "v2p_r50", 0.02}}};
  EXPECT_EQ(keys(gated(base, base, request)), (std::vector<std::string>{"v2p_r50"}));
}

TEST(Gate, ToleranceOfAMethodGoesBeforeThatOfAll) {
  const GateRequest request{.metrics = {{"", "v2p_r1", 0.02}, {"coot", "v2p_r1", 0.03}, {"sam", "v2p_r1", 0.04}}};
  EXPECT_EQ(score_of(gated(seeds_with(kGoodScores), seeds_with(kGoodScores), request), "v2p_r1").tolerance, 0.03);
}

TEST(Gate, SharesOfFewItemsHaveTheirStep) {
  auto base = seeds_with({0.52, 0.52, 0.52, 0.52, 0.52}), candidate = seeds_with({0.50, 0.50, 0.50, 0.50, 0.50});
  EXPECT_EQ(score_of(gated(base, candidate), "v2p_r1").judgement.verdict, Verdict::kWorse);
  for (auto* side : {&base, &candidate}) {
    for (auto& run : *side) run.data.items = 50;
  }
  EXPECT_EQ(score_of(gated(base, candidate), "v2p_r1").judgement.verdict, Verdict::kCannotTell) << "one video of fifty";
}

TEST(Gate, SingleRunsThatTrainedNothingAreComparedByItem) {
  const GateRequest request{.by_item = [](const std::string& base, const std::string& candidate, const std::string& key, double level) {
    EXPECT_EQ(base + candidate, "20240131T10001020240131T110010");
    EXPECT_EQ(key, "v2p_r1");
    EXPECT_EQ(level, 0.9);
    return std::optional(TestResult{-0.1, {-0.12, -0.08}, 0.0002});
  }};
  auto base = seeds_with({0.5}, 10), candidate = seeds_with({0.4}, 11);
  EXPECT_EQ(score_of(gated(base, candidate, request), "v2p_r1").judgement.basis, Basis::kNone) << "they were trained";
  base[0].epochs = candidate[0].epochs = 0;
  const auto judgement = score_of(gated(base, candidate, request), "v2p_r1").judgement;
  EXPECT_EQ(judgement.basis, Basis::kItems);
  EXPECT_EQ(judgement.verdict, Verdict::kWorse);
}

// ---- speeds --------------------------------------------------------------------------------------------------------------

/// Two sides that took turns: seeds 1 .. 7, half the speed on the second.
std::pair<std::vector<RunRecord>, std::vector<RunRecord>> turns() {
  auto base = seeds_with(std::vector<double>(7, 0.5)), candidate = base;
  for (size_t i = 0; i < base.size(); ++i) {
    base[i].run_id += "a";
    candidate[i].run_id += "b";
    candidate[i].speed["forward_clips_per_s"] /= 2;
  }
  return {base, candidate};
}

TEST(GateOnSpeeds, HalfTheSpeedIsWorseWhereRunsTookTurns) {
  const auto [base, candidate] = turns();
  const auto speed = score_of(gated(base, candidate), "forward_clips_per_s");
  EXPECT_TRUE(speed.speed);
  EXPECT_EQ(speed.judgement.verdict, Verdict::kWorse) << speed.judgement.reason;
  EXPECT_NEAR(speed.judgement.difference, -0.5, 0.01);
  EXPECT_EQ(score_of(gated(base, candidate, {.speed_tolerance = 0.6}), "forward_clips_per_s").judgement.verdict, Verdict::kSame);
}

void expect_speed_cannot_be_told(const std::vector<RunRecord>& base, const std::vector<RunRecord>& candidate, const std::string& why) {
  const auto judgement = score_of(gated(base, candidate), "forward_clips_per_s").judgement;
  EXPECT_EQ(judgement.verdict, Verdict::kCannotTell);
  EXPECT_THAT(judgement.reason, HasSubstr(why));
}

TEST(GateOnSpeeds, OtherMachinesAreNotCompared) {
  auto [base, candidate] = turns();
  candidate[2].environment["threads"] = "4";
  expect_speed_cannot_be_told(base, candidate, "different machines are not compared: x86, 16 cores, 4 threads | x86, 16 cores, 8 threads");
}

TEST(GateOnSpeeds, UnreliableRunsAreNotCompared) {
  auto [base, candidate] = turns();
  base[1].environment["speed_unreliable"] = "load 9";
  expect_speed_cannot_be_told(base, candidate, "unreliable run are not compared: load 9");
}

TEST(GateOnSpeeds, AreANoteWhereOthersAreNamedAndTheyMeanNothing) {
  const GateRequest request{.metrics = {{"", "v2p_r1", 0.02}}};
  const auto report = gated(seeds_with(kGoodScores, 10), seeds_with(kGoodScores, 11), request);
  ASSERT_EQ(report.pairs[0].scores.size(), 1U);
  EXPECT_THAT(report.pairs[0].notes, Contains(HasSubstr("speeds are not judged: the runs did not take turns")));
  const auto [base, candidate] = turns();
  EXPECT_EQ(score_of(gated(base, candidate, request), "forward_clips_per_s").judgement.verdict, Verdict::kWorse);
}

TEST(GateOnSpeeds, RunsOneSideAfterTheOtherAreNotCompared) {
  const std::vector<double> scores(7, 0.5);
  expect_speed_cannot_be_told(seeds_with(scores, 10), seeds_with(scores, 11), "did not take turns");
}

}  // namespace
}  // namespace vbench::gate
