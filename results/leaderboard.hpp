// Leaderboards: runs that may be compared, averaged over seeds and set beside the published figures.
// Used by `vbench leaderboard` and at the end of `vbench run`.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/published.hpp"
#include "results/significance.hpp"
#include "results/table.hpp"

namespace vbench {

struct LeaderboardRequest {
  std::string method = "", dataset = "";   ///< empty: all
  bool paper = false;                      ///< add published figures and the difference, where the data are real
  bool folds_only = false;                 ///< tables of several folds alone, if there are any and all of new_runs count in them
  std::vector<std::string> new_runs = {};  ///< ids of runs that must not be missing
  ItemTester by_item = {};                 ///< compares rows by item; empty: rows are compared by seed alone
};

/// One table for every (dataset, source, protocol and version, data fingerprint); real before synthetic.
/// A row is one (method, variant, configuration): mean ± sample standard deviation over seeds, the newest run of each seed. The best and
/// the second are marked where that is significant; machines find p of each row against the
/// best one in columns "<key>_p", which all tables have as soon as one has two rows.
/// Where a configuration was run on several official folds of a dataset, a further table has a row for each and their mean: the folds
/// count the same, each by the mean over its seeds. Figures published as such means stand there alone.
/// @param published  by method
[[nodiscard]] std::vector<Table> leaderboards(const std::vector<RunRecord>& runs, const LeaderboardRequest& request,
                                              const std::map<std::string, Published>& published);

}  // namespace vbench
