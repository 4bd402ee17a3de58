// The documented commands are run, and what the documents show must be what the program prints.
#include <glob.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <sstream>
#include <utility>

#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/program.hpp"

namespace vbench {
namespace {
namespace fs = std::filesystem;

struct Example {
  std::string command;
  std::vector<std::string> output;  ///< "..." stands for any number of lines
};

std::vector<fs::path> documents() {
  std::vector<fs::path> all;
  const fs::path root = VBENCH_SOURCE_DIR;
  for (const auto& folder : {root, root / "docs"}) {
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (entry.path().extension() == ".md") all.push_back(entry.path());
    }
  }
  std::sort(all.begin(), all.end());
  return all;
}

/// Commands of a document's ```console blocks: a line "$ vbench ...", what a backslash at its end joins to it, and the lines below.
std::vector<Example> examples_of(const fs::path& document) {
  std::vector<Example> all;
  std::istringstream text(read_file(document));
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```console";
    } else if (inside && line.rfind("$ ", 0) == 0) {
      for (std::string next; line.ends_with('\\') && std::getline(text, next);) line = line.substr(0, line.size() - 1) + next;
      all.push_back({line.substr(2), {}});
    } else if (inside && !all.empty()) {
      all.back().output.push_back(line);
    }
  }
  return all;
}

std::vector<fs::path> documents_with_examples() {
  auto all = documents();
  std::erase_if(all, [](const fs::path& path) { return examples_of(path).empty(); });
  return all;
}

/// Numbers differ between machines: each becomes '#', and runs of blanks and rules one, so that columns may be as wide as their numbers.
/// Marks of significance behind numbers go with them: what is significant hangs on the numbers.
std::string without_numbers(const std::string& line) {
  const std::string unhashed = std::regex_replace(line, std::regex("\\b[0-9a-f]{8}\\b"), "#");  // fingerprints of data
  const std::string masked = std::regex_replace(unhashed, std::regex("[0-9]+([.:][0-9]+)*(e-?[0-9]+)?([*_](?= |$))?"), "#");
  return trim(std::regex_replace(std::regex_replace(masked, std::regex("(-|─)+"), "-"), std::regex(" +"), " "));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

bool matches(const std::vector<std::string>& shown, size_t i, const std::vector<std::string>& printed, size_t j) {
  if (i == shown.size()) return j == printed.size();
  if (shown[i] == "...") {
    for (size_t next = j; next <= printed.size(); ++next) {
      if (matches(shown, i + 1, printed, next)) return true;
    }
    return false;
  }
  return j < printed.size() && without_numbers(shown[i]) == without_numbers(printed[j]) && matches(shown, i + 1, printed, j + 1);
}

/// The file in `folder` that a pattern names, as a shell has it: run folders end in a hash of the settings, which no document should fix.
std::string expanded(const std::string& word, const fs::path& folder) {
  if (word.find('*') == std::string::npos) return word;
  glob_t found{};
  const int status = ::glob((folder / word).c_str(), 0, nullptr, &found);
  const std::string first = status == 0 ? fs::relative(found.gl_pathv[0], folder).string() : word;
  EXPECT_EQ(found.gl_pathc, 1U) << word;
  ::globfree(&found);
  return first;
}

std::vector<std::string> words_of(const std::string& command, const fs::path& folder) {
  std::istringstream stream(command);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(expanded(word, folder));
  return words;
}

class ShownOutput : public testing::TestWithParam<fs::path> {};

// The examples of a document build on one another: one folder for each document.
TEST_P(ShownOutput, IsWhatTheProgramPrints) {
  const test::TemporaryFolder folder;
  for (const auto& example : examples_of(GetParam())) {
    SCOPED_TRACE(example.command);
    auto words = words_of(example.command, folder.path());
    ASSERT_TRUE(words[0] == "vbench" || words[0] == "build/release/vbench") << "only vbench commands belong into ```console blocks";
    words.erase(words.begin());
    // "> FILE" as a shell has it: what later examples read.
    const bool to_file = words.size() > 1 && words[words.size() - 2] == ">";
    const std::string file = to_file ? words.back() : "";
    if (to_file) words.resize(words.size() - 2);
    // Numbers are masked, so one epoch prints what the whole training prints.
    if (words[0].rfind("--", 0) == 0) words.insert(words.end(), {"--epochs", "1"});
    // Standard error is not shown in documents.
    auto result = test::run_program(words, {.environment = {}, .folder = folder.path(), .file_size_limit = {}});
    if (to_file) write_file_atomically(folder / file, std::exchange(result.out, ""));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_TRUE(matches(example.output, 0, lines_of(result.out), 0)) << "printed:\n" << result.out;
  }
}

std::string name_of(const testing::TestParamInfo<fs::path>& document) {
  return std::regex_replace(document.param.stem().string(), std::regex("[^A-Za-z0-9]"), "_");
}

INSTANTIATE_TEST_SUITE_P(Of, ShownOutput, testing::ValuesIn(documents_with_examples()), name_of);

TEST(Documents, NameOnlyScriptsThatExist) {
  for (const auto& path : documents()) {
    const std::string text = read_file(path);
    const std::regex script("\\bci/[a-z-]+\\b");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), script); it != std::sregex_iterator(); ++it) {
      const auto file = fs::path(VBENCH_SOURCE_DIR) / it->str();
      EXPECT_TRUE(fs::exists(file) || fs::exists(file.string() + ".txt")) << path << " names " << it->str();
    }
  }
}

TEST(Documents, LinkOnlyToFilesThatExist) {
  for (const auto& path : documents()) {
    const std::string text = read_file(path);
    const std::regex link("\\]\\(([^)#]+)\\)");
    for (auto it = std::sregex_iterator(text.begin(), text.end(), link); it != std::sregex_iterator(); ++it) {
      if ((*it)[1].str().rfind("http", 0) == 0) continue;
      EXPECT_TRUE(fs::exists(path.parent_path() / (*it)[1].str())) << path << " links to " << (*it)[1];
    }
  }
}

}  // namespace
}  // namespace vbench
