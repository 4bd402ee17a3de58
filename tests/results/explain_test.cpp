// What is known of the difference between a published figure and ours, part by part.
#include "results/explain.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/results/records.hpp"

namespace vbench::explain_test {
namespace {

using test::run_with;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A row with these further fields and figures of several kinds.
std::map<std::string, Published> published(const std::string& more = R"("settings": {"run.precision": "fp16"}, "items": 457)") {
  const std::string row = R"({"set": "paper", "table": "3", "row": "r", "dataset": "youcook2", "variant": "yc2-100m", "split": "val",
    "protocol": "p", "scores": {"top1": 0.5, "v2p_r1": 0.6, "p2v_r1": 0.783, "nmi": 0.5}, )";
  std::map<std::string, Published> all;
  all.emplace("coot", Published::parse(R"({"paper": "P", "rows": [)" + row + more + "}]}"));
  return all;
}

VariantDefaults defaults(SettingValues values = {{"learning_rate", "0.001"}, {"epochs", "100"}, {"data.videos", ""}}) {
  return [values](const std::string&, const std::string&, const std::string&) { return std::optional(values); };
}

RunRecord run_of(int64_t seed, const std::string& metric, double score) {
  auto run = run_with(seed, 0);
  run.run_id = "run-" + std::to_string(seed);
  run.scores = {{metric, score}};
  run.epochs = 100;
  run.settings = {{"learning_rate", "0.001"}, {"epochs", "100"}, {"data.videos", ""}, {"run.precision", "fp32"}};
  return run;
}

std::vector<RunRecord> runs_of(const std::string& metric, const std::vector<double>& scores) {
  std::vector<RunRecord> runs;
  for (const double score : scores) runs.push_back(run_of(static_cast<int64_t>(runs.size()) + 1, metric, score));
  return runs;
}

std::vector<Explanation> explained(const std::vector<RunRecord>& runs, const std::map<std::string, Published>& figures = published(),
                                   const VariantDefaults& known = defaults()) {
  return explain_differences(runs, {}, figures, known);
}

/// A copy: explanations are often temporaries.
DifferencePart part(const Explanation& explanation, const std::string& name) {
  for (const auto& known : explanation.parts) {
    if (known.name == name) return known;
  }
  throw std::runtime_error("no part " + name);
}

TEST(Explain, SplitsPublishedMinusOursIntoAlwaysTheSameParts) {
  const auto all = explained(runs_of("p2v_r1", {0.70}));
  ASSERT_EQ(all.size(), 1U);
  std::vector<std::string> names;
  for (const auto& known : all[0].parts) names.push_back(known.name);
  EXPECT_EQ(names, (std::vector<std::string>{"protocol", "data", "seeds", "precision", "settings", "training", "unexplained"}));
  EXPECT_EQ(all[0].metric, "p2v_r1");
  EXPECT_EQ(all[0].source, "paper, table 3");
  EXPECT_NEAR(part(all[0], "unexplained").amount, 0.083, 1e-12);
  EXPECT_EQ(part(all[0], "protocol").status, PartStatus::kNone);
}

TEST(Explain, SaysNothingOfSyntheticOrInvalidRunsAndOfVariantsWithoutFigures) {
  auto synthetic = run_of(1, "p2v_r1", 0.7), invalid = run_of(2, "p2v_r1", 0.7), other = run_of(3, "p2v_r1", 0.7);
  synthetic.source = Source::kSynthetic;
  invalid.verdict = {false, {"too short"}};
  other.variant = "small";
  EXPECT_TRUE(explained({synthetic, invalid, other}).empty());
  EXPECT_TRUE(explain_differences({run_of(1, "p2v_r1", 0.7)}, {.method = "sam"}, published(), defaults()).empty());
  EXPECT_TRUE(explained({run_of(1, "s2c_r1", 0.7)}).empty()) << "the paper has no such figure";
}

TEST(Explain, BoundsWhatSeedsCanDoByTheIntervalOfOurMean) {
  const auto& seeds = part(explained(runs_of("p2v_r1", {0.70, 0.72, 0.77}))[0], "seeds");
  EXPECT_EQ(seeds.status, PartStatus::kBounded);
  EXPECT_NEAR(seeds.between.high, 0.08956685895366445, 1e-9) << "scipy.stats.t.ppf(0.975, 2) * sem";
  EXPECT_NEAR(seeds.between.low, -0.08956685895366445, 1e-9);
  EXPECT_THAT(seeds.finding, HasSubstr("it covers the difference"));
  EXPECT_THAT(part(explained(runs_of("p2v_r1", {0.700, 0.701, 0.702}))[0], "seeds").finding, HasSubstr("it does not cover"));
}

TEST(Explain, TakesThePublishedSpreadIntoAccountWhereItIsKnown) {
  const auto figures = published(R"("runs": 3, "deviations": {"p2v_r1": 0.020874})");
  const auto& seeds = part(explained(runs_of("p2v_r1", {0.70, 0.72, 0.77}), figures)[0], "seeds");
  // Welch's interval from summaries, SciPy 1.10: t.ppf(0.975, 3.2052864706558912) * standard error
  EXPECT_NEAR(seeds.between.high, 0.07384904034577558, 1e-6);
  EXPECT_THAT(seeds.finding, HasSubstr("Welch"));
}

TEST(Explain, DoesNotQuantifyTheSpreadOfFewerThanThreeSeeds) {
  const auto& seeds = part(explained(runs_of("p2v_r1", {0.70, 0.72}))[0], "seeds");
  EXPECT_EQ(seeds.status, PartStatus::kNotQuantified);
  EXPECT_THAT(seeds.finding, HasSubstr("takes 3 seeds; ours are 2"));
}

TEST(Explain, BoundsWhatMissingItemsCouldDoToAShareOfItems) {
  auto run = run_of(1, "top1", 0.4);
  run.data.items = 450;
  run.data.missing = 5;
  run.data.dropped = 2;
  const auto& data = part(explained({run})[0], "data");
  EXPECT_EQ(data.status, PartStatus::kBounded);
  EXPECT_NEAR(data.between.low, -7 * 0.4 / 457, 1e-12) << "all seven wrong";
  EXPECT_NEAR(data.between.high, 7 * 0.6 / 457, 1e-12) << "all seven right";
  EXPECT_THAT(data.finding, HasSubstr("7 items of ours"));
}

TEST(Explain, KnowsThatMissingItemsAreCandidatesInRetrievalAndPromisesNothingOfOtherMetrics) {
  auto retrieval = run_of(1, "v2p_r1", 0.4), clusters = run_of(2, "nmi", 0.4);
  for (auto* run : {&retrieval, &clusters}) {
    run->data.items = 450;
    run->data.missing = 7;
  }
  const auto& candidates = part(explained({retrieval})[0], "data");
  EXPECT_NEAR(candidates.between.low, -0.4, 1e-12) << "any of them may outrank every right answer";
  EXPECT_NEAR(candidates.between.high, 7 * 0.6 / 457, 1e-12);
  EXPECT_EQ(part(explained({clusters})[0], "data").status, PartStatus::kNotQuantified);
}

TEST(Explain, SaysWhereTheNumberOfItemsIsAnotherOne) {
  const auto same = explained(runs_of("top1", {0.4}), published(R"("items": 457)"));
  EXPECT_EQ(part(same[0], "data").status, PartStatus::kNone);
  EXPECT_THAT(part(same[0], "data").finding, HasSubstr("as many items were published"));
  const auto other = explained(runs_of("top1", {0.4}), published(R"("items": 460)"));
  EXPECT_EQ(part(other[0], "data").status, PartStatus::kNotQuantified);
  EXPECT_THAT(part(other[0], "data").finding, HasSubstr("460 items were published where ours lists 457"));
}

TEST(Explain, DoesNotTakeAnUnknownNumberOfItemsForTheSame) {
  auto run = run_of(1, "top1", 0.4);
  for (const int64_t missing : {0, 7}) {
    run.data.missing = missing;
    const auto& data = part(explained({run}, published(R"("note": "n")"))[0], "data");
    EXPECT_EQ(data.status, PartStatus::kNotQuantified) << missing;
    EXPECT_THAT(data.finding, HasSubstr("how many items were published is not said"));
  }
}

TEST(Explain, TakesTheNumberOfItemsFromAnotherRowOnTheSameSplit) {
  const auto figures = [](const std::string& split) {
    return std::map<std::string, Published>{
        {"coot", Published::parse(R"({"paper": "P", "rows": [
      {"set": "paper", "row": "r", "dataset": "youcook2", "variant": "yc2-100m", "split": "val", "protocol": "p", "scores": {"top1": 0.5}},
      {"set": "runs", "row": "s", "dataset": "youcook2", "variant": "other", "split": ")" +
                                  split + R"(", "protocol": "p", "items": 457, "scores": {"top1": 0.5}}]})")}};
  };
  auto run = run_of(1, "top1", 0.4);
  const auto& same = part(explained({run}, figures("val"))[0], "data");
  EXPECT_EQ(same.status, PartStatus::kNone);
  EXPECT_EQ(same.finding,
            "no item of ours is missing (data 01234567; published ones have no fingerprint), and as many items were published "
            "(runs, same split)");
  EXPECT_EQ(part(explained({run}, figures("test"))[0], "data").status, PartStatus::kNotQuantified);
  run.data.items = 48;
  const auto& fewer = part(explained({run}, figures("val"))[0], "data");
  EXPECT_EQ(fewer.status, PartStatus::kNotQuantified);
  EXPECT_THAT(fewer.finding, HasSubstr("457 items were published (runs, same split) where ours lists 48"));
}

TEST(Explain, TellsNoSpreadFromEqualSeeds) {
  const auto& seeds = part(explained(runs_of("p2v_r1", {0.70, 0.70, 0.70}))[0], "seeds");
  EXPECT_EQ(seeds.status, PartStatus::kNotQuantified);
  EXPECT_EQ(seeds.finding, "all 3 seeds gave the same value, which tells no spread");
}

TEST(Explain, QuantifiesAnotherWayOfMeasuringWhereOursIsMeasuredInBothWays) {
  const auto figures = published(R"("measured_as": {"top1": "upstream_top1"})");
  auto run = run_of(1, "top1", 0.40);
  EXPECT_EQ(part(explained({run}, figures)[0], "protocol").status, PartStatus::kNotQuantified) << "these runs lack it";
  run.scores["upstream_top1"] = 0.43;
  const auto explanation = explained({run}, figures).at(0);
  EXPECT_EQ(part(explanation, "protocol").status, PartStatus::kQuantified);
  EXPECT_NEAR(part(explanation, "protocol").amount, 0.03, 1e-12);
  EXPECT_NEAR(part(explanation, "unexplained").amount, 0.07, 1e-12) << "0.5 - 0.4 - 0.03";
}

TEST(Explain, SaysThatTheSplitIsAnotherOneOrNotKnown) {
  auto run = run_of(1, "top1", 0.4);
  run.data.split = "test";
  EXPECT_THAT(part(explained({run})[0], "protocol").finding, HasSubstr("of split val, ours of test"));
  const auto unknown = Published::parse(R"({"paper": "P", "rows": [{"set": "leaderboards", "row": "r", "dataset": "youcook2",
    "variant": "yc2-100m", "split": "unknown", "protocol": "p", "scores": {"top1": 0.5}}]})");
  const auto& protocol = part(explained({run}, {{"coot", unknown}})[0], "protocol");
  EXPECT_EQ(protocol.status, PartStatus::kNotQuantified);
  EXPECT_THAT(protocol.finding, HasSubstr("not said; ours is test"));
}

