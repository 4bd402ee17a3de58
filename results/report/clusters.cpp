#include "results/report/clusters.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace vbench::report {
namespace {

void describe(Cluster& cluster, std::span<const int64_t> labels) {
  std::map<int64_t, int64_t> counts;
  for (const int64_t video : cluster.members) ++counts[labels[static_cast<size_t>(video)]];
  cluster.labels.assign(counts.begin(), counts.end());
  std::stable_sort(cluster.labels.begin(), cluster.labels.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  const auto size = static_cast<double>(cluster.size());
  cluster.purity = static_cast<double>(cluster.labels.front().second) / size;
  for (const auto& [label, count] : cluster.labels) {
    const double share = static_cast<double>(count) / size;
    cluster.entropy_bits -= count == cluster.size() ? 0 : share * std::log2(share);
  }
  std::map<int64_t, size_t> rank;
  for (size_t i = 0; i < cluster.labels.size(); ++i) rank[cluster.labels[i].first] = i;
  const auto rank_of = [&](int64_t video) { return rank.at(labels[static_cast<size_t>(video)]); };
  std::stable_sort(cluster.members.begin(), cluster.members.end(), [&](int64_t a, int64_t b) { return rank_of(a) < rank_of(b); });
}

}  // namespace

std::vector<Cluster> clusters_of(std::span<const int64_t> clusters, std::span<const int64_t> labels) {
  std::map<int64_t, Cluster> by_number;
  for (size_t i = 0; i < clusters.size(); ++i) {
    Cluster& cluster = by_number[clusters[i]];
    cluster.number = clusters[i];
    cluster.members.push_back(static_cast<int64_t>(i));
  }
  std::vector<Cluster> all;
  for (auto& [number, cluster] : by_number) {
    describe(cluster, labels);
    all.push_back(std::move(cluster));
  }
  return all;
}

std::vector<int64_t> spread(const std::vector<int64_t>& members, int64_t count) {
  const auto size = static_cast<int64_t>(members.size());
  if (size <= count) return members;
  std::vector<int64_t> chosen;
  for (int64_t i = 0; i < count; ++i) chosen.push_back(members[static_cast<size_t>((2 * i + 1) * size / (2 * count))]);
  return chosen;
}

}  // namespace vbench::report
