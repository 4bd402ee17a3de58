// A generated stand-in for something-something-v2. Used by location.cpp when the official data is missing, and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "datasets/something/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::something {

/// The options by name: two stand-ins are the same if these and their seeds are.
[[nodiscard]] std::map<std::string, std::string> standin_values(StandinOptions options);

/// Writes a folder with the official files and videos, marked as synthetic. An older stand-in there is replaced, nothing else ever.
/// @throws Error kInput if the folder cannot be written or holds other files, kUsage for options that describe no video
DataReport write_standin(const StandinOptions& options, uint64_t seed, const std::string& folder);

}  // namespace vbench::something
