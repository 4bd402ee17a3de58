// Weights of other networks and of the authors' files, as far as names and shapes agree. Used by the method and tests.
#pragma once

#include <filesystem>
#include <string>

#include "methods/nn/state_dict.hpp"
#include "methods/srtg/network.hpp"

namespace vbench::srtg {

/// What became of every tensor of a partial load.
struct LoadReport : nn::LoadReport {
  bool source_recursion = false;  ///< it has SRTG weights, whatever its name says

  /// A line for people: how many were loaded, both numbers of classes if they differ, and which parts were not filled.
  [[nodiscard]] std::string text() const;
};

/// Copies every tensor of `source` whose name and shape the network has; leaves the others alone.
/// @throws Error kInput for values that are not finite; nothing is changed then
LoadReport load_matching(const Weights& source, const Network& network);

/// load_matching() of the authors' {"state_dict": ...}, a bare state dict, or weights saved by vbench under "srtg".
/// @throws Error kInput also if nothing fits
LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network);

}  // namespace vbench::srtg
