// The training runs that COOT's authors published ("provided_experiments"), read and re-aggregated.
// Used by `vbench leaderboard --import-coot-runs DIR`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/table.hpp"

namespace vbench {

/// A folder `<experiment><number>` with metrics/metrics_epoch_N.json and models/trainerstate_N.json for the best and the last epoch.
/// The records hold scores at the best epoch, the history, and "hours_to_best_epoch" among the speeds; the variant is the experiment's
/// name.
/// @throws Error kInput: no runs there, a file missing, unreadable or contradicting another
[[nodiscard]] std::vector<RunRecord> import_coot_runs(const std::filesystem::path& folder);

/// Mean ± sample standard deviation over the runs of each experiment: R@1 in four directions, hours.
[[nodiscard]] Table coot_runs_summary(const std::vector<RunRecord>& runs);

/// The summary in the layout of the authors' own viewer, byte for byte.
[[nodiscard]] std::string coot_runs_table(const std::filesystem::path& folder);

}  // namespace vbench
