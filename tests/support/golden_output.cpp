#include "tests/support/golden_output.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <regex>

#include "harness/core/files.hpp"

namespace vbench::test {
namespace {
namespace fs = std::filesystem;

constexpr const char* kHowToRewrite = "if the new one is right: ci/golden";

/// Line `number` from 1 on, without its end; "(no such line)" behind the last one.
std::string line_of(const std::string& text, size_t number) {
  size_t at = 0;
  for (size_t i = 1; i < number && at != std::string::npos; ++i) {
    at = text.find('\n', at);
    if (at != std::string::npos) ++at;
  }
  return at == std::string::npos || at >= text.size() ? "(no such line)" : text.substr(at, text.find('\n', at) - at);
}

std::string first_difference(const std::string& name, const std::string& expected, const std::string& actual) {
  const auto [there, here] = std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end());
  const auto line = static_cast<size_t>(std::count(expected.begin(), there, '\n')) + 1;
  return fmt::format("tests/golden/output/{}, line {}\n  is:      {}\n  printed: {}\n{}", name, line, line_of(expected, line),
                     line_of(actual, line), kHowToRewrite);
}

}  // namespace

std::string GoldenFolder::check(const std::string& name, const std::string& text) {
  if (!checked_.insert(name).second) return name + ": two tests compare with it";
  const fs::path file = folder_ / name;
  if (rewrites_) {
    fs::create_directories(folder_);
    write_file_atomically(file, text);
    return "";
  }
  if (!fs::exists(file)) return fmt::format("{} is missing; {}", file.string(), kHowToRewrite);
  const std::string expected = read_file(file);
  return expected == text ? "" : first_difference(name, expected, text);
}

std::vector<std::string> GoldenFolder::orphans() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder_)) {
    const std::string name = entry.path().filename();
    if (name != "README.md" && checked_.count(name) == 0) found.push_back(name);
  }
  std::sort(found.begin(), found.end());
  return found;
}

GoldenFolder& golden_output() {
  const char* update = std::getenv("VBENCH_UPDATE_GOLDEN");
  static GoldenFolder folder(fs::path(VBENCH_SOURCE_DIR) / "tests" / "golden" / "output", update != nullptr && std::string(update) == "1");
  return folder;
}

void expect_golden_output(const std::string& name, const std::string& text) {
  const std::string difference = golden_output().check(name, portable(text));
  if (!difference.empty()) ADD_FAILURE() << difference;
  if (difference.empty() && golden_output().rewrites()) GTEST_SKIP() << name << " is rewritten";
}

void expect_no_orphans() {
  const auto& tests = *testing::UnitTest::GetInstance();
  if (tests.test_to_run_count() != tests.total_test_count() || tests.failed_test_count() > 0) return;
  for (const auto& name : golden_output().orphans()) {
    if (golden_output().rewrites()) {
      fs::remove(golden_output().path() / name);
    } else {
      ADD_FAILURE() << "tests/golden/output/" << name << ": no test compares with it; ci/golden removes it";
    }
  }
}

std::string portable(const std::string& text) {
  constexpr std::ptrdiff_t kMostDigits = 12;
  static const std::regex number("[0-9]+\\.[0-9]+(e[-+]?[0-9]+)?");
  std::string out;
  auto rest = text.begin();
  for (auto it = std::sregex_iterator(text.begin(), text.end(), number); it != std::sregex_iterator(); ++it) {
    const std::string found = it->str();
    const auto digits = std::count_if(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(std::min(found.find('e'), found.size())),
                                      [](char c) { return c >= '0' && c <= '9'; });
    out.append(rest, (*it)[0].first);
    out += digits > kMostDigits ? fmt::format("{:.10g}", std::stod(found)) : found;
    rest = (*it)[0].second;
  }
  return out.append(rest, text.end());
}

}  // namespace vbench::test
