// The tables of the papers: layout, published rows, ours, and what never stands in one table.
#include "results/paper_tables/paper_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "published/coot.hpp"
#include "published/selavi.hpp"
#include "published/smth3d.hpp"
#include "published/srtg.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench::paper_table_test {
namespace {

using test::run_with;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::array kFormats{OutputFormat::kTable, OutputFormat::kMarkdown, OutputFormat::kLatex,
                              OutputFormat::kCsv,   OutputFormat::kJson,     OutputFormat::kHtml};

const std::map<std::string, Published>& published() {
  static const std::map<std::string, Published> figures{{"coot", Published::parse(published::kCoot)},
                                                        {"selavi", Published::parse(published::kSelavi)},
                                                        {"smth3d", Published::parse(published::kSmth3d)},
                                                        {"srtg", Published::parse(published::kSrtg)}};
  return figures;
}

VariantKnowledge knowledge() {
  return {[](const std::string&, const std::string&, const std::string&) {
            return std::optional(SettingValues{{"learning_rate", "0.001"}, {"view.crop", "84"}});
          },
          [](const std::string&, const std::string&, const std::string& variant) {
            return variant == "srtg-r3d-34" ? std::optional(ModelSize{83861072, 21678000000, "one clip of 16x112x112"}) : std::nullopt;
          }};
}

Table table_of(const std::string& name, const std::vector<RunRecord>& runs = {}, const PaperTableRequest& request = {}) {
  const auto& definition = *find_paper_tables(name).at(0);
  const auto found = published().find(definition.method);
  return paper_table(definition, request, runs, found == published().end() ? nullptr : &found->second, knowledge());
}

/// A COOT run that table 3 shows.
RunRecord run_of(int64_t seed, double score, const std::string& id) {
  auto run = run_with(seed, 0);
  run.run_id = id;
  run.scores = {{"p2v_r1", score}, {"s2c_medr", 12}};
  return run;
}

nlohmann::json rows_of(const Table& table) { return nlohmann::json::parse(render(table, OutputFormat::kJson))["rows"]; }

TEST(PaperTableDefinitions, HaveNamesOfTheirOwnAndKnownMetrics) {
  std::set<std::string> names;
  for (const auto& definition : paper_table_definitions()) {
    EXPECT_TRUE(names.insert(definition.name).second) << definition.name;
    for (const auto& column : definition.columns) {
      const bool known = column.kind != PaperColumnKind::kMetric || find_metric(column.metric).has_value();
      EXPECT_TRUE(known) << definition.name << " " << column.metric;
    }
  }
  for (const char* name : {"coot-table2", "coot-table3", "srtg-accuracy", "selavi-clustering", "something-something-v2", "sam-abstraction",
                           "sam-completion", "sam-odd-one-out"}) {
    EXPECT_EQ(names.count(name), 1U) << name;
  }
}

TEST(PaperTableDefinitions, AreFoundByNameOrMethodAndElseTheNearestAreNamed) {
  EXPECT_EQ(find_paper_tables("coot-table2").at(0)->name, "coot-table2");
  EXPECT_EQ(find_paper_tables("sam").size(), 3U);
  EXPECT_THAT(test::error_of([] { (void)find_paper_tables("coot-tabel2"); }), HasSubstr("did you mean 'coot-table2'"));
}

TEST(PaperTable, EveryPublishedRowStandsInOneOfThem) {
  for (const auto& [method, figures] : published()) {
    for (const auto& row : figures.rows()) {
      bool found = false;
      for (const auto* definition : find_paper_tables(method)) {
        for (const auto& column : definition->columns) {
          found = found || (definition->folds == row.folds && column.dataset == row.dataset && row.scores.count(column.metric) > 0);
        }
      }
      EXPECT_TRUE(found) << method << ", " << row.row;
    }
  }
}

TEST(PaperTable, LaysTable3OutAsThePaperDoes) {
  const Table table = table_of("coot-table3");
  EXPECT_EQ(table.header,
            (std::vector<std::string>{"method", "source", "features", "runs", "R@1", "R@5", "R@10", "MR", "R@1", "R@5", "R@10", "MR"}));
  EXPECT_EQ(table.columns[4].heading, "Paragraph → Video");
  EXPECT_EQ(table.columns[8].heading, "Sentence → Clip");
  const auto rows = rows_of(table);
  ASSERT_EQ(rows.size(), 5U) << "two rows of the authors' README, two of their runs, one of public leaderboards";
  EXPECT_EQ(rows[0]["source"], "authors' README, table 3");
  EXPECT_EQ(rows[0]["features"], "HowTo100M");
  EXPECT_EQ(rows[0]["s2c_r10"]["mean"], 0.525);
  EXPECT_EQ(rows[2]["runs"], 3);
  EXPECT_THAT(table.notes, Contains(HasSubstr("arXiv 2011.00597")));
  EXPECT_THAT(table.notes, Contains(HasSubstr("No result of ours on real data is stored.")));
}

TEST(PaperTable, SetsOursBelowALineWithMeanAndDeviation) {
  const Table table = table_of("coot-table3", {run_of(1, 0.70, "a"), run_of(2, 0.80, "b")});
  ASSERT_EQ(table.rows.size(), 6U);
  EXPECT_EQ(table.rules, (std::vector<size_t>{5}));
  const auto& row = table.rows[5];
  EXPECT_EQ(row[0].text, "yc2-100m");
  EXPECT_EQ(row[1].text, "vbench");
  EXPECT_EQ(row[2].text, "HowTo100M") << "of the published row of this variant";
  EXPECT_EQ(row[3].text, "2");
  EXPECT_EQ(row[4].text, "75.00 ±7.07");
  EXPECT_EQ(row[5].text, "") << "not measured";
  EXPECT_THAT(table.notes,
              Contains("yc2-100m on youcook2: 2 seeds, split val, 457 items (data 01234567), protocol coot-retrieval version 1."));
}

TEST(PaperTable, TakesTheConfigurationWithTheNewestRunAndSaysSo) {
  auto older = run_of(1, 0.60, "2024-01"), newer = run_of(1, 0.70, "2024-02");
  newer.settings["learning_rate"] = "0.1";
  newer.data.missing = 4;
  const Table table = table_of("coot-table3", {newer, older});
  ASSERT_EQ(table.rows.size(), 6U);
  EXPECT_EQ(table.rows[5][4].text, "70.00");
  EXPECT_THAT(table.notes, Contains(HasSubstr("the newest of 2 results")));
  EXPECT_THAT(table.notes, Contains(HasSubstr("4 items missing or unusable; settings of its own: learning_rate=0.1.")));
}

TEST(PaperTable, HasNoPublishedFigureAndNoRealResultWhereDataAreSynthetic) {
  auto real = run_of(1, 0.6543, "a"), synthetic = run_of(1, 0.4321, "b");
  synthetic.source = Source::kSynthetic;
  const Table table = table_of("coot-table3", {real, synthetic}, {.source = Source::kSynthetic});
  ASSERT_EQ(table.rows.size(), 1U);
  for (const auto format : kFormats) {
    const std::string text = render(table, format);
    SCOPED_TRACE(text);
    for (const char* figure : {"78.3", "0.783", "51.2", "65.43", "0.6543", "paper, table"}) EXPECT_THAT(text, Not(HasSubstr(figure)));
    EXPECT_THAT(text, HasSubstr(format == OutputFormat::kCsv ? "synthetic" : "SYNTHETIC"));
  }
}

TEST(PaperTable, NeverShowsSyntheticResultsBesidePublishedFigures) {
  auto synthetic = run_of(1, 0.4321, "b"), invalid = run_of(2, 0.4321, "c");
  synthetic.source = Source::kSynthetic;
  invalid.verdict = {false, {"too short"}};
  const Table table = table_of("coot-table3", {synthetic, invalid});
  EXPECT_EQ(table.rows.size(), 5U);
  for (const auto format : kFormats) EXPECT_THAT(render(table, format), Not(HasSubstr("43.21"))) << render(table, format);
}

TEST(PaperTable, JoinsTheDatasetsOfANetworkAndCountsItsCost) {
  const Table table = table_of("srtg-accuracy");
  const auto rows = rows_of(table);
  const auto row_of = [&](const std::string& method, const std::string& source) {
    for (const auto& row : rows) {
      if (row["method"] == method && row["source"] == source) return row;
    }
    return nlohmann::json();
  };
  const auto r34 = row_of("srtg_r3d_34", "authors' repository");
  EXPECT_EQ(r34["hacs_top1"], 0.78599);
  EXPECT_TRUE(r34["kinetics-700_top1"].is_null()) << "that figure is from leaderboards";
  EXPECT_EQ(row_of("srtg_r3d_34", "leaderboards")["kinetics-700_top1"], 0.4915);
  EXPECT_NEAR(r34["gflops"].get<double>(), 21.678, 1e-9);
  EXPECT_EQ(r34["parameters"], 83861072);
  EXPECT_EQ(row_of("mtnet_l", "authors' repository")["hacs_top1"], 0.86574);
  EXPECT_TRUE(row_of("mtnet_l", "authors' repository")["gflops"].is_null());
  const auto best = row_of("best SRTG network", "leaderboards");
  EXPECT_EQ(best["kinetics-700_top1"], 0.56826);
  EXPECT_EQ(best["moments-in-time_top1"], 0.33564) << "the same system on two datasets is one row";
  EXPECT_THAT(table.notes, Contains(HasSubstr("counted by vbench, for one clip of 16x112x112; no paper's figures")));
  EXPECT_THAT(table.notes,
              Contains(HasSubstr("mean gain over the same network without SRTG: kinetics-700 top-1 +3.67 points, hacs top-1 +2.75")));
}

TEST(PaperTable, ShowsSeLaViOnEveryDatasetInOneRow) {
  const Table table = table_of("selavi-clustering");
  const auto rows = rows_of(table);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0]["method"], "selavi");
  for (const char* key : {"vgg-sound_nmi", "ave_nmi", "kinetics_nmi", "kinetics-sound_nmi"}) EXPECT_TRUE(rows[0][key].is_number()) << key;
  EXPECT_EQ(rows[1]["vgg-sound_anmi"], 0.52);
  EXPECT_THAT(table.notes, Contains(HasSubstr("split not said")));
  EXPECT_EQ(rows_of(table_of("selavi-recognition"))[0]["ucf101_video_top1"], 0.861);
}

