// What `vbench data synth` calls. Used by the datasets' register functions.
#pragma once

#include <string>

#include "harness/core/registry.hpp"

namespace vbench::synthetic {

/// Writes a stand-in into `folder`, or, with annotations=DIR and word_vectors=FILE among the settings, features for real annotations.
/// The other settings are those of VideoTextWorld or RealAnnotationOptions.
/// @throws Error kUsage for an unknown setting, kInput for bad files or a folder with other data
DataReport synthesize_youcook2(const DataRequest& request, const std::string& folder);
DataReport synthesize_activitynet(const DataRequest& request, const std::string& folder);

/// Writes a stand-in of the set-abstraction datasets into `folder`; the settings are those of SetWorld.
/// @throws Error kUsage for an unknown setting, kInput for a folder with other data
DataReport synthesize_kinetics(const DataRequest& request, const std::string& folder);
DataReport synthesize_moments(const DataRequest& request, const std::string& folder);

}  // namespace vbench::synthetic
