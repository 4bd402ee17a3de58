#include "harness/core/scores.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vbench {
namespace {

constexpr auto kHigher = Direction::kHigherIsBetter, kLower = Direction::kLowerIsBetter;

void add_retrieval(std::vector<MetricInfo>& all) {
  const std::vector<std::pair<std::string, std::string>> directions{
      {"v2p", "video to paragraph"}, {"p2v", "paragraph to video"}, {"c2s", "clip to sentence"}, {"s2c", "sentence to clip"}};
  for (const auto& [key, title] : directions) {
    for (const int k : {1, 5, 10, 50}) {
      const auto column = fmt::format("R@{}", k);
      all.push_back({fmt::format("{}_r{}", key, k), fmt::format("{} {}", title, column), Unit::kFraction, kHigher, key, column, k == 50});
    }
    all.push_back({key + "_medr", title + " median rank", Unit::kRank, kLower, key, "MedR"});
    all.push_back({key + "_meanr", title + " mean rank", Unit::kRank, kLower, key, "MeanR", true});
    all.push_back({key + "_mrr", title + " mean of 1/rank", Unit::kFraction, kHigher, key, "MRR", true});
    all.push_back({key + "_gmr", title + " geometric mean rank", Unit::kRank, kLower, key, "GeoR", true});
  }
}

/// A figure over all sets, then for every size: "abstraction_top1", "abstraction_top1_n1", ...
struct BySize {
  std::string key, title, sizes_of, group;
  Unit unit;
  int first, last;
};

void add_by_size(std::vector<MetricInfo>& all, const BySize& figure) {
  all.push_back({figure.key, figure.title, figure.unit, kHigher, figure.group, "all"});
  for (int n = figure.first; n <= figure.last; ++n) {
    all.push_back({fmt::format("{}_n{}", figure.key, n), fmt::format("{}, {} of {}", figure.title, figure.sizes_of, n), figure.unit,
                   kHigher, figure.group, fmt::format("n={}", n)});
  }
}

void add_set_tasks(std::vector<MetricInfo>& all) {
  add_by_size(all, {"abstraction_top1", "set abstraction top-1 accuracy", "subsets", "abstr@1", Unit::kFraction, 1, 4});
  add_by_size(all, {"abstraction_top5", "set abstraction top-5 accuracy", "subsets", "abstr@5", Unit::kFraction, 1, 4});
  for (const std::string kind : {"concrete", "abstract"}) {
    all.push_back({"abstraction_top1_" + kind, "set abstraction top-1 accuracy, " + kind + " targets", Unit::kFraction, kHigher, "abstr@1",
                   kind, true});
  }
  all.push_back({"abstraction_distance", "edges from the predicted to the true concept", Unit::kEdges, kLower, "abstr", "distance", true});
  add_by_size(all, {"completion_rho", "set completion Spearman correlation", "sets", "rho", Unit::kCorrelation, 1, 4});
  all.push_back({"completion_undefined", "set completion records without a correlation", Unit::kCount, kLower, "rho", "undefined", true});
  add_by_size(all, {"ooo_acc", "odd one out accuracy@1", "sets", "odd@1", Unit::kFraction, 3, 5});
  add_by_size(all, {"ooo_acc2", "odd one out accuracy@2", "sets", "odd@2", Unit::kFraction, 3, 5});
  all.push_back({"ooo_rank", "odd one out mean rank of the true one", Unit::kRank, kLower, "odd", "rank", true});
}

/// One label a clip or video.
void add_classification(std::vector<MetricInfo>& all) {
  all.push_back({"top1", "top-1 accuracy, one clip a video", Unit::kFraction, kHigher, "", "top-1"});
  all.push_back({"top5", "top-5 accuracy, one clip a video", Unit::kFraction, kHigher, "", "top-5"});
  all.push_back(
      {"commonsense", "accuracy within contrastive groups of classes, mean over groups", Unit::kFraction, kHigher, "contrastive", "score"});
  all.push_back({"commonsense_chance", "share of the most frequent class of a contrastive group, mean over groups", Unit::kFraction,
                 kHigher, "contrastive", "most frequent", true});
  all.push_back({"video_top1", "top-1 accuracy, mean over all clips of a video", Unit::kFraction, kHigher, "video", "top-1"});
  all.push_back({"video_top5", "top-5 accuracy, mean over all clips of a video", Unit::kFraction, kHigher, "video", "top-5"});
  all.push_back({"mrr", "mean of 1/rank of the right class, one clip a video", Unit::kFraction, kHigher, "", "MRR", true});
  all.push_back(
      {"video_mrr", "mean of 1/rank of the right class, mean over all clips of a video", Unit::kFraction, kHigher, "video", "MRR", true});
  all.push_back({"class_top1", "top-1 accuracy, mean over classes", Unit::kFraction, kHigher, "", "class mean", true});
  all.push_back(
      {"upstream_top1", "top-1 as SRTG's authors write it: mean of running means", Unit::kFraction, kHigher, "upstream", "top-1", true});
  all.push_back(
      {"upstream_top5", "top-5 as SRTG's authors write it: mean of running means", Unit::kFraction, kHigher, "upstream", "top-5", true});
  all.push_back({"upstream_loss", "loss as SRTG's authors write it: mean of running means", Unit::kLoss, kLower, "upstream", "loss", true});
}

/// Clusters against classes, and neighbours among features.
void add_clustering(std::vector<MetricInfo>& all) {
  all.push_back({"nmi", "normalised mutual information of clusters and classes, best head", Unit::kFraction, kHigher, "clusters", "NMI"});
  all.push_back({"anmi", "the same, adjusted for chance", Unit::kFraction, kHigher, "clusters", "aNMI"});
  all.push_back({"ari", "adjusted Rand index of clusters and classes", Unit::kFraction, kHigher, "clusters", "aRI"});
  all.push_back({"acc", "accuracy with the best assignment of clusters to classes", Unit::kFraction, kHigher, "clusters", "acc"});
  all.push_back({"purity", "share of a cluster's most frequent class, mean over clusters", Unit::kFraction, kHigher, "clusters", "purity"});
  all.push_back({"purity_items", "share of videos of their cluster's most frequent class", Unit::kFraction, kHigher, "clusters",
                 "purity of videos", true});
  all.push_back({"entropy", "entropy of the classes in a cluster in nats, mean over clusters", Unit::kNats, kLower, "clusters", "entropy"});
  all.push_back({"nmi_mean", "normalised mutual information, mean over heads", Unit::kFraction, kHigher, "clusters", "NMI mean", true});
  all.push_back({"nmi_video", "normalised mutual information of what is seen alone, best head", Unit::kFraction, kHigher, "clusters",
                 "NMI video", true});
  all.push_back({"nmi_audio", "normalised mutual information of what is heard alone, best head", Unit::kFraction, kHigher, "clusters",
                 "NMI audio", true});
  for (const int k : {1, 5, 10, 20, 50}) {
    all.push_back({fmt::format("recall_{}", k), fmt::format("videos with one of their class among the {} nearest", k), Unit::kFraction,
                   kHigher, "neighbours", fmt::format("R@{}", k), k > 20});
  }
}

std::vector<MetricInfo> make_metrics() {
  std::vector<MetricInfo> all;
  add_retrieval(all);
  add_set_tasks(all);
  add_classification(all);
  add_clustering(all);
  return all;
}

/// A share within any k, described as that within 5: "v2p_r3" as "v2p_r5". Details: no paper's table has them.
std::optional<MetricInfo> within_any(std::string_view key) {
  const size_t end = key.find_last_not_of("0123456789");
  if (end == std::string_view::npos || end + 1 == key.size() || key[end + 1] == '0') return std::nullopt;
  const auto stem = key.substr(0, end + 1), k = key.substr(end + 1);
  if (!stem.ends_with("_r") && stem != "top" && stem != "video_top") return std::nullopt;
  for (MetricInfo info : all_metrics()) {
    if (info.key != fmt::format("{}5", stem)) continue;
    const auto renumbered = [&](std::string& text, const std::string& before) {
      const size_t at = text.find(before + "5");
      if (at != std::string::npos) text.replace(at + before.size(), 1, k);
    };
    renumbered(info.title, "R@");
    renumbered(info.title, "top-");
    renumbered(info.column, "R@");
    renumbered(info.column, "top-");
    info.key = key;
    info.detail = true;
    return info;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<MetricInfo>& all_metrics() {
  static const std::vector<MetricInfo> metrics = make_metrics();
  return metrics;
}

std::optional<MetricInfo> find_metric(std::string_view key) {
  for (const auto& metric : all_metrics()) {
    if (metric.key == key) return metric;
  }
  return within_any(key);
}

std::string format_score(std::string_view key, double value) {
  if (std::isnan(value)) return "-";
  const auto metric = find_metric(key);
  if (metric && metric->unit == Unit::kFraction) return fmt::format("{:.2f}", 100.0 * value);
  if (metric && metric->unit == Unit::kRank) return fmt::format("{:.1f}", value);
  if (metric && metric->unit == Unit::kCorrelation) return fmt::format("{:.3f}", value);
  if (metric && metric->unit == Unit::kEdges) return fmt::format("{:.2f}", value);
  if (metric && metric->unit == Unit::kNats) return fmt::format("{:.3f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace vbench
