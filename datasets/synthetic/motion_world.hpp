// Stand-in videos whose classes are motions of a shape, not its look: rendered, encoded as real video files. Used wherever official videos
// are missing and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips/options.hpp"

namespace vbench::synthetic {

/// Names of the motions in index order. Each stays itself when the picture is mirrored, and no single frame tells it from the others.
[[nodiscard]] const std::vector<std::string>& motion_names();

/// Writes a folder in UCF-101's layout: UCF-101/<Motion>/v_<Motion>_gNN_cNN.avi (MPEG-4 in AVI) and ucfTrainTestlist/ with classInd.txt
/// and the lists of split 1. Same options and seed, same frames. Videos are written in parallel.
/// @throws Error kInput if the folder cannot be written, kUsage for options that describe no video
void write_motion_videos(const std::filesystem::path& folder, const clips::StandinOptions& options, uint64_t seed);

}  // namespace vbench::synthetic
