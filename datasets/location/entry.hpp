// The part of a registry entry that every dataset family shares. Used by the families' inspect.cpp.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "harness/core/error.hpp"
#include "harness/core/registry.hpp"
#include "harness/core/settings.hpp"

namespace vbench {

/// Options with "key=value" settings on top. @throws Error kUsage for settings that do not exist
template <class Options>
[[nodiscard]] Options with_settings(Options options, const std::vector<std::string>& assignments) {
  Settings settings;
  options.bind(settings);
  for (const std::string& assignment : assignments) settings.set_assignment(assignment);
  return options;
}

/// The dataset's defaults with the request's settings.
/// @throws Error kUsage for settings that do not exist
template <class Family>
[[nodiscard]] auto requested_options(const Family& family, const DataRequest& request) {
  auto options = family.defaults();
  options.allow_missing = request.allow_missing;
  return with_settings(std::move(options), request.settings);
}

/// info and verify from one inspection. An Error of the inspection becomes a problem of the report; info leaves notes out. Errors about
/// settings (kUsage) are the caller's mistakes and go through, as does a stop (kInterrupted).
/// @param family             name, title, licence, layout and synthesize; must outlive the entry
/// @param inspect            (family, options, request, verify, report): fills in facts and problems; `verify` asks for all that may be
/// wrong
template <class Family, class Inspect>
[[nodiscard]] DatasetEntry entry_of(const Family& family, const Inspect& inspect) {
  const auto report_of = [&family, inspect](const DataRequest& request, bool verify) {
    DataReport report;
    const auto options = requested_options(family, request);
    try {
      inspect(family, options, request, verify, report);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kUsage || error.kind() == ErrorKind::kInterrupted) throw;
      report.problems.push_back({"unreadable file", error.where(), error.what(), true});
    }
    if (!verify) std::erase_if(report.problems, [](const DataProblem& problem) { return !problem.fatal; });
    return report;
  };
  DatasetEntry entry;
  entry.name = family.name;
  entry.title = family.title;
  entry.licence = family.licence;
  entry.layout = family.layout;
  entry.info = [report_of](const DataRequest& request) { return report_of(request, false); };
  entry.verify = [report_of](const DataRequest& request) { return report_of(request, true); };
  entry.synthesize = family.synthesize;
  return entry;
}

}  // namespace vbench
