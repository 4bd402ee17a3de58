// What a dataset's verify says, in a form that tests compare.
#pragma once

#include <string>
#include <vector>

#include "harness/core/registry.hpp"

namespace vbench::test {

/// Kinds of problems, "(note)" behind those that are not fatal. @param left_out  a kind that is no matter here
/// @param messages  gets "item: message" of each, a line each
inline std::vector<std::string> kinds_of(const DataReport& report, const std::string& left_out, std::string& messages) {
  std::vector<std::string> kinds;
  messages.clear();
  for (const auto& problem : report.problems) {
    if (problem.kind == left_out) continue;
    kinds.push_back(problem.fatal ? problem.kind : problem.kind + " (note)");
    messages += problem.item + ": " + problem.message + "\n";
  }
  return kinds;
}

}  // namespace vbench::test
