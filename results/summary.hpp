// What `vbench run` prints at its end: the seeds of one configuration together.
#pragma once

#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/published.hpp"

namespace vbench {

/// The one JSON object of `run --format json`, with a final newline. "epochs" is the largest number over the seeds; "published" is empty
/// for synthetic data. "speeds" has one value a seed, "speed_unreliable" the reason of every seed whose speeds are not to be trusted.
/// @param seeds      one record a seed, same method, variant and dataset; at least one
/// @param published  may be nullptr
[[nodiscard]] std::string run_json(const std::vector<RunRecord>& seeds, const Published* published);

/// The same of runs on several folds: "folds", "scores" with mean and deviation over them, of which each counts by the mean over its seeds,
/// and "runs": the object of run_json() of each fold. "left_out" has the ids of INVALID runs, which count in no score: a fold without a
/// valid run has the value null and is no part of the mean. "verdict" is that of all runs together; "published" has the figures that are
/// means of as many folds as count.
/// @param folds  the records of run_json() for each fold; at least one
[[nodiscard]] std::string folds_json(const std::vector<std::vector<RunRecord>>& folds, const Published* published);

}  // namespace vbench
