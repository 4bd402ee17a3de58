// How scores over seeds become table cells and columns. Private to results/.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/table.hpp"

namespace vbench {

/// A metric key taken apart for tables: "v2p_r1" -> group "v2p", column "R@1". Keys without such a form have no group.
struct MetricLabel {
  std::string group, column;
};
[[nodiscard]] MetricLabel metric_label(const std::string& key);

/// Keys that any of the runs has, in the order in which tables show metrics; unknown ones last.
[[nodiscard]] std::vector<std::string> metrics_of(std::span<const RunRecord* const> runs);

/// Values of one score over the runs; NaN where a run lacks it.
[[nodiscard]] std::vector<double> values_of(std::span<const RunRecord* const> runs, const std::string& key);

/// "75.35 ±2.67", or "75.35" without a deviation; NaN is "-".
[[nodiscard]] Cell score_cell(const std::string& key, double mean, std::optional<double> deviation);
[[nodiscard]] Cell score_cell(const std::string& key, std::span<const double> values);

/// "+1.20": `ours` minus `theirs`.
[[nodiscard]] Cell difference_cell(const std::string& key, double ours, double theirs);

/// "real data" or "SYNTHETIC stand-in data".
[[nodiscard]] std::string source_title(Source source);

/// What must be said below every table of synthetic results.
[[nodiscard]] std::string synthetic_note();

}  // namespace vbench
