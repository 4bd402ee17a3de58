// What `vbench run` prints at its end: the seeds of one configuration together.
#pragma once

#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/published.hpp"

namespace vbench {

/// The one JSON object of `run --format json`, with a final newline. "epochs" is the largest number over the seeds; "published" is empty
/// for synthetic data.
/// @param seeds      one record a seed, same method, variant and dataset; at least one
/// @param published  may be nullptr
[[nodiscard]] std::string run_json(const std::vector<RunRecord>& seeds, const Published* published);

}  // namespace vbench
