#include "results/rescore.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/core/error.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using testing::Contains;
using testing::HasSubstr;

/// Ranks 1, 2, 4, 8, whose mean is 3.75 and whose R@1 is 0.25.
RunRecord ranked() {
  auto run = test::run_with(1, 0.25);
  run.run_id = "20240101T000000.000000Z-b";
  run.outputs = {{"v2p_rank", 1, {"a", "b", "c", "d"}, {1, 2, 4, 8}}};
  return run;
}

std::map<std::string, RescoreAnswer> answers_of(const std::vector<Rescored>& scores) {
  std::map<std::string, RescoreAnswer> answers;
  for (const auto& score : scores) answers[score.metric] = score.answer;
  return answers;
}

TEST(Rescore, TellsWhatIsTheSameWhatDiffersAndWhatIsNew) {
  auto run = ranked();
  run.scores["v2p_meanr"] = 3.5;
  run.scores["v2p_medr"] = std::nan("");
  const auto answers = answers_of(rescore(run, run.outputs, {}));
  EXPECT_EQ(answers.at("v2p_r1"), RescoreAnswer::kSame);
  EXPECT_EQ(answers.at("v2p_meanr"), RescoreAnswer::kDiffers);
  EXPECT_EQ(answers.at("v2p_medr"), RescoreAnswer::kDiffers) << "NaN is not 3";
  EXPECT_EQ(answers.at("v2p_mrr"), RescoreAnswer::kNew);
  EXPECT_FALSE(answers.contains("p2v_r1")) << "nothing was asked for, nothing is stored";
}

TEST(Rescore, OfNamedMetricsSaysWhyOneIsUnknown) {
  const auto run = ranked();
  const auto scores = rescore(run, run.outputs, {"v2p_r3", "p2v_r1"});
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_DOUBLE_EQ(*scores[0].recomputed, 0.5);
  EXPECT_EQ(scores[1].answer, RescoreAnswer::kUnknown);
  EXPECT_THAT(scores[1].reason, HasSubstr("p2v_rank"));
}

TEST(Rescore, RefusesMetricsThatDoNotFollowFromOutputs) {
  EXPECT_THAT(test::error_of([] { check_rescorable({"v2p_mr"}); }), HasSubstr("did you mean 'v2p_mrr'"));
  EXPECT_THAT(test::error_of([] { check_rescorable({"upstream_top1"}); }), HasSubstr("does not follow from stored outputs: it depends on"));
}

TEST(Rescore, DoesNotTellWhatOutputsThatCannotBeWouldSay) {
  auto run = ranked();
  run.outputs[0].values[2] = -1;
  run.outputs.push_back({"p2v_rank", 1, {"a", "b"}, {1, 2}});
  const auto scores = rescore(run, run.outputs, {"v2p_r1", "p2v_r1"});
  EXPECT_EQ(scores.at(0).answer, RescoreAnswer::kUnknown);
  EXPECT_TRUE(scores.at(0).damaged);
  EXPECT_EQ(scores.at(0).reason, "output 'v2p_rank', row 2: -1 is none of the numbers that it holds");
  EXPECT_DOUBLE_EQ(scores.at(1).recomputed.value(), 0.5);
}

TEST(Rescore, TakesWhatIsNotDamaged) {
  const auto run = ranked();
  const std::vector<DamagedOutput> damaged{{"p2v_rank", "output 'p2v_rank' is damaged: cut off"}};
  const auto scores = rescore(run, run.outputs, {"v2p_r1", "p2v_r1", "c2s_r1"}, damaged);
  EXPECT_EQ(scores.at(0).answer, RescoreAnswer::kSame);
  EXPECT_EQ(scores.at(1).answer, RescoreAnswer::kUnknown);
  EXPECT_TRUE(scores.at(1).damaged);
  EXPECT_EQ(scores.at(1).reason, damaged[0].why);
  EXPECT_FALSE(scores.at(2).damaged) << "never stored";
  EXPECT_FALSE(answers_of(rescore(run, run.outputs, {}, damaged)).contains("p2v_r1")) << "no stored score is left unchecked by that";
  auto scored = run;
  scored.scores["p2v_r1"] = 0.5;
  EXPECT_EQ(answers_of(rescore(scored, run.outputs, {}, damaged)).at("p2v_r1"), RescoreAnswer::kUnknown);
}

