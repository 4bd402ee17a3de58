// Scores and tables of clusterings: what every way to cluster videos is judged by. Used by the protocols of SeLaVi and of k-means.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench::selavi {

/// Clusters of evaluated videos, of one or several heads.
struct ClusteredVideos {
  at::Tensor clusters;  ///< [N, H] int64
  at::Tensor classes;   ///< [N] int64
  std::vector<std::string> ids;
};

/// NMI with the classes of every head.
[[nodiscard]] std::vector<double> nmi_of_heads(const at::Tensor& clusters, const at::Tensor& classes);

/// The head with the best NMI, the first among equals.
[[nodiscard]] int64_t best_head(const ClusteredVideos& videos);

/// Scores of the best head (nmi, anmi, ari, acc, purity, entropy) and nmi_mean over heads. The choice of the head knows the classes, as
/// published. Empty without videos.
[[nodiscard]] Evaluation evaluate_clusters(const ClusteredVideos& videos);
[[nodiscard]] ProtocolId cluster_protocol_id();

/// What was prescribed for the clusters of the training split, and what came of it.
struct PrescribedSizes {
  at::Tensor labelled;  ///< [H, K] int64: by the labels; undefined: nothing is known of labels
  at::Tensor drawn;     ///< [H, K] float64
};

/// clusters.csv: id, class, the cluster of every head. cluster_summary.csv: size, purity, entropy, most frequent class of the best head's
/// clusters. marginals.csv: sizes of every head in ascending order, as evaluated and, where known, as labelled, as drawn, and as the
/// transport then prescribes them: reciprocals of the drawn ones. Nothing without videos.
/// @param class_names  "class 7" where there is none
void write_cluster_files(const std::filesystem::path& folder, const ClusteredVideos& videos, const std::vector<std::string>& class_names,
                         int64_t clusters, const PrescribedSizes& sizes = {});

/// labellings.csv: rows of SelfLabelling::history(). Nothing for none.
void write_history(const std::filesystem::path& folder, const at::Tensor& history);

}  // namespace vbench::selavi
