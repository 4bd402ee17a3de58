// Scores and the vocabulary of metric names that every method, table and gate shares.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vbench {

/// Score name -> value; shares are fractions 0..1 everywhere and become percent only in tables.
using Scores = std::map<std::string, double>;

enum class Unit { kFraction, kRank, kIndex, kSeconds, kRate, kCount, kCorrelation, kEdges, kLoss, kNats };
enum class Direction { kHigherIsBetter, kLowerIsBetter };

/// What a score name means; `vbench list metrics` prints these.
struct MetricInfo {
  std::string key;    ///< "v2p_r1"
  std::string title;  ///< "video to paragraph R@1"
  Unit unit = Unit::kFraction;
  Direction direction = Direction::kHigherIsBetter;
  std::string group = "";   ///< "v2p": metrics that stand side by side in a table
  std::string column = "";  ///< "R@1": the metric within its group
  bool detail = false;      ///< for programs, too much for a table unless a paper reports it
};

/// All known metrics in the order in which tables show them.
[[nodiscard]] const std::vector<MetricInfo>& all_metrics();
[[nodiscard]] std::optional<MetricInfo> find_metric(std::string_view key);

/// A score as people read it: 0.6512 -> "65.12" for a fraction, "3.0" for a rank, "0.651" for a correlation. NaN -> "-".
[[nodiscard]] std::string format_score(std::string_view key, double value);

}  // namespace vbench
