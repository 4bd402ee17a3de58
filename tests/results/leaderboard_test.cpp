#include "results/leaderboard.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "published/coot.hpp"
#include "results/score_cells.hpp"
#include "tests/results/records.hpp"

namespace vbench {
namespace {

using test::run_with;
using testing::Contains;
using testing::HasSubstr;

const std::map<std::string, Published>& published() {
  static const std::map<std::string, Published> figures{{"coot", Published::parse(published::kCoot)}};
  return figures;
}

std::vector<Table> boards(const std::vector<RunRecord>& runs, bool paper = false) {
  return leaderboards(runs, {.paper = paper}, published());
}

nlohmann::json json_of(const std::vector<Table>& tables) { return nlohmann::json::parse(render(tables, OutputFormat::kJson)); }

/// Texts of one column, by key.
std::vector<std::string> column(const Table& table, const std::string& key) {
  std::vector<std::string> texts;
  for (size_t i = 0; i < table.header.size(); ++i) {
    if (table.header[i] != key && table.columns[i].key != key) continue;
    for (const auto& row : table.rows) texts.push_back(row[i].text);
  }
  return texts;
}

TEST(Leaderboard, AveragesSeedsWithTheSampleDeviation) {
  const auto tables = boards({run_with(1, 0.5), run_with(2, 0.6), run_with(3, 0.7)});
  ASSERT_EQ(tables.size(), 1U);
  EXPECT_EQ(column(tables[0], "v2p_r1"), (std::vector<std::string>{"60.00 ±10.00"}));
  EXPECT_EQ(column(tables[0], "runs"), (std::vector<std::string>{"3"}));
  const auto row = json_of(tables)[0]["rows"][0];
  EXPECT_NEAR(row["v2p_r1"]["mean"].get<double>(), 0.6, 1e-12);
  EXPECT_NEAR(row["v2p_r1"]["std"].get<double>(), 0.1, 1e-12);
  EXPECT_EQ(row["runs"], 3);
}

TEST(Leaderboard, GivesOneRunNoDeviation) {
  EXPECT_EQ(column(boards({run_with(1, 0.5)})[0], "v2p_r1"), (std::vector<std::string>{"50.00"}));
}

TEST(Leaderboard, CountsTheNewestRunOfASeed) {
  auto older = run_with(1, 0.5), newer = run_with(1, 0.7);
  older.run_id = "20240101T000000.000000Z-b";
  newer.run_id = "20240102T000000.000000Z-a";
  const auto tables = boards({newer, older});
  EXPECT_EQ(column(tables[0], "v2p_r1"), (std::vector<std::string>{"70.00"}));
  EXPECT_THAT(tables[0].notes, Contains(HasSubstr("1 older run(s)")));
}

/// Three seeds of two variants: "b" has more hits, "a" the lower median rank.
std::vector<RunRecord> two_variants() {
  std::vector<RunRecord> runs;
  for (int64_t seed = 1; seed <= 3; ++seed) {
    runs.push_back(run_with(seed, 0.5 + 0.01 * static_cast<double>(seed), "a"));
    runs.back().scores["v2p_medr"] = 2 + 0.1 * static_cast<double>(seed);
    runs.push_back(run_with(seed, 0.7 + 0.01 * static_cast<double>(seed), "b"));
    runs.back().scores["v2p_medr"] = 3 + 0.1 * static_cast<double>(seed);
  }
  return runs;
}

TEST(Leaderboard, PutsTheBestFirstAndMarksItByTheDirectionOfTheMetric) {
  const Table table = boards(two_variants())[0];
  EXPECT_EQ(column(table, "variant"), (std::vector<std::string>{"b", "a"}));
  const size_t first = table.stub;
  EXPECT_TRUE(table.rows[0][first].bold);
  EXPECT_FALSE(table.rows[1][first].bold);
  EXPECT_FALSE(table.rows[0][first + 1].bold) << "a lower median rank is better";
  EXPECT_TRUE(table.rows[1][first + 1].bold);
}

TEST(Leaderboard, MarksNothingThatOneRunARowCannotShow) {
  const Table table = boards({run_with(1, 0.5, "a"), run_with(1, 0.7, "b")})[0];
  EXPECT_EQ(column(table, "variant"), (std::vector<std::string>{"b", "a"}));
  for (const auto& row : table.rows) EXPECT_FALSE(row[table.stub].bold);
  EXPECT_THAT(table.notes, Contains(HasSubstr("Nothing is marked as best")));
}

TEST(Leaderboard, HasTheSameColumnsForMachinesWhateverTheNumberOfRows) {
  auto other = run_with(1, 0.5, "c");
  other.dataset = "activitynet";
  other.scores["v2p_medr"] = 1;
  auto runs = two_variants();
  runs.push_back(other);
  const auto csv = render(boards(runs), OutputFormat::kCsv);
  EXPECT_EQ(csv.find("v2p_r1_p_items"), csv.rfind("v2p_r1_p_items")) << "one header";
  const auto row = json_of(boards(runs))[1]["rows"][1];
  EXPECT_EQ(row["variant"], "a");
  EXPECT_LT(row["v2p_r1_p"].get<double>(), 0.001);
  EXPECT_EQ(row["v2p_r1_p_items"], nullptr);
  EXPECT_EQ(row["v2p_medr_place"], 1);
}

TEST(Leaderboard, KeepsConfigurationsApartAndNamesTheDifference) {
  auto other = run_with(2, 0.7);
  other.settings["learning_rate"] = "0.1";
  const Table table = boards({run_with(1, 0.5), other})[0];
  EXPECT_EQ(column(table, "configuration"), (std::vector<std::string>{"learning_rate=0.1", "learning_rate=0.001"}));
  EXPECT_EQ(column(table, "runs"), (std::vector<std::string>{"1", "1"}));
  EXPECT_THAT(render(table, OutputFormat::kTable), HasSubstr("learning_rate=0.1"));
}

TEST(Leaderboard, CutsALongConfigurationForPeopleOnly) {
  auto one = run_with(1, 0.5), other = run_with(2, 0.7);
  one.settings["text"] = std::string(100, 'x') + "1";
  other.settings["text"] = std::string(100, 'x') + "2";
  const Table table = boards({one, other})[0];
  EXPECT_EQ(column(table, "configuration")[0], "text=" + std::string(32, 'x') + "...");
  EXPECT_THAT(render(table, OutputFormat::kCsv), HasSubstr(",text=" + one.settings["text"] + ","));
  EXPECT_EQ(json_of({table})[0]["rows"][0]["configuration"], "text=" + other.settings["text"]);
}

TEST(Leaderboard, SetsPublishedFiguresAndTheDifferenceBesideRealData) {
  auto run = run_with(1, 0.5);
  run.scores = {{"p2v_r1", 0.7}, {"p2v_r50", 0.9}};
  const Table table = boards({run}, true)[0];
  EXPECT_EQ(column(table, "result"),
            (std::vector<std::string>{"vbench", "authors' README, table 3", "authors' runs", "leaderboards", "ours − published"}));
  EXPECT_EQ(column(table, "p2v_r1"), (std::vector<std::string>{"70.00", "78.30", "73.96 ±2.09", "77.20", "-8.30"}));
  EXPECT_EQ(column(table, "p2v_r50")[1], "") << "not in the paper";
  EXPECT_THAT(table.notes, Contains(HasSubstr("arXiv 2011.00597")));
  EXPECT_THAT(table.notes, Contains(HasSubstr("heads the last recall column of sentence to clip R@50")));
  EXPECT_EQ(boards({run}, false)[0].rows.size(), 1U);
}

TEST(Leaderboard, NeverSetsPublishedFiguresBesideSyntheticDataAndSaysSyntheticLoudly) {
  auto run = run_with(1, 0.5);
  run.source = Source::kSynthetic;
  const Table table = boards({run}, true)[0];
  EXPECT_EQ(table.rows.size(), 1U);
  EXPECT_THAT(table.title, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(table.notes, Contains(HasSubstr("SYNTHETIC")));
  EXPECT_EQ(render(table, OutputFormat::kTable).find("75.3"), std::string::npos);
  EXPECT_THAT(render(table, OutputFormat::kCsv), HasSubstr("youcook2,synthetic"));
}

TEST(Leaderboard, NeverMixesSourcesProtocolsOrData) {
  auto synthetic = run_with(2, 0.6), protocol = run_with(3, 0.6), data = run_with(4, 0.6), split = run_with(5, 0.6);
  synthetic.source = Source::kSynthetic;
  protocol.protocol.version = 2;
  data.data.hash = "other";
  split.data.split = "train";
  const auto tables = boards({run_with(1, 0.5), synthetic, protocol, data, split});
  ASSERT_EQ(tables.size(), 5U);
  EXPECT_THAT(tables[0].notes, Contains(HasSubstr("One of 4 tables for this dataset")));
  EXPECT_THAT(tables[4].title, HasSubstr("SYNTHETIC"));
  EXPECT_THAT(tables[4].notes, Not(Contains(HasSubstr("One of"))));
}

TEST(Leaderboard, LeavesInvalidRunsOutAndCountsThem) {
  auto invalid = run_with(2, 0.9);
  invalid.verdict = {false, {"too short"}};
  const Table table = boards({run_with(1, 0.5), invalid})[0];
  EXPECT_EQ(column(table, "v2p_r1"), (std::vector<std::string>{"50.00"}));
  EXPECT_THAT(table.notes, Contains("Left out: 1 INVALID run(s): coot yc2-100m seed 2 (too short)."));
  const Table alone = boards({invalid})[0];
  EXPECT_TRUE(alone.rows.empty());
  EXPECT_THAT(render(alone, OutputFormat::kTable), HasSubstr("INVALID"));
}

TEST(Leaderboard, SaysWhenItemsWereMissing) {
  auto run = run_with(1, 0.5);
  run.data.missing = 7;
  EXPECT_THAT(boards({run})[0].notes, Contains(HasSubstr("7 items without files")));
}

TEST(Leaderboard, NamesAGroupOfColumnsOnceInEachOfThem) {
  auto run = run_with(1, 0.5);
  for (const auto& metric : all_metrics()) run.scores[metric.key] = 0.5;
  const Table table = boards({run})[0];
  EXPECT_THAT(table.header, Contains("video top-1"));
  EXPECT_THAT(table.header, Contains("top-1"));
  for (const auto& metric : all_metrics()) EXPECT_NE(metric.column.rfind(metric.group + " ", 0), 0U) << metric.key;
}

TEST(Leaderboard, ShowsOnlyWhatWasAskedFor) {
  auto other = run_with(1, 0.5);
  other.dataset = "activitynet";
  EXPECT_EQ(leaderboards({run_with(1, 0.5), other}, {.dataset = "activitynet"}, {}).size(), 1U);
  EXPECT_TRUE(leaderboards({run_with(1, 0.5)}, {.method = "other"}, {}).empty());
}

TEST(Leaderboard, FitsATerminalWithAllScoresOfThreeSeeds) {
  std::vector<RunRecord> runs;
  for (int64_t seed = 1; seed <= 3; ++seed) {
    for (const char* variant : {"yc2-100m", "yc2-2d3d"}) {
      runs.push_back(run_with(seed, 0, variant));
      for (const auto& metric : all_metrics()) {
        runs.back().scores[metric.key] =
            metric.unit == Unit::kRank ? 100.0 * static_cast<double>(seed) : 0.1 + 0.2 * static_cast<double>(seed);
      }
    }
  }
  const std::string text = render(boards(runs, true), OutputFormat::kTable);
  std::istringstream lines(text);
  bool notes = false;
  for (std::string line; std::getline(lines, line);) {
    notes = notes || line.rfind("Shares in %", 0) == 0;
    const bool title = line.find("split") != std::string::npos;
    EXPECT_TRUE(notes || title || display_width(line) <= kTableWidth) << line;
  }
  EXPECT_TRUE(notes);
}

/// A run on one of three folds, each of which has data of its own.
RunRecord fold_run(int64_t fold, int64_t seed, double score, const std::string& variant = "v") {
  auto run = run_with(seed, 0, variant);
  run.run_id = fmt::format("{}-{}-{}", fold, seed, variant);
  run.data.split = fmt::format("val{}", fold);
  run.data.hash = fmt::format("hash{}", fold);
  run.scores = {{"top1", score}};
  run.settings["data.fold"] = std::to_string(fold);
  run.settings["run.train_data"] = fmt::format("train{}", fold);
  return run;
}

const std::map<std::string, Published>& published_folds() {
  static const std::map<std::string, Published> figures{{"coot", Published::parse(R"({"paper": "p", "arxiv": "1", "rows": [
    {"set": "paper", "row": "r", "split": "folds", "protocol": "p", "dataset": "youcook2",
     "variant": "v", "folds": 3, "scores": {"top1": 0.9}}]})")}};
  return figures;
}

TEST(Leaderboard, SetsTheMeanOfFoldsBelowARowForEach) {
  // Two seeds on the first fold: each fold counts the same all the same.
  const auto tables = boards({fold_run(1, 1, 0.4), fold_run(1, 2, 0.6), fold_run(2, 1, 0.6), fold_run(3, 1, 0.7)});
  ASSERT_EQ(tables.size(), 4U) << "a table for each fold, and one for their mean";
  for (size_t i = 0; i < 3; ++i) EXPECT_THAT(tables[i].title, HasSubstr(fmt::format("split val{}", i + 1)));
  const Table& table = tables.back();
  EXPECT_THAT(table.title, HasSubstr("folds 1,2,3 and their mean"));
  EXPECT_EQ(column(table, "result"), (std::vector<std::string>{"fold 1", "fold 2", "fold 3", "mean of 3 folds"}));
  EXPECT_EQ(column(table, "runs"), (std::vector<std::string>{"2", "1", "1", "4"}));
  EXPECT_EQ(column(table, "top1"), (std::vector<std::string>{"50.00 ±14.14", "60.00", "70.00", "60.00 ±10.00"}));
  EXPECT_THAT(table.notes, Contains(HasSubstr("over folds")));
  EXPECT_EQ(column(table, "configuration")[0], "") << "folds are no configurations";
  EXPECT_THAT(render(table, OutputFormat::kTable), HasSubstr("mean of 3 folds"));
}

TEST(Leaderboard, ComparesMeansOfTheSameFoldsOnly) {
  const auto tables = leaderboards({fold_run(1, 1, 0.4), fold_run(2, 1, 0.6), fold_run(1, 1, 0.5, "w"), fold_run(2, 1, 0.9, "w"),
                                    fold_run(1, 1, 0.5, "x"), fold_run(3, 1, 0.9, "x"), fold_run(2, 1, 0.9, "y")},
                                   {.folds_only = true}, {});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(column(tables[0], "variant"), (std::vector<std::string>{"w", "w", "w", "v", "v", "v"}));
  for (const auto& row : tables[0].rows) EXPECT_FALSE(row[tables[0].stub].bold);
  EXPECT_THAT(tables[0].notes, Contains(HasSubstr("folds share videos")));
  EXPECT_EQ(column(tables[1], "result"), (std::vector<std::string>{"fold 1", "fold 3", "mean of 2 folds"}));
  auto invalid = fold_run(2, 1, 0.6);
  invalid.verdict = {false, {"bad"}};
  EXPECT_EQ(boards({fold_run(1, 1, 0.4), invalid}).size(), 2U) << "one valid fold is no mean";
}

TEST(Leaderboard, HidesSingleFoldsOnlyIfNoNewRunGoesMissing) {
  const std::vector<RunRecord> older{fold_run(1, 1, 0.4), fold_run(2, 1, 0.6)};
  const auto with = [&](const std::vector<RunRecord>& added) {
    auto all = older;
    LeaderboardRequest request{.folds_only = true};
    for (const auto& run : added) request.new_runs.push_back(run.run_id);
    all.insert(all.end(), added.begin(), added.end());
    return leaderboards(all, request, {});
  };
  EXPECT_EQ(with({fold_run(1, 1, 0.5, "w"), fold_run(2, 1, 0.9, "w")}).size(), 1U);
  const auto one_fold = with({fold_run(1, 1, 0.9, "w")});
  ASSERT_EQ(one_fold.size(), 3U) << "both folds, and the mean of the older run";
  EXPECT_EQ(column(one_fold[0], "variant"), (std::vector<std::string>{"w", "v"}));
  EXPECT_EQ(column(one_fold[2], "variant"), (std::vector<std::string>{"v", "v", "v"}));
  auto first = fold_run(1, 1, 0, "w"), second = fold_run(2, 1, 0, "w");
  first.verdict = second.verdict = {false, {"too short"}};
  const auto invalid = with({first, second});
  ASSERT_EQ(invalid.size(), 3U);
  EXPECT_THAT(invalid[1].notes, Contains(HasSubstr("Left out: 1 INVALID run(s): coot w seed 1 (too short)")));
}

TEST(Leaderboard, NamesInvalidRunsBesideTheMeanOfTheirFolds) {
  auto invalid = fold_run(2, 3, 0.9), elsewhere = fold_run(3, 3, 0.9), other_data = fold_run(2, 4, 0.9);
  invalid.verdict = elsewhere.verdict = other_data.verdict = {false, {"too short"}};
  other_data.data.hash = "other";
  const auto table =
      leaderboards({fold_run(1, 1, 0.4), fold_run(2, 1, 0.6), invalid, elsewhere, other_data}, {.folds_only = true}, {}).at(0);
  EXPECT_EQ(column(table, "top1"), (std::vector<std::string>{"40.00", "60.00", "50.00 ±14.14"}));
  EXPECT_THAT(table.notes, Contains("Left out: 1 INVALID run(s): coot v fold 2 seed 3 (too short)."));
}

TEST(Leaderboard, CountsWhatIsMissingOnAllFoldsOnceEach) {
  std::vector<RunRecord> runs{fold_run(1, 1, 0.4), fold_run(1, 2, 0.4), fold_run(2, 1, 0.6)};
  runs[0].data.missing = runs[1].data.missing = 3;
  runs[2].data.missing = 4;
  runs[2].data.dropped = 2;
  const auto tables = boards(runs);
  EXPECT_THAT(tables[0].notes, Contains(HasSubstr("3 items without files and 0 unusable")));
  EXPECT_THAT(tables.back().notes, Contains(HasSubstr("7 items without files and 2 unusable")));
}

TEST(Leaderboard, OfAFoldOnOtherDataTheNewestRunCounts) {
  auto older = fold_run(2, 1, 0.1);
  older.run_id = "0";
  older.data.hash = "other";
  const auto table = leaderboards({fold_run(1, 1, 0.4), fold_run(2, 1, 0.6), older}, {.folds_only = true}, {}).at(0);
  EXPECT_EQ(column(table, "top1"), (std::vector<std::string>{"40.00", "60.00", "50.00 ±14.14"}));
}

TEST(Leaderboard, PublishedMeansOfFoldsStandBesideMeansOfAsManyFolds) {
  const std::vector<RunRecord> three{fold_run(1, 1, 0.4), fold_run(2, 1, 0.6), fold_run(3, 1, 0.8)};
  const auto tables = leaderboards(three, {.paper = true}, published_folds());
  ASSERT_EQ(tables.size(), 4U);
  EXPECT_EQ(column(tables[0], "result"), (std::vector<std::string>{"vbench"})) << "the paper says nothing of a single fold";
  EXPECT_EQ(column(tables[3], "result"),
            (std::vector<std::string>{"fold 1", "fold 2", "fold 3", "mean of 3 folds", "paper", "ours − published"}));
  EXPECT_EQ(column(tables[3], "top1").back(), "-30.00");
  const auto two = leaderboards({three[0], three[1]}, {.paper = true}, published_folds());
  EXPECT_EQ(column(two.back(), "result"), (std::vector<std::string>{"fold 1", "fold 2", "mean of 2 folds"}));
}

}  // namespace
}  // namespace vbench
