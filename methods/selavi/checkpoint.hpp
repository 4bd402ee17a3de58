// Weights of the authors' files, of vbench and of torchvision's video networks, as far as names and shapes agree. Used by the method and
// tests.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "methods/selavi/classifier.hpp"
#include "methods/selavi/network.hpp"

namespace vbench::selavi {

/// Clusterings of a file or network.
struct HeadCount {
  int64_t heads = 0, clusters = 0;
  bool operator==(const HeadCount&) const = default;
};

/// What became of every tensor of a partial load.
struct LoadReport {
  std::vector<std::string> loaded;        ///< of the network, in its order
  std::vector<std::string> not_loaded;    ///< of the network: not in the source, or of another shape there
  std::vector<std::string> misshapen;     ///< those of not_loaded that the source has otherwise: "mlp_v.bias: 309, here 28"
  std::vector<std::string> unused;        ///< of the source, in its order
  std::optional<HeadCount> source_heads;  ///< of the source, if it has heads
  std::optional<HeadCount> heads;         ///< of the network, if it has heads

  /// A line for people: how many were loaded, both numbers of heads and clusters if they differ, and which parts were not filled.
  [[nodiscard]] std::string text() const;
  /// Every tensor of the network was filled but for BatchNorm's counts of steps, on which nothing depends.
  [[nodiscard]] bool complete() const;
};

/// Copies every tensor of `source` whose name and shape the network has; leaves the others alone. The source may be the whole network, the
/// one that was fine-tuned ("base.stem.0.weight") or a video network alone ("stem.0.weight").
/// @throws Error kInput for values that are not finite; nothing is changed then
LoadReport load_matching(const Weights& source, const Network& network);
LoadReport load_matching(const Weights& source, const Classifier& classifier);

/// Tensors of a file in its order, names without "module.": the authors' {"model": ...}, a bare state dict, or weights saved by vbench
/// under "selavi". @throws Error kInput if it holds none
[[nodiscard]] Weights read_checkpoint(const std::filesystem::path& file);

/// load_matching() of a file. @throws Error kInput also if nothing fits
LoadReport import_checkpoint(const std::filesystem::path& file, const Network& network);
/// The same of a file that must fill the whole video network: its linear layer alone may be missing.
/// @throws Error kInput for a part that is not there or has another shape; nothing is changed then
LoadReport import_checkpoint(const std::filesystem::path& file, const Classifier& classifier);
/// The video network of any of these files. @param base  all its tensors, named "base.stem.0.weight", ...; it is filled or left alone
LoadReport import_video_network(const std::filesystem::path& file, const Weights& base);

/// For Experiment::import_checkpoint().
[[nodiscard]] inline ImportReport report_of(const LoadReport& report) { return {report.text(), report.complete()}; }

}  // namespace vbench::selavi
