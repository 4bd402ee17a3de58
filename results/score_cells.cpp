#include "results/score_cells.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "harness/core/scores.hpp"
#include "metrics/statistics.hpp"

namespace vbench {

MetricLabel metric_label(const std::string& key) {
  const auto metric = find_metric(key);
  return metric ? MetricLabel{metric->group, metric->column} : MetricLabel{"", key};
}

std::vector<std::string> metrics_of(std::span<const RunRecord* const> runs) {
  std::set<std::string> present;
  for (const auto* run : runs) {
    for (const auto& [key, value] : run->scores) present.insert(key);
  }
  std::vector<std::string> ordered;
  for (const auto& metric : all_metrics()) {
    if (present.erase(metric.key) > 0) ordered.push_back(metric.key);
  }
  ordered.insert(ordered.end(), present.begin(), present.end());
  return ordered;
}

std::vector<double> values_of(std::span<const RunRecord* const> runs, const std::string& key) {
  std::vector<double> values;
  for (const auto* run : runs) {
    const auto found = run->scores.find(key);
    values.push_back(found == run->scores.end() ? std::numeric_limits<double>::quiet_NaN() : found->second);
  }
  return values;
}

Cell score_cell(const std::string& key, double average, std::optional<double> deviation) {
  Cell cell{.text = format_score(key, average), .numeric = true, .value = average, .deviation = deviation};
  if (deviation && !std::isnan(average)) cell.text += " ±" + format_score(key, *deviation);
  return cell;
}

Cell score_cell(const std::string& key, std::span<const double> values) {
  const auto deviation = values.size() > 1 ? std::optional(sample_std(values)) : std::nullopt;  // one run says nothing about the spread
  return score_cell(key, mean(values), deviation);
}

Cell difference_cell(const std::string& key, double ours, double theirs) {
  const double difference = ours - theirs;
  std::string text = format_score(key, difference);
  if (difference >= 0) text = "+" + text;
  return {.text = text, .numeric = true, .value = difference};
}

std::string source_title(Source source) { return source == Source::kReal ? "real data" : "SYNTHETIC stand-in data"; }

std::string synthetic_note() {
  return "SYNTHETIC: generated data in the official formats. Nothing here may be compared with a paper or with results on the real "
         "dataset.";
}

}  // namespace vbench
