// Weights in the authors' layout, and what the names of their files say. Used by method.hpp.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench::sam {

/// Copies the weights of a checkpoint into `weights` ("sam/<name>"): the authors' {"state_dict": {"module.<name>": ...}, ...}, a bare
/// state dict, or weights saved by vbench. Other entries (epoch, optimiser, best accuracy) are ignored.
/// @throws Error kInput for files without such weights, and for missing, unknown, misshapen or non-finite ones; says which scales the
/// file has if they are others
void import_checkpoint(const std::filesystem::path& file, const std::vector<NamedTensor>& weights);

/// What the authors' file names say: AbstractionEmbedding_[<exp>_]<dataset>[_<model>_<we>-<wa>_<criteria>_<optimiser>-<lr>]_SAM_<scales>...
struct AuthorsName {
  std::string dataset;
  std::vector<int64_t> scales;
};
/// Nothing for other names.
[[nodiscard]] std::optional<AuthorsName> parse_authors_name(const std::string& file_name);

}  // namespace vbench::sam
