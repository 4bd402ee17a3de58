// A small stand-in on disk and shorthands for runs on it. Used by the tests of the whole program.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/program.hpp"

namespace vbench::test {
namespace fs = std::filesystem;

/// Stand-in data of the widths that the small variants take; written once per test program, never changed by tests.
inline const fs::path& small_data() {
  static const TemporaryFolder folder;
  static const bool made = [] {
    for (const char* dataset : {"youcook2", "activitynet"}) {
      const auto result =
          run_program({"data", "synth", dataset, "--output", (folder / dataset).string(), "--set", "video_width=24", "--set",
                       "text_width=20", "--set", "train_videos=24", "--set", "val_videos=12", "--set", "topics=6"});
      EXPECT_EQ(result.exit_code, 0) << result.err;
    }
    return true;
  }();
  (void)made;
  return folder.path();
}

/// A copy of the YouCook2 stand-in that a test may damage: DIR/youcook2.
inline void copy_small_data(const fs::path& folder) {
  fs::copy(small_data() / "youcook2", folder / "youcook2", fs::copy_options::recursive);
}

/// Arguments of a run of the small COOT, plus `more`.
inline std::vector<std::string> small_run(const fs::path& out, const std::vector<std::string>& more = {},
                                          const fs::path& data = small_data()) {
  std::vector<std::string> all{"--method", "coot", "--dataset", "youcook2", "--variant", "small", "--data-root", data.string(), "--out",
                               out.string(),
                               // RAdam's first five steps change nothing: four steps an epoch let two epochs train.
                               "--set", "batch_size=6"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Runs, expects success, gives back the JSON object that `--format json` prints.
inline nlohmann::json json_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--format", "json", "-q"});
  const auto result = run_program(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return nlohmann::json::parse(result.out, nullptr, false);
}

/// Exit codes of the program (docs/architecture.md).
inline constexpr int kUsage = 2, kInput = 3;

/// The last line on stderr, which is the error, starts with "vbench: " and holds every one of `parts`.
inline void expect_error(const ProgramResult& result, int exit_code, const std::vector<std::string>& parts) {
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  EXPECT_EQ(result.out, "") << "errors do not belong on stdout";
  const std::string text = result.err.substr(0, result.err.find_last_not_of('\n') + 1);
  const std::string line = text.substr(text.rfind('\n') + 1);
  EXPECT_EQ(line.rfind("vbench: ", 0), 0U) << result.err;
  for (const auto& part : parts) EXPECT_THAT(line, testing::HasSubstr(part));
}

/// The only file of this name anywhere below `folder`.
inline fs::path find_file(const fs::path& folder, const std::string& name) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename() == name) found.push_back(entry.path());
  }
  EXPECT_EQ(found.size(), 1U) << name << " below " << folder;
  return found.empty() ? fs::path() : found.front();
}

/// What two runs must agree in to be the same run.
struct Outcome {
  nlohmann::json scores;
  std::string weights;
  bool operator==(const Outcome&) const = default;
};

/// Of a run below `out` that printed `result`.
inline Outcome outcome(const fs::path& out, const nlohmann::json& result) {
  return {result.at("scores"), read_file(find_file(out, "best.pth"))};
}

}  // namespace vbench::test
