// The stand-in of a dataset of videos with sound: rendered and played videos in the dataset's layout. Used where official files are missing
// and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "datasets/audio_visual/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::audio_visual {

/// Settings by name, as they tell one stand-in from another.
[[nodiscard]] std::map<std::string, std::string> standin_values(StandinOptions options);

/// {train,val}/<class>/ and the marker; whole or not at all. Same options and seed, same files.
/// @throws Error kInput if the folder holds files that were not generated; kUsage for options that describe no video
DataReport write_standin(const std::string& dataset, const StandinOptions& options, uint64_t seed, const std::string& folder);

/// `vbench data synth`: the request's settings are those of StandinOptions.
DataReport synthesize(const std::string& dataset, const DataRequest& request, const std::string& folder);

}  // namespace vbench::audio_visual
