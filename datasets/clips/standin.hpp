// The stand-in of a labelled video dataset: rendered videos in the dataset's layout, converted and indexed. Used where official files are
// missing and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "datasets/clips/family.hpp"

namespace vbench::clips {

/// Settings by name, as they tell one stand-in from another.
[[nodiscard]] std::map<std::string, std::string> standin_values(StandinOptions options);

/// Video files, frames.db, labels/ and the marker; whole or not at all. Same options and seed, same frames.
/// @throws Error kInput if the folder holds files that were not generated; kUsage for options that describe no video
DataReport write_standin(const Family& family, const StandinOptions& options, uint64_t seed, const std::string& folder);

/// `vbench data synth`: the request's settings are those of StandinOptions.
DataReport synthesize(const std::string& dataset, const DataRequest& request, const std::string& folder);

}  // namespace vbench::clips
