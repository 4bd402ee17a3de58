// Golden files of what the program prints: compared byte by byte, written anew by ci/golden.
// Used by the tests of everything that people or programs read.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace vbench::test {

/// A folder of golden files and what was compared with it so far.
class GoldenFolder {
 public:
  /// @param rewrites  check() writes files instead of comparing them
  GoldenFolder(std::filesystem::path folder, bool rewrites) : folder_(std::move(folder)), rewrites_(rewrites) {}

  /// Where `text` and the file differ, as lines for people; empty if they are the same or the file was written.
  [[nodiscard]] std::string check(const std::string& name, const std::string& text);
  /// Files that nothing was compared with, by name; README.md is none of them.
  [[nodiscard]] std::vector<std::string> orphans() const;

  [[nodiscard]] const std::filesystem::path& path() const { return folder_; }
  [[nodiscard]] bool rewrites() const { return rewrites_; }

 private:
  std::filesystem::path folder_;
  bool rewrites_;
  std::set<std::string> checked_;
};

/// tests/golden/output; rewritten if VBENCH_UPDATE_GOLDEN is 1.
GoldenFolder& golden_output();

/// Compares a text with a file of golden_output(): a difference fails the test, a rewritten file skips it. Numbers are made portable()
/// first.
void expect_golden_output(const std::string& name, const std::string& text);

/// For the end of a program that compares all of golden_output(): fails for orphans, or removes them where files are rewritten.
/// Does nothing if only some of the program's tests were run, or some failed: they may not have got to their files.
void expect_no_orphans();

/// Numbers of more than 12 digits with 10: processors and compilers differ in the last ones.
[[nodiscard]] std::string portable(const std::string& text);

}  // namespace vbench::test
