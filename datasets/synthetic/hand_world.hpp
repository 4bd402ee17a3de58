// Stand-in videos of hands that push, pull and lift, and of turning cameras, with the official files of something-something-v2. Used
// wherever official videos are missing and by `vbench data synth`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "datasets/something/options.hpp"
#include "datasets/synthetic/hand_scene.hpp"

namespace vbench::synthetic {

/// Official class names of the motions in index order, which is alphabetical.
[[nodiscard]] const std::vector<std::string>& hand_motion_names();

/// Whether training has few videos of it. Its mirror image is a class with many: who mirrors videos and names them rightly can learn it.
[[nodiscard]] bool is_scarce(HandMotion motion);

/// Videos of the three splits, counted over all motions.
struct HandWorldSize {
  int64_t train = 0, validation = 0, test = 0;
};

/// Writes 20bn-something-something-v2/<id>.webm, something-something-v2-{labels,train,validation,test}.json, augmentation_mappings.json and
/// contrastive_groups_list.txt. Same options and seed, same bytes. Videos are written in parallel.
/// @throws Error kInput if the folder cannot be written, kUsage for options that describe no video
HandWorldSize write_hand_videos(const std::filesystem::path& folder, const something::StandinOptions& options, uint64_t seed);

}  // namespace vbench::synthetic