TEST(Explain, SaysThatNobodyKnowsHowTheFigureWasMeasured) {
  const auto unknown = Published::parse(R"({"paper": "P", "rows": [{"set": "leaderboards", "row": "r", "dataset": "youcook2",
    "variant": "yc2-100m", "split": "val", "protocol": "unknown", "scores": {"top1": 0.5}}]})");
  const auto& protocol = part(explained(runs_of("top1", {0.4}), {{"coot", unknown}})[0], "protocol");
  EXPECT_EQ(protocol.status, PartStatus::kNotQuantified);
  EXPECT_EQ(protocol.finding, "how the published figure was measured is not said; ours: whole split");
}

TEST(Explain, NamesThePrecisionAndMeasuresItsEffectOnlyByStoredRuns) {
  auto ours = run_of(1, "p2v_r1", 0.70);
  const auto& alone = part(explained({ours})[0], "precision");
  EXPECT_EQ(alone.status, PartStatus::kNotQuantified);
  EXPECT_THAT(alone.finding, HasSubstr("ours is fp32, the published one fp16"));

  auto half = run_of(2, "p2v_r1", 0.74);
  half.settings["run.precision"] = "fp16";
  const auto both = explained({ours, half});
  ASSERT_EQ(both.size(), 2U);
  const auto& first = both[0].ours < 0.72 ? both[0] : both[1];
  EXPECT_EQ(part(first, "precision").status, PartStatus::kQuantified);
  EXPECT_NEAR(part(first, "precision").amount, 0.04, 1e-12);
  EXPECT_THAT(part(first, "precision").finding, HasSubstr("measured by stored runs with the published value (1 seed)"));
  EXPECT_NEAR(part(first, "unexplained").amount, 0.043, 1e-12);
  const auto& second = both[0].ours < 0.72 ? both[1] : both[0];
  EXPECT_EQ(part(second, "precision").status, PartStatus::kNone);

  EXPECT_THAT(part(explained({ours}, published(R"("note": "n")"))[0], "precision").finding, HasSubstr("the published one is not said"));
}

