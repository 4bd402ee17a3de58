#include "harness/core/scores.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vbench {
namespace {

void add_retrieval(std::vector<MetricInfo>& all) {
  const std::vector<std::pair<std::string, std::string>> directions{
      {"v2p", "video to paragraph"}, {"p2v", "paragraph to video"}, {"c2s", "clip to sentence"}, {"s2c", "sentence to clip"}};
  for (const auto& [key, title] : directions) {
    for (const char* k : {"1", "5", "10", "50"})
      all.push_back({key + "_r" + k, title + " R@" + k, Unit::kFraction, Direction::kHigherIsBetter});
    all.push_back({key + "_medr", title + " median rank", Unit::kRank, Direction::kLowerIsBetter});
    all.push_back({key + "_meanr", title + " mean rank", Unit::kRank, Direction::kLowerIsBetter});
  }
}

/// A share or correlation of one kind of sets.
MetricInfo part(const std::string& key, const std::string& title, Unit unit = Unit::kFraction) {
  return {key, title, unit, Direction::kHigherIsBetter, true};
}

void add_abstraction(std::vector<MetricInfo>& all) {
  const std::vector<std::pair<std::string, std::string>> shares{{"abstraction_top1", "set abstraction top-1"},
                                                                {"abstraction_top5", "set abstraction top-5"}};
  for (const auto& [key, title] : shares) all.push_back({key, title + " accuracy"});
  for (const auto& [key, title] : shares) {
    for (int n = 1; n <= 4; ++n) all.push_back(part(fmt::format("{}_n{}", key, n), fmt::format("{} accuracy, subsets of {}", title, n)));
  }
  for (const char* kind : {"concrete", "abstract"})
    all.push_back(part(fmt::format("abstraction_top1_{}", kind), fmt::format("set abstraction top-1 accuracy, {} targets", kind)));
  all.push_back({"abstraction_distance", "graph distance from the predicted to the true concept", Unit::kEdges, Direction::kLowerIsBetter});
}

void add_completion(std::vector<MetricInfo>& all) {
  const std::string key = "completion_rho", title = "set completion Spearman correlation";
  all.push_back({key, title, Unit::kCorrelation});
  for (int n = 1; n <= 4; ++n)
    all.push_back(part(fmt::format("{}_n{}", key, n), fmt::format("{}, sets of {}", title, n), Unit::kCorrelation));
  all.push_back({"completion_undefined", "set completion records without a correlation", Unit::kCount, Direction::kLowerIsBetter, true});
}

void add_odd_one_out(std::vector<MetricInfo>& all) {
  const std::vector<std::pair<std::string, std::string>> shares{{"ooo_acc", "odd one out accuracy@1"},
                                                                {"ooo_acc2", "odd one out accuracy@2"}};
  for (const auto& [key, title] : shares) all.push_back({key, title});
  for (const auto& [key, title] : shares) {
    for (int n = 3; n <= 5; ++n) all.push_back(part(fmt::format("{}_n{}", key, n), fmt::format("{}, sets of {}", title, n)));
  }
  all.push_back({"ooo_rank", "odd one out mean rank of the true one", Unit::kRank, Direction::kLowerIsBetter, true});
}

std::vector<MetricInfo> make_metrics() {
  std::vector<MetricInfo> all;
  add_retrieval(all);
  add_abstraction(all);
  add_completion(all);
  add_odd_one_out(all);
  return all;
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
  return std::nullopt;
}

std::string format_score(std::string_view key, double value) {
  if (std::isnan(value)) return "-";
  const auto metric = find_metric(key);
  if (metric && metric->unit == Unit::kFraction) return fmt::format("{:.2f}", 100.0 * value);
  if (metric && metric->unit == Unit::kRank) return fmt::format("{:.1f}", value);
  if (metric && metric->unit == Unit::kCorrelation) return fmt::format("{:.4f}", value);
  if (metric && metric->unit == Unit::kEdges) return fmt::format("{:.2f}", value);
  return fmt::format("{:.4g}", value);
}

}  // namespace vbench
