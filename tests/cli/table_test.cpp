// `vbench table` and `vbench leaderboard --paper --explain` from the command line: formats, what never stands together, bad input.
#include <set>

#include "results/published.hpp"
#include "results/store.hpp"
#include "tests/cli/fixture.hpp"
#include "tests/results/records.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::expect_error;
using test::kInput;
using test::kUsage;
using test::run_program;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

/// A store with three seeds of COOT on real data and one run on stand-in data.
class PaperTables : public testing::Test {
 protected:
  void SetUp() override {
    Store store = Store::open(folder_ / "results.db");
    for (const int64_t seed : {1, 2, 3}) {
      auto run = test::run_with(seed, 0);
      run.scores = {{"p2v_r1", 0.70 + 0.02 * static_cast<double>(seed)}, {"s2c_r1", 0.16}};
      run.settings = {{"epochs", "2"}, {"run.precision", "fp32"}, {"run.eval_only", "false"}};
      run.epochs = 2;
      store.add(run);
    }
    auto synthetic = test::run_with(1, 0);
    synthetic.source = Source::kSynthetic;
    synthetic.scores = {{"p2v_r1", 0.4321}};
    store.add(synthetic);
  }

  [[nodiscard]] test::ProgramResult run(Arguments arguments) const {
    arguments.insert(arguments.end(), {"--out", folder_.path().string()});
    return run_program(arguments);
  }
  /// Expects success.
  [[nodiscard]] std::string output(const Arguments& arguments) const {
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }
  [[nodiscard]] json json_of(Arguments arguments) const {
    arguments.insert(arguments.end(), {"--format", "json"});
    return json::parse(output(arguments), nullptr, false);
  }

  TemporaryFolder folder_;
};

TEST_F(PaperTables, ListsTheTablesWithoutAName) {
  const auto names = output({"table"});
  for (const char* name : {"coot-table2", "coot-table3", "srtg-accuracy", "selavi-clustering", "something-something-v2", "sam-abstraction"})
    EXPECT_THAT(names, HasSubstr(name));
  EXPECT_EQ(output({"table", "list"}), names);
}

TEST_F(PaperTables, HasPublishedRowsAndOurs) {
  const auto text = output({"table", "coot-table3", "--format", "table"});
  for (const char* part : {"Paragraph → Video", "authors' README, table 3", "78.30", "vbench", "74.00 ±2.00", "arXiv 2011.00597"})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, Not(HasSubstr("43.21")));
}

TEST_F(PaperTables, IsWrittenInEveryFormat) {
  const std::vector<std::pair<const char*, const char*>> starts{{"table", "COOT, table 3"},
                                                                {"markdown", "**COOT, table 3"},
                                                                {"latex", "% needs \\usepackage{booktabs}"},
                                                                {"csv", "table,source_of_data,method"},
                                                                {"json", "[\n"},
                                                                {"html", "<!doctype html>"}};
  for (const auto& [format, start] : starts) EXPECT_EQ(output({"table", "coot-table3", "--format", format}).rfind(start, 0), 0U) << format;
}

TEST_F(PaperTables, OfAMethodIsAllOfItsTables) {
  const auto tables = json_of({"table", "coot"});
  ASSERT_EQ(tables.size(), 2U);
  EXPECT_EQ(tables[0]["table"], "coot-table2");
  EXPECT_EQ(tables[1]["table"], "coot-table3");
}

TEST_F(PaperTables, OfSyntheticResultsHasNoPublishedFigure) {
  const auto text = output({"table", "coot-table3", "--source", "synthetic", "--format", "table"});
  for (const char* part : {"SYNTHETIC", "43.21"}) EXPECT_THAT(text, HasSubstr(part));
  for (const char* part : {"78.30", "authors' README, table 3", "74.00", "2011.00597"}) EXPECT_THAT(text, Not(HasSubstr(part)));
}

TEST_F(PaperTables, CountsOperationsAndParametersOfTheNetworks) {
  const auto rows = json_of({"table", "srtg-accuracy", "--variant", "srtg-r3d-34"})[0]["rows"];
  ASSERT_EQ(rows.size(), 2U) << "HACS from the repository, Kinetics-700 from leaderboards";
  EXPECT_EQ(rows[0]["parameters"], 83861072) << "figure of the specification, counted in the authors' code";
  EXPECT_NEAR(rows[0]["gflops"].get<double>(), 2 * 10.839, 0.002);
}

