// Weights in the layouts that the authors published; our own best.pth has the newer of them. Used by method.hpp.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench::coot {

/// Copies a file's four networks into `weights` ("net_video_local/norm_input.gain", ...). Accepts a dictionary of the four networks, or the
/// list of version 0.1 with its older names; zip and legacy serialisation alike.
/// @throws Error kInput naming file, network, tensor, expected and found shape; nothing has been changed then
void import_checkpoint(const std::filesystem::path& file, const std::vector<NamedTensor>& weights);

}  // namespace vbench::coot