TEST(Rescore, ChangesOnlyWhatItWasToldTo) {
  auto run = ranked();
  run.scores["v2p_meanr"] = 3.5;
  auto scores = rescore(run, run.outputs, {"v2p_r1", "v2p_meanr", "v2p_mrr"});
  const auto added = changes_of(scores, false);
  ASSERT_EQ(added.size(), 1U);
  EXPECT_EQ(added[0].metric, "v2p_mrr");
  EXPECT_FALSE(added[0].replaces);
  EXPECT_EQ(answers_of(scores).at("v2p_mrr"), RescoreAnswer::kAdded);
  EXPECT_EQ(answers_of(scores).at("v2p_meanr"), RescoreAnswer::kDiffers);
  const auto replaced = changes_of(scores, true);
  ASSERT_EQ(replaced.size(), 1U);
  EXPECT_EQ(replaced[0].replaces, 3.5);
  EXPECT_EQ(replaced[0].value, 3.75);
}

TEST(Rescore, ListsWhatIsTheSameOnlyIfAsked) {
  auto run = ranked();
  const auto scores = rescore(run, run.outputs, {"v2p_r1", "v2p_mrr"});
  EXPECT_EQ(rescore_table(scores, true).rows.size(), 2U);
  const auto shorter = rescore_table(scores, false);
  EXPECT_EQ(shorter.rows.size(), 1U);
  EXPECT_THAT(shorter.notes, Contains("Scores: 1 same, 1 new."));
  EXPECT_THAT(render(shorter, OutputFormat::kCsv), HasSubstr(run.run_id));
}

TEST(StoreAmend, AddsScoresAndNotesWhereTheyComeFrom) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const auto id = store.add(ranked());
  store.amend({{id, "v2p_mrr", 0.46875}});
  const auto read = store.find(id);
  EXPECT_EQ(read->scores.at("v2p_mrr"), 0.46875);
  EXPECT_EQ(read->scores.at("v2p_r1"), 0.25);
  EXPECT_EQ(read->environment.at("rescored.v2p_mrr"), "computed from the stored outputs");
  EXPECT_EQ(read->settings, ranked().settings) << "settings tell configurations apart";
}

TEST(StoreAmend, RemembersEveryValueThatWasReplaced) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const auto id = store.add(ranked());
  store.amend({{id, "v2p_r1", 0.5, 0.25}});
  store.amend({{id, "v2p_r1", 0.75, 0.5}});
  EXPECT_EQ(store.find(id)->scores.at("v2p_r1"), 0.75);
  EXPECT_EQ(store.find(id)->environment.at("rescored.v2p_r1"),
            "computed from the stored outputs, was 0.25; computed from the stored outputs, was 0.5");
}

TEST(StoreAmend, ChangesAllOrNothing) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const auto id = store.add(ranked());
  const auto refused = [&](const ScoreChange& change) { return test::error_of([&] { store.amend({{id, "v2p_mrr", 0.5}, change}); }); };
  EXPECT_THAT(refused({id, "v2p_r1", 0.5}), HasSubstr("v2p_r1 is there already"));
  EXPECT_THAT(refused({id, "v2p_r5", 0.5, 0.1}), HasSubstr("v2p_r5 is not there"));
  EXPECT_THAT(refused({id, "v2p_r1", 0.5, 0.1}), HasSubstr("was changed meanwhile"));
  EXPECT_THAT(refused({"nobody", "v2p_gmr", 0.5}), HasSubstr("no such run"));
  EXPECT_FALSE(store.find(id)->scores.contains("v2p_mrr")) << "the first of two changes stays out too";
}

TEST(Store, GivesOutputsByName) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const auto id = store.add(test::full_run());
  EXPECT_EQ(store.output_names(id), (std::vector<std::string>{"v2p_rank", "empty", "wide"}));
  const auto some = store.outputs(id, {"wide", "other"});
  ASSERT_EQ(some.size(), 1U);
  EXPECT_EQ(some[0].values, (std::vector<float>{0.5F, -1, 1e-30F, 4}));
  EXPECT_EQ(store.outputs(id).size(), 3U);
  EXPECT_TRUE(store.outputs("nobody").empty());
}

}  // namespace
}  // namespace vbench