TEST_F(PaperTables, ShowsWhatIsPublishedBeforeAnythingWasRun) {
  const TemporaryFolder empty;
  const auto result = run_program({"table", "something-something-v2", "--out", empty.path().string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("49.88"));
  EXPECT_THAT(result.err, HasSubstr("no results yet"));
  expect_error(run_program({"table", "coot-table3", "--source", "synthetic", "--out", empty.path().string()}), kInput, {"no results yet"});
}

TEST_F(PaperTables, NamesTheNearestOfWhatItDoesNotKnow) {
  expect_error(run({"table", "coot-tabel3"}), kUsage,
               {"unknown table 'coot-tabel3'", "did you mean 'coot-table3'", "'vbench table' lists all"});
  expect_error(run({"table", "coot-table3", "--variant", "yc2-100"}), kUsage, {"unknown variant 'yc2-100' of coot", "yc2-100m"});
  expect_error(run({"table", "coot-table3", "coot-table2"}), kUsage, {"takes the name of one table"});
  expect_error(run({"table", "coot-table3", "--source", "reel"}), kUsage, {"unknown value 'reel'"});
  expect_error(run({"table", "coot-table3", "--format", "htm"}), kUsage, {"unknown value 'htm'", "html"});
}

TEST_F(PaperTables, TellsTablesFromMethodsWhereNothingIsNear) {
  expect_error(run({"table", "zzzzzzzz"}), kUsage,
               {"tables: coot-table2, coot-table3", "sam-odd-one-out; methods, for all of their tables: coot, srtg, selavi, smth3d, sam"});
}

TEST_F(PaperTables, RefusesWhatTheListOfTablesCannotUseAndASourceItDoesNotKnow) {
  expect_error(run({"table", "--source", "synthetic"}), kUsage, {"--source", "no table is named"});
  expect_error(run({"table", "list", "--variant", "yc2-100m"}), kUsage, {"--variant", "no table is named"});
  expect_error(run({"table", "coot-table3", "--source", "auto"}), kUsage, {"unknown value 'auto'", "known: real, synthetic"});
}

TEST_F(PaperTables, ReportsADamagedStore) {
  const TemporaryFolder damaged;
  write_file_atomically(damaged / "results.db", "no database");
  expect_error(run_program({"table", "coot-table3", "--out", damaged.path().string()}), kInput, {"results.db"});
}

TEST_F(PaperTables, ExplainsTheDifferenceToThePublishedFigures) {
  const auto text = output({"leaderboard", "--paper", "--explain", "--format", "table"});
  for (const char* part : {"published (authors' README, table 3, COOT (HowTo100M)) minus ours", "unexplained",
                           "ours was to train 2 epochs (trained: 2), the published run 100", "ours is fp32, the published one fp16"})
    EXPECT_THAT(text, HasSubstr(part));
  const auto table = json_of({"leaderboard", "--paper", "--explain"})[0]["rows"];
  ASSERT_EQ(table.size(), 7U * 6) << "seven parts of two metrics of three published rows";
  for (const auto& row : table) {
    EXPECT_EQ(row["dataset"], "youcook2");
    EXPECT_NE(row["ours"], 0.4321);
  }
  EXPECT_EQ(table[0]["part"], "protocol");
}

TEST_F(PaperTables, ExplainsNothingOfSyntheticResults) {
  const TemporaryFolder synthetic;
  {
    Store store = Store::open(synthetic / "results.db");
    auto run = test::run_with(1, 0.5);
    run.source = Source::kSynthetic;
    store.add(run);
  }
  const auto result = run_program({"leaderboard", "--paper", "--explain", "--format", "table", "--out", synthetic.path().string()});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("no stored result on real data"));
}

TEST_F(PaperTables, WantsExplainTogetherWithPaper) {
  expect_error(run({"leaderboard", "--explain"}), kUsage, {"--explain", "add --paper"});
  expect_error(run({"leaderboard", "--import-coot-runs", "x", "--explain"}), kUsage, {"leave out"});
}

TEST_F(PaperTables, EveryPublishedVariantIsOneThatCanBeRun) {
  const auto listed = json::parse(run_program({"list", "variants", "--format", "json"}).out);
  std::set<std::string> known;
  for (const auto& row : listed[0]["rows"]) {
    known.insert(row["method"].get<std::string>() + "/" + row["dataset"].get<std::string>() + "/" + row["variant"].get<std::string>());
  }
  for (const auto& entry : fs::directory_iterator(fs::path(VBENCH_SOURCE_DIR) / "results" / "published")) {
    if (entry.path().extension() != ".json") continue;
    const auto published = Published::parse(read_file(entry.path()));
    for (const auto& row : published.rows()) {
      if (row.variant.empty()) continue;
      const std::string name = entry.path().stem().string() + "/" + row.dataset + "/" + row.variant;
      EXPECT_EQ(known.count(name), 1U) << name;
    }
  }
}

/// Settings of the published runs must be settings that a run has, or the difference would go unnoticed.
TEST_F(PaperTables, EverySettingOfAPublishedRunIsOneOfItsVariant) {
  std::map<std::string, std::set<std::string>> known;  // by method: alike in all of its variants
  for (const auto& entry : fs::directory_iterator(fs::path(VBENCH_SOURCE_DIR) / "results" / "published")) {
    if (entry.path().extension() != ".json") continue;
    const std::string method = entry.path().stem().string();
    const auto published = Published::parse(read_file(entry.path()));
    for (const auto& row : published.rows()) {
      for (const auto& [key, value] : row.settings) {
        if (key == "run.precision") continue;
        auto& settings = known[method];
        if (settings.empty()) {
          const auto shown =
              json::parse(run_program({"show", method, "--variant", row.variant, "--dataset", row.dataset, "--format", "json"}).out);
          for (const auto& setting : shown[0]["rows"]) settings.insert(setting["key"].get<std::string>());
        }
        EXPECT_EQ(settings.count(key), 1U) << row.row << ": " << key;
      }
    }
  }
  EXPECT_EQ(known.size(), 2U) << "selavi and srtg";
}

}  // namespace
}  // namespace vbench
