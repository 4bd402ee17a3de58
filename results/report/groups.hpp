// Runs that may be looked at together: groups of one method on the same data under the same protocol, in them configurations, in them
// seeds. Used by everything of a report that shows runs.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/configurations.hpp"
#include "results/folds.hpp"

namespace vbench::report {

/// One variant with one set of settings.
struct Configuration {
  std::string variant;
  std::string name;   ///< the variant, with the settings in which configurations of that variant differ; "INVALID" where its runs are
  std::string brief;  ///< the same, cut short where it is long; no two of a group are equal
  SettingValues settings;
  bool valid = true;
  Runs runs;  ///< the newest of each seed, by seed
};

/// Scores and losses within it may be compared.
struct Group {
  std::string id;                             ///< of the section, unique: "runs-coot-youcook2"
  std::string title;                          ///< "coot on youcook2", and what tells it from groups with the same name
  const RunRecord* sample = nullptr;          ///< any run, for what all have in common
  std::vector<Configuration> configurations;  ///< those of valid runs first, in the order of variants and settings
  int64_t superseded = 0;                     ///< runs left out for a newer one of their seed

  [[nodiscard]] Runs runs() const;  ///< of all configurations
};

/// Real data before synthetic ones. @param runs  must outlive the groups
[[nodiscard]] std::vector<Group> groups_of(const std::vector<RunRecord>& runs);

/// "3 runs", "1 run".
[[nodiscard]] std::string counted(int64_t number, const std::string& what);

}  // namespace vbench::report