TEST(Explain, NamesSettingsThatAreNotThePublishedOnes) {
  auto ours = run_of(1, "p2v_r1", 0.70);
  ours.settings["learning_rate"] = "0.1";
  ours.settings["data.videos"] = "/mnt/videos";
  const auto& alone = part(explained({ours})[0], "settings");
  EXPECT_EQ(alone.status, PartStatus::kNotQuantified);
  EXPECT_EQ(alone.finding, "learning_rate=0.1 (published: 0.001)") << "where files lie is no difference";

  auto as_published = ours;
  as_published.run_id = "run-2";
  as_published.scores["p2v_r1"] = 0.75;
  as_published.settings["learning_rate"] = "0.001";
  const auto all = explained({ours, as_published});
  const auto& measured = part(all[0].ours < 0.72 ? all[0] : all[1], "settings");
  EXPECT_EQ(measured.status, PartStatus::kQuantified);
  EXPECT_NEAR(measured.amount, 0.05, 1e-12);
}

TEST(Explain, CountsWhatThePublishedRunHadOtherwiseThanTheDefaults) {
  const auto figures = published(R"("settings": {"learning_rate": "0.005"})");
  EXPECT_EQ(part(explained(runs_of("top1", {0.4}), figures)[0], "settings").finding, "learning_rate=0.001 (published: 0.005)");
}

