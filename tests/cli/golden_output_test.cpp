// What people and programs read, byte by byte as it is in tests/golden/output. `ci/golden` writes these files anew.
#include <dlfcn.h>

#include "results/store.hpp"
#include "tests/cli/fixture.hpp"
#include "tests/cli/golden_records.hpp"
#include "tests/support/golden_output.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::expect_golden_output;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;
using Arguments = std::vector<std::string>;

const std::vector<std::pair<std::string, std::string>> kFormats{{"table", "txt"}, {"markdown", "md"}, {"latex", "tex"},
                                                                {"csv", "csv"},   {"json", "json"},   {"html", "html"}};

/// What the program prints, by its engine within this process: LibTorch is loaded once instead of once a command.
std::string printed(Arguments arguments, int exit_code = 0) {
  using EngineMain = int (*)(int, char**);
  static const auto engine = [] {
    void* library = ::dlopen((fs::path(VBENCH_BINARY_DIR) / "libvbench_engine.so").c_str(), RTLD_NOW);
    void* entry = library == nullptr ? nullptr : ::dlsym(library, "vbench_engine_main");
    if (entry == nullptr) throw std::runtime_error(::dlerror());
    return reinterpret_cast<EngineMain>(entry);
  }();
  arguments.insert(arguments.begin(), "vbench");
  std::vector<char*> words;
  for (auto& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  testing::internal::CaptureStderr();
  testing::internal::CaptureStdout();
  const int code = engine(static_cast<int>(arguments.size()), words.data());
  const std::string out = testing::internal::GetCapturedStdout(), said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(code, exit_code) << said;
  return out;
}

/// Defaults of a variant of COOT on YouCook2, as a run stores them.
std::map<std::string, std::string> settings_of(const std::string& variant) {
  static std::map<std::string, std::map<std::string, std::string>> known;
  auto& settings = known[variant];
  if (!settings.empty()) return settings;
  const auto shown = json::parse(printed({"show", "coot", "--variant", variant, "--dataset", "youcook2", "--format", "json"}));
  for (const auto& row : shown.at(0).at("rows")) {
    const std::string value = row.at("value");
    settings[row.at("key")] = value.substr(0, value.find(" (default "));
  }
  return settings;
}

/// A store that is written once for all tests of a kind.
class Stored {
 public:
  explicit Stored(const std::vector<RunRecord>& runs, const std::vector<ThroughputRow>& speeds = {}) {
    Store store = Store::open(folder_ / "results.db");
    for (const auto& run : runs) (void)store.add(run);
    store.add(speeds);
  }

  [[nodiscard]] std::string print(Arguments arguments, const std::string& format, int exit_code = 0) const {
    arguments.insert(arguments.end(), {"--format", format, "--out", folder_.path().string()});
    return printed(arguments, exit_code);
  }

  /// A golden file for each of the formats, NAME.EXTENSION.
  void expect_golden(const std::string& name, const Arguments& arguments, const std::vector<std::string>& formats) const {
    for (const auto& [format, extension] : kFormats) {
      if (std::find(formats.begin(), formats.end(), format) == formats.end()) continue;
      SCOPED_TRACE(name + " as " + format);
      expect_golden_output(name + "." + extension, print(arguments, format));
    }
  }

  [[nodiscard]] fs::path operator/(const std::string& name) const { return folder_ / name; }

 private:
  test::TemporaryFolder folder_;
};

const Stored& papers() {
  static const Stored stored(test::golden_papers(settings_of));
  return stored;
}

const Stored& differing() {
  static const Stored stored(test::golden_differing(settings_of("yc2-100m")));
  return stored;
}

const std::vector<std::string> kAll{"table", "markdown", "latex", "csv", "json", "html"};

TEST(GoldenOutput, OfLeaderboards) { papers().expect_golden("leaderboard", {"leaderboard", "--dataset", "youcook2"}, kAll); }

TEST(GoldenOutput, OfLeaderboardsBesidePublishedRows) {
  papers().expect_golden("leaderboard-paper", {"leaderboard", "--dataset", "youcook2", "--paper"}, kAll);
}

TEST(GoldenOutput, OfLeaderboardsOfFoldsAndOfMetricsThatOnlyAPaperShows) {
  papers().expect_golden("leaderboard-paper-folds", {"leaderboard", "--method", "selavi", "--paper"}, {"table", "csv"});
  papers().expect_golden("leaderboard-paper-smth3d", {"leaderboard", "--method", "smth3d", "--paper"}, {"table"});
}

TEST(GoldenOutput, OfExplainedDifferences) {
  differing().expect_golden("leaderboard-explain", {"leaderboard", "--paper", "--explain"}, {"table", "markdown", "latex", "csv", "json"});
}

TEST(GoldenOutput, OfThePapersTables) {
  for (const char* name : {"coot-table2", "coot-table3", "srtg-accuracy", "srtg-small-sets", "selavi-clustering", "selavi-recognition",
                           "something-something-v2"})
    papers().expect_golden(std::string("table-") + name, {"table", name}, {"markdown", "latex", "csv", "html"});
  papers().expect_golden("table-coot-table3-plain", {"table", "coot-table3"}, {"table", "json"});
  papers().expect_golden("table-list", {"table"}, {"table"});
}

TEST(GoldenOutput, OfThePapersTablesOfStandInData) {
  for (const char* name : {"sam-abstraction", "sam-completion", "sam-odd-one-out", "coot-table3"}) {
    papers().expect_golden(std::string("table-") + name + "-synthetic", {"table", name, "--source", "synthetic"},
                           {"markdown", "latex", "csv", "html"});
  }
}

TEST(GoldenOutput, OfTheGate) {
  auto runs = test::seeds_with(test::kGoodScores, 10);
  for (auto& run : runs) run.environment["revision"] = "aaaa1111bbbb";
  for (auto run : test::seeds_with(test::kBadScores, 11)) {
    run.environment["revision"] = "cccc2222dddd";
    runs.push_back(run);
  }
  const Stored stored(runs);
  const auto junit = stored / "gate.xml", summary = stored / "gate.md";
  const Arguments arguments{"compare", "aaaa1111", "cccc2222", "--junit", junit.string(), "--summary", summary.string()};
  expect_golden_output("compare.txt", stored.print(arguments, "table", 1));
  expect_golden_output("compare.json", stored.print(arguments, "json", 1));
  expect_golden_output("compare-junit.xml", read_file(junit));
  expect_golden_output("compare-summary.md", read_file(summary));
}

TEST(GoldenOutput, OfMeasuredSpeeds) {
  const Stored stored({}, test::golden_speeds());
  stored.expect_golden("throughput", {"throughput", "--stored"}, {"table", "csv"});
  expect_golden_output("throughput-against.txt",
                       render(comparison_tables(test::golden_speeds(), test::golden_speeds(1.5)), OutputFormat::kTable));
}

TEST(GoldenOutput, OfScoresComputedAgain) {
  auto run = test::golden_coot(1, "yc2-100m", 340, {});
  run.scores["p2v_medr"] = 7;
  const Stored stored({run});
  expect_golden_output("rescore.txt", stored.print({"rescore", "--metric", "p2v_r1,p2v_medr,p2v_mrr,v2p_r1"}, "table", 1));
  expect_golden_output("rescore.csv", stored.print({"rescore"}, "csv", 1));
}

/// Its ```text blocks: documents show what needs a store with runs on real data too.
TEST(GoldenOutput, IsWhatTheDocumentOnTablesShows) {
  const std::string document = read_file(fs::path(VBENCH_SOURCE_DIR) / "docs" / "tables.md"), fence = "\n```text\n";
  const std::string shown = differing().print({"leaderboard", "--paper", "--explain"}, "table");
  size_t at = document.find(fence);
  ASSERT_NE(at, std::string::npos);
  for (; at != std::string::npos; at = document.find(fence, at + 1)) {
    const size_t begin = at + fence.size();
    EXPECT_THAT(shown, HasSubstr(document.substr(begin, document.find("\n```", begin) - begin)));
  }
}

/// Whatever is rewritten: what must never be in one file.
TEST(GoldenOutput, NeverHasPublishedFiguresBesideSyntheticOnes) {
  for (const char* name : {"sam-abstraction", "coot-table3"}) {
    for (const auto& [format, extension] : kFormats) {
      const std::string text = papers().print({"table", name, "--source", "synthetic"}, format);
      EXPECT_THAT(text, testing::ContainsRegex("SYNTHETIC|synthetic"));
      EXPECT_THAT(text, Not(testing::ContainsRegex("78\\.3|0\\.783|arXiv|paper, table")));
    }
  }
}

class Complete : public testing::Environment {
 public:
  void TearDown() override { test::expect_no_orphans(); }
};
[[maybe_unused]] const auto* const kComplete = testing::AddGlobalTestEnvironment(new Complete);  // GoogleTest deletes it

}  // namespace
}  // namespace vbench
