// Runs of one configuration on the official folds of a dataset: which belong together, and their means. Used by leaderboard and summary.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/run_record.hpp"

namespace vbench {

using Runs = std::vector<const RunRecord*>;

/// What the setting data.fold was; nothing for datasets without folds.
[[nodiscard]] std::optional<int64_t> fold_of(const RunRecord& run);

/// All settings but the fold, and the training data that follow from it.
[[nodiscard]] std::map<std::string, std::string> settings_beside_fold(const RunRecord& run);

/// The newest run of each seed, by seed. Run ids sort by time. @param superseded  grows by the number of those left out
[[nodiscard]] Runs newest_of_each_seed(const Runs& runs, int64_t& superseded);

/// The mean over the runs of each fold, in the order of the folds.
[[nodiscard]] std::vector<double> fold_means(const std::map<int64_t, Runs>& folds, const std::string& key);

/// Runs of methods, variants and configurations that were run on two folds or more, together where folds, their data, source and protocol
/// are the same. Of runs of a fold on other data, those that were run last count. In the order of datasets; the folds ascend.
[[nodiscard]] std::vector<std::pair<std::vector<int64_t>, Runs>> runs_of_folds(const Runs& runs);

}  // namespace vbench
