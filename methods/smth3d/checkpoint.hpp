// Weights of the authors' files and of ours. Used by the method and tests.
#pragma once

#include <filesystem>

#include "methods/nn/state_dict.hpp"
#include "methods/smth3d/network.hpp"

namespace vbench::smth3d {

/// Copies the whole column, and the classifier if it has as many classes; else that is left as it is.
/// @throws Error kInput for tensors of the column that are missing or have another shape, and for values that are not finite; nothing is
/// changed then
nn::LoadReport load_weights(const nn::Weights& source, const Network& network);

/// load_weights() of the authors' `.pth.tar` (either serialisation of PyTorch, names with or without "module."), a bare state dict, or
/// weights saved by vbench under "smth3d".
nn::LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network);

}  // namespace vbench::smth3d
