// Shorthands for runs of SAM on the two tiny datasets of its reference figures. Used by the program tests of SAM.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <set>

#include "tests/cli/fixture.hpp"

namespace vbench::test {

/// Both tiny datasets as files on disk; read only.
inline fs::path tiny_data() { return fs::path(VBENCH_SOURCE_DIR) / "tests" / "golden" / "sam" / "tiny"; }

/// A checkpoint that the authors' program wrote for a tiny dataset, `bottleneck` wide.
inline fs::path released_weights(const std::string& dataset, const fs::path& data = tiny_data()) {
  return data / "metadata" / fmt::format("AbstractionEmbedding_{}_SAM_1-2-3-4_best.pth.tar", dataset);
}
inline const char* const kReleasedWidth = "model.bottleneck=16";

/// "--method sam --dataset ..." on files that count as real, plus `more`.
inline std::vector<std::string> sam(const std::string& dataset, const std::vector<std::string>& more, const fs::path& data = tiny_data()) {
  std::vector<std::string> all{"--method", "sam", "--dataset", dataset, "--data-root", data.string(), "--source", "real"};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// The same for `vbench COMMAND`.
inline std::vector<std::string> command_on_sam(const std::string& command, const std::vector<std::string>& more) {
  auto all = sam("kinetics", more);
  all.insert(all.begin(), command);
  return all;
}

/// Runs all, two at a time (most of a short run is the start of one thread), and gives back the results in the order of the commands.
inline std::vector<ProgramResult> run_in_pairs(const std::vector<std::vector<std::string>>& commands) {
  std::vector<ProgramResult> results;
  for (size_t i = 0; i < commands.size(); i += 2) {
    Program first(commands[i]);
    std::optional<Program> second;
    if (i + 1 < commands.size()) second.emplace(commands[i + 1]);
    results.push_back(first.wait());
    if (second) results.push_back(second->wait());
  }
  return results;
}

/// A command and the one line that it must end with.
struct Refusal {
  std::vector<std::string> command;
  int exit_code;
  std::vector<std::string> parts;
};

inline void expect_errors(const std::vector<Refusal>& refusals) {
  std::vector<std::vector<std::string>> commands;
  for (const auto& refusal : refusals) commands.push_back(refusal.command);
  const auto results = run_in_pairs(commands);
  for (size_t i = 0; i < refusals.size(); ++i) {
    SCOPED_TRACE(fmt::format("{}", fmt::join(refusals[i].command, " ")));
    expect_error(results[i], refusals[i].exit_code, refusals[i].parts);
  }
}

inline double score(const nlohmann::json& result, const std::string& name) { return result.at("scores").at(name).at("mean"); }

inline std::set<std::string> keys_of(const nlohmann::json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

}  // namespace vbench::test