TEST(PaperTable, SaysThatNothingIsPublishedWhereNothingCouldBeVerified) {
  auto run = run_with(1, 0, "sam");
  run.method = "sam";
  run.dataset = "moments";
  run.scores = {{"completion_rho_n2", 0.5}, {"completion_rho", 0.4}};
  const Table table = table_of("sam-completion", {run});
  ASSERT_EQ(table.rows.size(), 1U);
  EXPECT_EQ(rows_of(table)[0]["moments_completion_rho_n2"], 0.5);
  EXPECT_TRUE(table.rules.empty()) << "nothing to be set apart from";
  EXPECT_THAT(table.notes, Contains("No published figure could be verified for this table."));
}

TEST(PaperTable, SaysOnceForAllRowsOfWhichItIsTrueHowTheyWereMeasured) {
  const auto notes = table_of("coot-table2").notes;
  EXPECT_THAT(notes,
              Contains("COOT, anet_coot_run: split val_1; cosine retrieval over the whole split; the order of ties is left to the sort."));
  const auto srtg = table_of("srtg-accuracy").notes;
  EXPECT_THAT(
      srtg,
      Contains(testing::StartsWith("mtnet_s, mtnet_m, mtnet_l: split val; one centre crop of one clip a video, 16 frames of 256x256")));
  EXPECT_THAT(srtg, Contains(HasSubstr("top-1 is measured as our upstream top-1")));
  EXPECT_THAT(srtg, Contains(HasSubstr("srtg_r2plus1d_50, best SRTG network: split val; how it was measured is not said.")));
  EXPECT_THAT(srtg, Contains(HasSubstr("moments-in-time top-1 +3.195 points.")));
}

