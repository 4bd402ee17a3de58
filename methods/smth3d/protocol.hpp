// How smth3d is evaluated: top-1 and top-5, confusions, commonsense score, and the files that a test server or a reader wants.
// Used by method.hpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/something/contrastive_groups.hpp"
#include "harness/core/experiment.hpp"

namespace vbench::smth3d {

/// What the network says of one batch of videos, on the CPU.
struct Outputs {
  at::Tensor logits;    ///< [B, K] float32
  at::Tensor features;  ///< [B, F] float32
  at::Tensor labels;    ///< [B] int64; -1: unlabelled
  std::vector<std::string> ids;
};

/// What the scores need to know of the data.
struct ClassKnowledge {
  std::vector<std::string> names;                   ///< may be empty: classes are called by their numbers
  std::vector<something::ContrastiveGroup> groups;  ///< empty: no commonsense score
};

/// A name for each of the network's outputs; "class 7" where there is none.
[[nodiscard]] std::vector<std::string> class_labels(const std::vector<std::string>& names, int64_t classes);

/// Scores over the labelled videos: top1, top5, class_top1 (mean over classes), and where a contrastive group has
/// videos commonsense and commonsense_chance (share of the most frequent class), over the groups that have. The best epoch is the one with
/// the lowest mean loss.
class SomethingProtocol {
 public:
  SomethingProtocol() = default;
  explicit SomethingProtocol(ClassKnowledge classes) : classes_(std::move(classes)) {}

  void add(const Outputs& outputs);
  /// Without labelled videos there are no scores.
  [[nodiscard]] Evaluation finish() const;
  [[nodiscard]] static ProtocolId id();

  /// confusion.csv, confusion.png, top_confusions.csv and, where there are groups, contrastive_groups.csv of what was added; nothing
  /// without labelled videos.
  void write_evaluation_files(const std::filesystem::path& folder) const;
  /// @throws Error kUsage if there are fewer classes, as far as their names tell
  void check_top(int64_t top) const;
  /// A line a video, `id;c1;...;cN`, the best class first, the lower one among equals: the official format of the test server for top 5.
  /// @throws Error kUsage for more classes than there are; kInput for an id with a semicolon or line end; kNumeric for a NaN
  void save_predictions(const std::filesystem::path& file, int64_t top) const;
  /// HDF5: logits [N, K], features [N, F], labels [N] (-1: unlabelled), ids [N], classes [K].
  void save_embeddings(const std::filesystem::path& file) const;

 private:
  ClassKnowledge classes_;
  std::vector<Outputs> batches_;
};

}  // namespace vbench::smth3d
