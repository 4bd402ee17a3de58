// Stand-in video-text data in the official on-disk layouts. Used by `vbench data synth` and wherever official files are missing.
#pragma once

#include <filesystem>

#include "datasets/synthetic/world.hpp"
#include "harness/core/registry.hpp"

namespace vbench::synthetic {

/// Writes meta_all.json, <video_features>.h5, the text features with their sentence lengths, and the marker. Same options, same bytes.
/// @throws Error kInput if the folder holds files that were not generated; kUsage for options that contradict each other
DataReport write_youcook2_standin(const std::filesystem::path& folder, VideoTextWorld options = youcook2_world());

/// The same for ActivityNet: keys <id>_<split>, frame features as features/<video_features>/v_<id>.npz.
DataReport write_activitynet_standin(const std::filesystem::path& folder, VideoTextWorld options = activitynet_world());

}  // namespace vbench::synthetic
