#include "harness/core/scores.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vbench {
namespace {

std::vector<MetricInfo> make_metrics() {
  std::vector<MetricInfo> all;
  const std::vector<std::pair<std::string, std::string>> directions{
      {"v2p", "video to paragraph"}, {"p2v", "paragraph to video"}, {"c2s", "clip to sentence"}, {"s2c", "sentence to clip"}};
  for (const auto& [key, title] : directions) {
    for (const char* k : {"1", "5", "10", "50"})
      all.push_back({key + "_r" + k, title + " R@" + k, Unit::kFraction, Direction::kHigherIsBetter});
    all.push_back({key + "_medr", title + " median rank", Unit::kRank, Direction::kLowerIsBetter});
    all.push_back({key + "_meanr", title + " mean rank", Unit::kRank, Direction::kLowerIsBetter});
  }
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
  return fmt::format("{:.4g}", value);
}

}  // namespace vbench
