// The published figures beside ours on a leaderboard: difference, interval of our mean, and what is never set beside them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "published/coot.hpp"
#include "published/selavi.hpp"
#include "published/srtg.hpp"
#include "results/leaderboard.hpp"
#include "tests/results/records.hpp"

namespace vbench::paper_rows_test {
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
                                                        {"srtg", Published::parse(published::kSrtg)}};
  return figures;
}

/// Runs with seeds 1, 2, ... and these shares of p2v R@1; 78.3 is published.
std::vector<RunRecord> runs_of(const std::vector<double>& values) {
  std::vector<RunRecord> runs;
  for (const double value : values) {
    runs.push_back(run_with(static_cast<int64_t>(runs.size()) + 1, 0));
    runs.back().scores = {{"p2v_r1", value}};
  }
  return runs;
}

std::vector<Table> boards(const std::vector<RunRecord>& runs) { return leaderboards(runs, {.paper = true}, published()); }

/// The cell of the metric in the row with this result; an empty one if there is no such row.
Cell cell_of(const Table& table, const std::string& result) {
  for (const auto& row : table.rows) {
    if (row.at(3).text == result) return row.at(table.stub);
  }
  return {};
}

TEST(PaperRows, GiveTheIntervalOfOurMeanFromThreeSeedsOn) {
  const Table table = boards(runs_of({0.70, 0.72, 0.77})).at(0);
  // scipy.stats.t.interval(0.95, 2, loc=mean, scale=sem), SciPy 1.10
  EXPECT_NEAR(cell_of(table, "95% interval from").value.value(), 0.6404331410463355, 1e-9);
  EXPECT_NEAR(cell_of(table, "95% interval to").value.value(), 0.8195668589536644, 1e-9);
  EXPECT_EQ(cell_of(table, "95% interval from").text, "64.04");
  EXPECT_EQ(cell_of(table, "ours − published").text, "-5.30");
  EXPECT_EQ(cell_of(table, "published inside").text, "yes");
  EXPECT_THAT(table.notes, Contains(HasSubstr("Student t")));
}

TEST(PaperRows, SayWhenThePublishedFigureIsOutside) {
  EXPECT_EQ(cell_of(boards(runs_of({0.70, 0.701, 0.702})).at(0), "published inside").text, "no");
  EXPECT_EQ(cell_of(boards(runs_of({0.80, 0.801, 0.802})).at(0), "published inside").text, "no");
}

TEST(PaperRows, GiveNoIntervalOfFewerSeeds) {
  const Table table = boards(runs_of({0.70, 0.77})).at(0);
  EXPECT_EQ(cell_of(table, "ours − published").text, "-4.80");
  EXPECT_EQ(cell_of(table, "95% interval from").text, "");
  EXPECT_EQ(cell_of(table, "published inside").text, "");
  EXPECT_THAT(table.notes, Contains(HasSubstr("fewer than 3 seeds")));
}

TEST(PaperRows, EndIntervalsWhereTheMetricEnds) {
  const Table high = boards(runs_of({0.97, 0.98, 1.0})).at(0);
  EXPECT_EQ(cell_of(high, "95% interval from").text, "94.54") << "mean ∓ 4.30265 s / √3: 0.94539 to 1.02128";
  EXPECT_EQ(cell_of(high, "95% interval to").text, "100.00");
  EXPECT_EQ(cell_of(boards(runs_of({0.0, 0.01, 0.05})).at(0), "95% interval from").text, "0.00");
  auto ranks = runs_of({0, 0, 0});
  for (auto& run : ranks) run.scores = {{"p2v_medr", static_cast<double>(run.seed)}};
  EXPECT_EQ(cell_of(boards(ranks).at(0), "95% interval from").text, "1.0") << "2 - 4.303 / sqrt(3) would be -0.5";
  EXPECT_THAT(high.notes, Contains(HasSubstr("shares at 0 and 100, ranks at 1")));
}

TEST(PaperRows, GiveNoIntervalOfEqualSeeds) {
  const Table table = boards(runs_of({1.0, 1.0, 1.0})).at(0);
  for (const char* row : {"95% interval from", "95% interval to", "published inside"}) EXPECT_EQ(cell_of(table, row).text, "") << row;
  EXPECT_THAT(table.notes, Contains(HasSubstr("Where all seeds are equal there is none")));
  EXPECT_THAT(boards(runs_of({0.7, 0.8, 0.9})).at(0).notes, Not(Contains(HasSubstr("all seeds are equal"))));
}

