// Weights from files of PyTorch and of vbench: reading them, and copying what has the name and shape of a network's tensor.
// Used by the methods' checkpoint.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/error.hpp"
#include "methods/nn/weights.hpp"

namespace vbench::nn {

/// Where a file keeps its weights, and how messages call the network.
struct StateDictLayout {
  const char* network;     ///< "SRTG"
  const char* own_key;     ///< under which vbench saves them: "srtg"
  const char* classifier;  ///< the tensor with a row a class: "fc.weight"
};

/// What became of every tensor of a partial load.
struct LoadReport {
  std::vector<std::string> loaded;        ///< of the network, in its order
  std::vector<std::string> not_loaded;    ///< of the network: not in the source, or of another shape there
  std::vector<std::string> misshapen;     ///< those of not_loaded that the source has with another shape: "fc.weight: 7x512, here 5x512"
  std::vector<std::string> unused;        ///< of the source, in its order
  std::optional<int64_t> source_classes;  ///< rows of its classifier
  int64_t classes = 0;                    ///< of the network

  /// A line for people: how many were loaded, both numbers of classes if they differ, and which parts were not filled.
  /// @param part_of  what a reader wants to know of a tensor's name; null: the name without its last word
  [[nodiscard]] std::string text(const std::function<std::string(const std::string&)>& part_of = nullptr) const;
};

/// Copies every tensor of `source` whose name and shape `target` has; leaves the others alone. Counters that a BatchNorm
/// of PyTorch before 0.4.1 lacks are neither loaded nor missed.
/// @throws Error kInput for values that are not finite; nothing is changed then
LoadReport load_matching(const Weights& source, const Weights& target, const StateDictLayout& layout);

/// Tensors of a file in its order, names without "module.": the authors' {"state_dict": ...}, a bare state dict, or weights saved by
/// vbench.
/// @throws Error kInput if it holds none
[[nodiscard]] Weights read_state_dict(const std::filesystem::path& file, const StateDictLayout& layout);

/// What the three kinds of files are, for errors.
inline constexpr const char* kLayoutHint =
    "expected the authors' checkpoint with a state_dict, a bare state dict, or weights saved by vbench";

/// The given error as one of this file.
[[nodiscard]] Error error_in_file(const Error& error, const std::filesystem::path& file);

}  // namespace vbench::nn
