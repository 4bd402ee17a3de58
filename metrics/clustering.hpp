// How well clusters agree with classes: mutual information, Rand index, accuracy, purity, entropy. Pure functions of counts.
// Used by the protocols and logs of methods that find clusters, and by the browser of clusters.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "metrics/contingency.hpp"

namespace vbench {

// Rows of a table are clusters, its columns classes; clusters and classes without samples do not exist. The three indices below follow the
// conventions of scikit-learn 1.2: labellings that group the samples alike score 1, which includes no samples at all and one group on both
// sides. They don't change if rows and columns change places.

/// Entropy in nats of a draw from groups of these sizes; 0 for no groups.
[[nodiscard]] double group_entropy(std::span<const int64_t> sizes);

/// What one labelling says about the other, in nats, >= 0.
[[nodiscard]] double mutual_information(const Contingency& table);

/// NMI: mutual information over the arithmetic mean of both entropies, 0..1.
[[nodiscard]] double normalised_mutual_information(const Contingency& table);
/// The same for two labellings. @param a, b  [N] int64, any values
[[nodiscard]] double normalised_mutual_information(const at::Tensor& a, const at::Tensor& b);

/// AMI: the same with the exact value expected by chance taken off numerator and denominator; about 0 for unrelated labellings, 1 at most.
[[nodiscard]] double adjusted_mutual_information(const Contingency& table);

/// ARI: the share of pairs of samples that both labellings keep together or apart, adjusted for chance; 1 at most.
[[nodiscard]] double adjusted_rand_index(const Contingency& table);

/// Share of samples whose cluster is assigned to their class by the best one-to-one assignment; clusters or classes may be left over. NaN
/// without samples.
[[nodiscard]] double matched_accuracy(const Contingency& table);

/// One cluster.
struct ClusterSummary {
  int64_t cluster = 0;         ///< its number
  int64_t size = 0;            ///< samples, > 0
  int64_t dominant_label = 0;  ///< the most frequent label, the lowest one among equals
  double purity = 0;           ///< share of the dominant label
  double entropy_nats = 0;     ///< of the labels in the cluster
  double entropy_bits = 0;
};

/// The clusters that have samples, in the order of their numbers.
[[nodiscard]] std::vector<ClusterSummary> summarise_clusters(const Contingency& table);
[[nodiscard]] std::vector<ClusterSummary> summarise_clusters(const at::Tensor& clusters, const at::Tensor& labels);

struct ClusterScores {
  double nmi = 0, anmi = 0, ari = 0;
  double accuracy = 0;
  double purity = 0;           ///< plain mean over clusters, NaN without samples, as below
  double purity_weighted = 0;  ///< mean over samples
  double entropy = 0;          ///< nats, plain mean over clusters
  int64_t clusters = 0;        ///< that have samples
  int64_t classes = 0;
};

[[nodiscard]] ClusterScores cluster_scores(const Contingency& table);

/// @param clusters, labels  [N] int64, any values
/// @throws Error            kInput for shapes and types
[[nodiscard]] ClusterScores cluster_scores(const at::Tensor& clusters, const at::Tensor& labels);

}  // namespace vbench
