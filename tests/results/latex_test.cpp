// LaTeX tables are given to pdflatex where it is installed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "harness/core/child_process.hpp"
#include "harness/core/files.hpp"
#include "published/coot.hpp"
#include "published/selavi.hpp"
#include "published/smth3d.hpp"
#include "published/srtg.hpp"
#include "results/leaderboard.hpp"
#include "results/paper_tables/paper_table.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench::latex_test {
namespace {

const std::filesystem::path kPdflatex = "/usr/bin/pdflatex";

class Latex : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kPdflatex)) GTEST_SKIP() << "pdflatex is not installed (Debian: texlive-latex-recommended)";
  }

  /// Empty if the text compiles as a part of a document with booktabs alone; else what LaTeX said.
  [[nodiscard]] std::string errors_in(const std::string& latex) const {
    write_file_atomically(folder_ / "document.tex",
                          "\\documentclass{article}\n\\usepackage{booktabs}\n\\begin{document}\n" + latex + "\\end{document}\n");
    const auto result = run_program(kPdflatex, {"-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "-output-directory",
                                                folder_.path().string(), (folder_ / "document.tex").string()});
    return result.exit_code == 0 ? "" : log();
  }
  [[nodiscard]] std::string errors_in(const std::vector<Table>& tables) const { return errors_in(render(tables, OutputFormat::kLatex)); }

  /// What LaTeX said of the document before.
  [[nodiscard]] std::string log() const { return read_file(folder_ / "document.log"); }

  test::TemporaryFolder folder_;
};

TEST_F(Latex, CompilesEveryTableOfThePapers) {
  const std::map<std::string, Published> figures{{"coot", Published::parse(published::kCoot)},
                                                 {"selavi", Published::parse(published::kSelavi)},
                                                 {"smth3d", Published::parse(published::kSmth3d)},
                                                 {"srtg", Published::parse(published::kSrtg)}};
  const VariantKnowledge knowledge{[](const auto&...) { return std::optional<SettingValues>(); },
                                   [](const auto&...) {
                                     return std::optional(ModelSize{1000000, 2000000000, "one clip of 16x112x112"});
                                   }};
  auto run = test::run_with(1, 0);
  run.scores = {{"p2v_r1", 0.7}, {"p2v_r5", 0.8}};
  std::vector<Table> tables;
  for (const auto& definition : paper_table_definitions()) {
    const auto found = figures.find(definition.method);
    tables.push_back(paper_table(definition, {}, {run}, found == figures.end() ? nullptr : &found->second, knowledge));
  }
  EXPECT_EQ(errors_in(tables), "");
  EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Overfull \\hbox"))) << "wider than a line";
  EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Float too large"))) << "longer than a page";
}

/// Leaderboards and tables with results of ours, as test_golden_output compares them with what the program prints.
TEST_F(Latex, CompilesEveryTableOfTheGoldenOutput) {
  int files = 0;
  for (const auto& path : list_folder(std::filesystem::path(VBENCH_SOURCE_DIR) / "tests" / "golden" / "output")) {
    if (path.extension() != ".tex") continue;
    EXPECT_EQ(errors_in(read_file(path)), "") << path;
    EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Float too large"))) << path;
    EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Overfull \\hbox"))) << path;
    ++files;
  }
  EXPECT_GE(files, 12);
}

TEST_F(Latex, CompilesNamesThatLatexWouldTakeForCommandsOrDoesNotKnow) {
  Table table;
  table.title = "100% of $5 & #1 {a} ~b^c \\end{table} §";
  table.header = {"a_b", "x"};
  for (const char* name : {"[not an option]", "*", "\\input{x}", "Łukasz Žižek, Ærø, Ðorðe", "日本語 видео ε",
                           "a → b ⇒ c ± 2 × 3 ≤ 4 – 5 — 6 … ∞", "\xff\xfe no UTF-8 \xc3", "\"quoted\" ``so'' <tag> | bar"}) {
    table.rows.push_back({{.text = name}, {.text = "-1.20", .numeric = true}});
  }
  table.rows[0][0].bold = true;
  table.columns = {{}, {.heading = "a & b_c"}};
  table.rules = {1};
  table.notes = {"under_score, 50%, #, ^, ~, \\, {, }"};
  EXPECT_EQ(errors_in({table}), "");
}

TEST_F(Latex, SetsBoardsWithAConfigurationWithinALine) {
  std::vector<RunRecord> runs;
  for (const char* setting : {"epochs", "optimizer.weight_decay_of_the_network"}) {
    for (const int64_t seed : {1, 2, 3}) {
      auto run = test::run_with(seed, 0, "small");
      run.settings = {{setting, "12"}};
      const double spread = 0.02 * static_cast<double>(seed), better = *setting == 'e' ? 0.8 : 0.1;
      for (const char* direction : {"v2p", "p2v", "c2s", "s2c"}) {
        for (const char* metric : {"_r1", "_r5", "_r10"}) run.scores[std::string(direction) + metric] = better + spread;
        run.scores[std::string(direction) + "_medr"] = 100 - 90 * better - static_cast<double>(seed);
      }
      runs.push_back(run);
    }
  }
  const auto tables = leaderboards(runs, {}, {});
  const std::string text = render(tables, OutputFormat::kLatex);
  EXPECT_THAT(text, testing::HasSubstr("\\textbf{"));
  EXPECT_EQ(errors_in(text), "");
  EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Overfull \\hbox")));
}

TEST_F(Latex, CutsTablesThatAreNeverCutElsewhere) {
  Table table;
  for (int column = 0; column < 12; ++column) table.header.push_back("a long header");
  table.rows.push_back(std::vector<Cell>(12, Cell{.text = "12.34 to 56.78", .numeric = true}));
  EXPECT_EQ(errors_in({table}), "");
  EXPECT_THAT(log(), testing::Not(testing::HasSubstr("Overfull \\hbox")));
  EXPECT_EQ(render(table, OutputFormat::kTable).find("\n\n"), std::string::npos) << "one block";
}

TEST_F(Latex, WouldNoticeATableThatDoesNotCompile) {
  Table table;
  table.header = {"x"};
  table.rows = {{{.text = "a"}}};
  EXPECT_EQ(errors_in({table}), "");
  EXPECT_NE(errors_in("100 & # _\n"), "");
}

}  // namespace
}  // namespace vbench::latex_test