TEST(Explain, DoesNotTakeSettingsThatAreNotStoredForThePublishedOnes) {
  const auto known = defaults({{"learning_rate", "0.001"}, {"epochs", "100"}, {"loss.margin", "0.2"}});
  const auto explanation = explained(runs_of("top1", {0.4}), published(), known).at(0);
  EXPECT_EQ(part(explanation, "settings").status, PartStatus::kNotQuantified);
  EXPECT_EQ(part(explanation, "settings").finding, "not in the store: 1 of the settings of the variant");
}

TEST(Explain, TakesNoEffectFromRunsOnOtherData) {
  auto ours = run_of(1, "p2v_r1", 0.70), other = run_of(2, "p2v_r1", 0.74);
  other.settings["run.precision"] = "fp16";
  other.data.hash = "another";
  for (const auto& explanation : explained({ours, other})) EXPECT_NE(part(explanation, "precision").status, PartStatus::kQuantified);
}

TEST(Explain, AdmitsThatItDoesNotKnowAVariant) {
  const VariantDefaults nobody = [](const std::string&, const std::string&, const std::string&) { return std::optional<SettingValues>(); };
  const auto explanation = explained(runs_of("top1", {0.4}), published(), nobody).at(0);
  EXPECT_EQ(part(explanation, "settings").status, PartStatus::kNotQuantified);
  EXPECT_EQ(part(explanation, "training").status, PartStatus::kNotQuantified);
}

TEST(Explain, NamesShorterTrainingAndWeightsThatWereNotTrainedHere) {
  auto brief = run_of(1, "top1", 0.4);
  brief.settings["epochs"] = "2";
  brief.epochs = 2;
  const auto& training = part(explained({brief})[0], "training");
  EXPECT_EQ(training.status, PartStatus::kNotQuantified);
  EXPECT_EQ(training.finding, "ours was to train 2 epochs (trained: 2), the published run 100");
  EXPECT_EQ(part(explained({brief})[0], "settings").status, PartStatus::kNone) << "epochs are a part of their own";

  auto evaluated = run_of(1, "top1", 0.4);
  evaluated.settings["run.eval_only"] = "true";
  evaluated.settings["run.init"] = "theirs.pth";
  EXPECT_EQ(part(explained({evaluated})[0], "training").finding, "nothing was trained: weights of theirs.pth");
}

