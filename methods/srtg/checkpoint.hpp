// Weights of other networks and of the authors' files, as far as names and shapes agree. Used by the method and tests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "methods/srtg/network.hpp"

namespace vbench::srtg {

/// What became of every tensor of a partial load.
struct LoadReport {
  std::vector<std::string> loaded;        ///< of the network, in its order
  std::vector<std::string> not_loaded;    ///< of the network: not in the source, or of another shape there
  std::vector<std::string> misshapen;     ///< those of not_loaded that the source has with another shape: "fc.weight: 7x512, here 5x512"
  std::vector<std::string> unused;        ///< of the source, in its order
  std::optional<int64_t> source_classes;  ///< rows of its classifier
  int64_t classes = 0;                    ///< of the network
  bool source_recursion = false;          ///< it has SRTG weights, whatever its name says

  /// A line for people: how many were loaded, both numbers of classes if they differ, and which parts were not filled.
  [[nodiscard]] std::string text() const;
};

/// Copies every tensor of `source` whose name and shape the network has; leaves the others alone.
/// @throws Error kInput for values that are not finite; nothing is changed then
LoadReport load_matching(const Weights& source, const Network& network);

/// Tensors of a file in its order, names without "module.": the authors' {"state_dict": ...}, a bare state dict, or weights saved by vbench
/// under "srtg". @throws Error kInput if it holds none
[[nodiscard]] Weights read_checkpoint(const std::filesystem::path& file);

/// load_matching() of a file. @throws Error kInput also if nothing fits
LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network);

}  // namespace vbench::srtg