TEST(PaperTable, HasNoFactOfAPublishedRowWhereANetworkIsFedOtherwise) {
  auto run = run_with(1, 0, "model3d-1");
  run.method = "smth3d";
  run.dataset = "something-something-v2";
  run.scores = {{"top1", 0.25}};
  EXPECT_EQ(rows_of(table_of("something-something-v2", {run})).back()["clip"], "72x84x84");
  run.settings["learning_rate"] = "0.1";
  EXPECT_EQ(rows_of(table_of("something-something-v2", {run})).back()["clip"], "72x84x84") << "trained otherwise, of the same clips";
  run.settings["view.crop"] = "48";
  EXPECT_EQ(rows_of(table_of("something-something-v2", {run})).back()["clip"], "");
}

TEST(PaperTable, ComparesSettingsWithThoseOfThePublishedRun) {
  auto run = run_with(1, 0, "selavi");
  run.method = "selavi";
  run.dataset = "ave";
  run.scores = {{"nmi", 0.5}};
  run.settings["batch_size"] = "1024";
  EXPECT_THAT(table_of("selavi-clustering", {run}).notes, Not(Contains(HasSubstr("settings of its own"))));
  run.settings["batch_size"] = "16";
  EXPECT_THAT(table_of("selavi-clustering", {run}).notes, Contains(HasSubstr("settings of its own: batch_size=16.")));
}

