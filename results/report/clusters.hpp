// Clusters of videos as people look at them: what is in each, which of its videos stand for it. Plain numbers, no pictures. Used by the
// page and by `vbench report`.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace vbench::report {

/// One cluster that has videos.
struct Cluster {
  int64_t number = 0;
  double purity = 0;                                ///< share of the most frequent label
  double entropy_bits = 0;                          ///< of the labels
  std::vector<std::pair<int64_t, int64_t>> labels;  ///< label and its videos, the most frequent first, the lower label among equals
  std::vector<int64_t> members;                     ///< places of its videos: in the order of `labels`, then ascending

  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(members.size()); }
};

/// In the order of their numbers. @param clusters, labels  of every video
[[nodiscard]] std::vector<Cluster> clusters_of(std::span<const int64_t> clusters, std::span<const int64_t> labels);

/// At most `count` of them, evenly spread: a label with half of the members gets half of the examples.
[[nodiscard]] std::vector<int64_t> spread(const std::vector<int64_t>& members, int64_t count);

}  // namespace vbench::report