TEST(Explain, SaysOfTheRestWhatCouldCoverIt) {
  auto runs = runs_of("p2v_r1", {0.70, 0.72, 0.77});
  for (auto& run : runs) run.settings["run.precision"] = "fp16";
  EXPECT_EQ(part(explained(runs)[0], "unexplained").finding, "the bounded parts could cover it");
  runs = runs_of("p2v_r1", {0.700, 0.701, 0.702});
  for (auto& run : runs) run.settings["run.precision"] = "fp16";
  EXPECT_EQ(part(explained(runs)[0], "unexplained").finding, "no known part covers it");
  EXPECT_THAT(part(explained(runs_of("p2v_r1", {0.70}))[0], "unexplained").finding,
              HasSubstr("what seeds, precision would make of it is not known"));
}

TEST(Explain, SaysOfNoDifferenceThatPartsCoverItOnlyWherePartsAreBounded) {
  EXPECT_EQ(part(explained(runs_of("p2v_r1", {0.783}))[0], "unexplained").amount, 0);
  EXPECT_THAT(part(explained(runs_of("p2v_r1", {0.783}))[0], "unexplained").finding, Not(HasSubstr("bounded")));
  EXPECT_THAT(part(explained(runs_of("p2v_r1", {0.782, 0.783, 0.784}))[0], "unexplained").finding,
              HasSubstr("the bounded parts could cover it"));
}

TEST(Explain, ComparesMeansOverFoldsWithPublishedMeansOverAsManyFolds) {
  std::vector<RunRecord> runs;
  for (const int64_t fold : {1, 2, 3}) {
    runs.push_back(run_of(1, "top1", 0.3 + 0.1 * static_cast<double>(fold)));
    runs.back().run_id = "fold-" + std::to_string(fold);
    runs.back().settings["data.fold"] = std::to_string(fold);
    runs.back().data.split = "test" + std::to_string(fold);
    runs.back().data.hash = "hash" + std::to_string(fold);
    runs.back().data.missing = fold == 1 ? 43 : 0;
  }
  const auto all = explained(runs, published(R"("folds": 3)"));
  ASSERT_EQ(all.size(), 1U) << "a fold alone is not the published mean";
  EXPECT_NEAR(all[0].ours, 0.5, 1e-12);
  EXPECT_EQ(all[0].runs, 3);
  EXPECT_NEAR(part(all[0], "data").between.high, 43 * 0.6 / 500 / 3, 1e-12) << "of one fold of three";
  EXPECT_EQ(part(all[0], "seeds").status, PartStatus::kNotQuantified);
}

TEST(ExplainTables, ShowPeopleALineForEachMetricAndTheFindingsBelow) {
  auto run = run_of(1, "p2v_r1", 0.70);
  run.scores["v2p_r1"] = 0.55;
  const auto tables = explanation_tables(explained({run}));
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_THAT(tables[0].title, HasSubstr("published (paper, table 3, r) minus ours"));
  ASSERT_EQ(tables[0].rows.size(), 2U);
  EXPECT_EQ(tables[0].rows[0][0].text, "v2p R@1");
  EXPECT_EQ(tables[0].rows[1][4].text, "+8.30");
  EXPECT_THAT(tables[0].notes, Contains(HasSubstr("precision: ours is fp32, the published one fp16.")));
  EXPECT_THAT(render(tables, OutputFormat::kTable), HasSubstr("unexplained"));
}

TEST(ExplainTables, GiveProgramsALineForEachPart) {
  const auto list = explanation_list(explained(runs_of("p2v_r1", {0.70, 0.72, 0.77})));
  const auto rows = nlohmann::json::parse(render(list, OutputFormat::kJson))["rows"];
  ASSERT_EQ(rows.size(), 7U);
  EXPECT_EQ(rows[2]["part"], "seeds");
  EXPECT_EQ(rows[2]["status"], "bounded");
  EXPECT_NEAR(rows[2]["high"].get<double>(), 0.08956685895366445, 1e-9);
  EXPECT_TRUE(rows[2]["amount"].is_null());
  EXPECT_NEAR(rows[6]["amount"].get<double>(), 0.053, 1e-9);
  EXPECT_NEAR(rows[6]["difference"].get<double>(), 0.053, 1e-9);
  EXPECT_THAT(render(list, OutputFormat::kCsv), HasSubstr("youcook2,coot,yc2-100m,,\"paper, table 3\",r,val,val,p2v_r1,3,0.783,"));
}

}  // namespace
}  // namespace vbench::explain_test