TEST(PaperTable, RepeatsTheSourceWhereItAloneTellsRowsApart) {
  EXPECT_EQ(table_of("coot-table3").stub, 1U);
  EXPECT_EQ(table_of("srtg-accuracy").stub, 2U) << "srtg_r3d_34 stands in the repository and on leaderboards";
}

TEST(PaperTable, WarnsWhereRowsOfOneDatasetAreNotComparable) {
  auto a = run_of(1, 0.6, "a"), b = run_of(1, 0.7, "b");
  b.variant = "yc2-2d3d";
  EXPECT_THAT(table_of("coot-table3", {a, b}).notes, Not(Contains(HasSubstr("not comparable"))));
  b.data.hash = "other";
  EXPECT_THAT(table_of("coot-table3", {a, b}).notes, Contains(HasSubstr("Our rows on youcook2 are of different data")));
}

TEST(PaperTable, ShowsOnlyTheVariantsThatAreAskedFor) {
  auto b = run_of(1, 0.7, "b");
  b.variant = "yc2-2d3d";
  const auto rows = rows_of(table_of("coot-table3", {run_of(1, 0.6, "a"), b}, {.variants = {"yc2-2d3d"}}));
  ASSERT_EQ(rows.size(), 3U);
  for (const auto& row : rows) EXPECT_EQ(row["features"], "ResNet-152 and ResNeXt-101");
}

TEST(PaperTable, HeadsItsColumnGroupsInEveryFormatForPeople) {
  const Table table = table_of("coot-table2");
  EXPECT_THAT(render(table, OutputFormat::kLatex), HasSubstr("\\multicolumn{3}{c}{Paragraph $\\to$ Video}"));
  EXPECT_THAT(render(table, OutputFormat::kLatex), HasSubstr("\\cmidrule(lr){4-6}"));
  EXPECT_THAT(render(table, OutputFormat::kHtml), HasSubstr("<th scope=\"colgroup\" colspan=\"3\">Paragraph → Video</th>"));
  EXPECT_THAT(render(table, OutputFormat::kMarkdown), HasSubstr("| Paragraph → Video R@1 |"));
  EXPECT_THAT(render(table, OutputFormat::kTable), HasSubstr("Paragraph → Video"));
  EXPECT_THAT(render(table, OutputFormat::kCsv), HasSubstr("table,source_of_data,method,source,runs,p2v_r1,"));
}

TEST(PaperTable, ListsWhatThereIs) {
  const auto rows = rows_of(list_of_paper_tables());
  EXPECT_EQ(rows.size(), paper_table_definitions().size());
  EXPECT_EQ(rows[0]["name"], "coot-table2");
}

}  // namespace
}  // namespace vbench::paper_table_test
