// Stored runs that are one result: the same method, variant, settings, data and protocol, several seeds, perhaps several official folds.
// Used by what sets results beside published figures.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/configurations.hpp"
#include "results/folds.hpp"

namespace vbench {

struct SeedGroup {
  const RunRecord* sample = nullptr;  ///< any run, for what all have in common
  SettingValues settings;             ///< of folds: those beside the fold
  Runs runs;                          ///< the newest of each seed, of each fold
  std::map<int64_t, Runs> folds;      ///< the same by fold; empty: of one split

  /// What is averaged: the values of seeds, or the means of folds over theirs. NaN where a run lacks the metric.
  [[nodiscard]] std::vector<double> values(const std::string& metric) const;
  [[nodiscard]] double mean_of(const std::string& metric) const;
  /// As published figures name it; a number that no paper has if it is not 1, 2, ... n.
  [[nodiscard]] int64_t folds_of_paper() const;
  /// "3 seeds", "3 folds".
  [[nodiscard]] std::string size_text() const;
  /// Of its runs.
  [[nodiscard]] std::string newest_id() const;
};

/// Groups of valid runs: those of one split, then those of folds. @param runs  must outlive the groups
[[nodiscard]] std::vector<SeedGroup> seed_groups(const std::vector<RunRecord>& runs);

/// Whether scores of two groups may be compared: dataset, source, protocol, split, folds and data are the same.
[[nodiscard]] bool on_same_board(const SeedGroup& a, const SeedGroup& b);

/// Values of ours and the expected ones, by key, where a setting that shapes results is not as expected. Left out are keys that are not on
/// both sides, what a run was told besides its settings ("run."), the fold, and where files lie.
[[nodiscard]] std::map<std::string, std::pair<std::string, std::string>> unexpected_settings(const SettingValues& ours,
                                                                                             const SettingValues& expected);

}  // namespace vbench