TEST(PaperRows, SayWhichWayTheDifferenceIs) {
  const Table table = boards(runs_of({0.70})).at(0);
  EXPECT_EQ(cell_of(table, "ours − published").value.value(), 0.70 - 0.783);
  EXPECT_THAT(table.notes, Contains(HasSubstr("'ours − published' is to the first published row")));
}

TEST(PaperRows, AreTheSameInEveryFormat) {
  const auto tables = boards(runs_of({0.70, 0.72, 0.77}));
  for (const auto format : kFormats) {
    const std::string text = render(tables, format);
    SCOPED_TRACE(text);
    const bool exact = format == OutputFormat::kCsv || format == OutputFormat::kJson;
    for (const char* part : {"interval from", "interval to", "published inside", "yes", "README, table 3"})
      EXPECT_THAT(text, HasSubstr(part));
    EXPECT_THAT(text, HasSubstr(exact ? "0.64043314" : "64.04"));
    EXPECT_THAT(text, HasSubstr(exact ? "0.783" : "78.30"));
  }
  const auto rows = nlohmann::json::parse(render(tables, OutputFormat::kJson))[0]["rows"];
  EXPECT_EQ(rows.back()["result"], "published inside");
  EXPECT_EQ(rows.back()["p2v_r1"], "yes");
}

TEST(PaperRows, NeverStandBesideSyntheticResultsInAnyFormat) {
  auto runs = runs_of({0.70, 0.72, 0.77});
  for (auto& run : runs) run.source = Source::kSynthetic;
  for (const auto format : kFormats) {
    const std::string text = render(boards(runs), format);
    SCOPED_TRACE(text);
    EXPECT_THAT(text, Not(HasSubstr("78.3")));
    EXPECT_THAT(text, Not(HasSubstr("0.783")));
    EXPECT_THAT(text, Not(HasSubstr("table 3")));
    EXPECT_THAT(text, Not(HasSubstr("published inside")));
    EXPECT_THAT(text, HasSubstr(format == OutputFormat::kCsv ? "synthetic" : "SYNTHETIC"));
  }
}

TEST(PaperRows, NeverStandBesideSyntheticResultsWhereRealOnesAreStoredToo) {
  auto real = runs_of({0.70}), synthetic = runs_of({0.90});
  synthetic[0].source = Source::kSynthetic;
  const auto tables = boards({real[0], synthetic[0]});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(cell_of(tables[0], "ours − published").text, "-8.30");
  EXPECT_EQ(tables[1].rows.size(), 1U);
  EXPECT_THAT(render(tables[1], OutputFormat::kTable), Not(HasSubstr("78.3")));
}

TEST(PaperRows, SayThatASplitIsAnotherOneOrNotKnown) {
  auto runs = runs_of({0.70});
  runs[0].data.split = "train";
  EXPECT_THAT(boards(runs).at(0).notes, Contains(HasSubstr("is on split val, not train.")));
  auto released = run_with(1, 0, "selavi-released");
  released.method = "selavi";
  released.dataset = "vgg-sound";
  released.scores = {{"nmi", 0.5}};
  EXPECT_THAT(boards({released}).at(0).notes, Contains(HasSubstr("does not say its split; ours is val.")));
}

TEST(PaperRows, SayHowThePublishedFigureWasMeasured) {
  auto hacs = run_with(1, 0, "srtg-r3d-34");
  hacs.method = "srtg";
  hacs.dataset = "hacs";
  hacs.scores = {{"top1", 0.5}};
  const auto notes = boards({hacs}).at(0).notes;
  EXPECT_THAT(notes,
              Contains(HasSubstr("(srtg_r3d_34): one centre crop of one clip a video, 16 frames of 264x264 pixels; mean of running")));
  EXPECT_THAT(notes,
              Contains(HasSubstr("(srtg_r3d_34): top-1 is measured as our upstream top-1, top-5 is measured as our upstream top-5")));
  hacs.dataset = "kinetics-700";
  EXPECT_THAT(boards({hacs}).at(0).notes, Contains("leaderboards (srtg_r3d_34) does not say how it was measured."));
}

}  // namespace
}  // namespace vbench::paper_rows_test
