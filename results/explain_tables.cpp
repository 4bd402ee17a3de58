// The parts of differences as tables: one for people, one for programs.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/explain.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

auto row_key(const Explanation& explanation) {
  return std::tie(explanation.dataset, explanation.method, explanation.variant, explanation.configuration, explanation.our_split,
                  explanation.source, explanation.row);
}

std::string signed_score(const std::string& metric, double value) {
  value += 0.0;  // -0 is shown as 0
  const std::string text = format_score(metric, value);
  return value >= 0 ? "+" + text : text;
}

Cell cell_of(const std::string& metric, const DifferencePart& part) {
  switch (part.status) {
    case PartStatus::kNone:
      return {.text = "none", .numeric = true};
    case PartStatus::kNotQuantified:
      return {.text = "?", .numeric = true};
    case PartStatus::kBounded:
      return {.text = fmt::format("{} to {}", signed_score(metric, part.between.low), signed_score(metric, part.between.high)),
              .numeric = true};
    case PartStatus::kQuantified:
      return {.text = signed_score(metric, part.amount), .numeric = true, .value = part.amount};
  }
  return {};
}

std::string metric_name(const std::string& key) {
  const MetricLabel label = metric_label(key);
  return label.group.empty() ? label.column : label.group + " " + label.column;
}

/// "settings: all as published", or with the metrics in front where findings differ from metric to metric.
void add_findings(Table& table, const std::vector<const Explanation*>& lines) {
  for (size_t part = 0; part < lines.front()->parts.size(); ++part) {
    std::vector<std::pair<std::string, std::string>> findings;  // and the metrics that have them
    for (const auto* line : lines) {
      const std::string& finding = line->parts[part].finding;
      const auto same = std::find_if(findings.begin(), findings.end(), [&](const auto& known) { return known.first == finding; });
      if (same == findings.end()) {
        findings.emplace_back(finding, metric_name(line->metric));
      } else {
        same->second += ", " + metric_name(line->metric);
      }
    }
    for (const auto& [finding, metrics] : findings) {
      if (finding.empty()) continue;
      const std::string of = findings.size() > 1 ? fmt::format(" ({})", metrics) : "";
      table.notes.push_back(fmt::format("{}{}: {}.", lines.front()->parts[part].name, of, finding));
    }
  }
}

Table table_of(const std::vector<const Explanation*>& lines) {
  const Explanation& first = *lines.front();
  Table table;
  table.title = fmt::format("{}: {} {}{}, published ({}, {}) minus ours", first.dataset, first.method, first.variant,
                            first.configuration.empty() ? "" : " " + first.configuration, first.source, first.row);
  table.header = {"metric", "published", "ours", "runs", "difference"};
  for (const auto& part : first.parts) table.header.push_back(part.name);
  table.stub = 1;
  for (const auto* line : lines) {
    std::vector<Cell> row{{.text = metric_name(line->metric)},
                          score_cell(line->metric, line->published, std::nullopt),
                          score_cell(line->metric, line->ours, std::nullopt),
                          {.text = std::to_string(line->runs), .numeric = true},
                          difference_cell(line->metric, line->published, line->ours)};
    for (const auto& part : line->parts) row.push_back(cell_of(line->metric, part));
    table.rows.push_back(std::move(row));
  }
  table.notes.emplace_back(
      "Shares in points of a percentage. none: nothing is known to differ. ?: differs or may differ, and how much that does is not known. "
      "unexplained: the difference without the parts that are numbers.");
  add_findings(table, lines);
  return table;
}

Cell number(double value) { return {.text = std::isfinite(value) ? fmt::format("{}", value) : "", .numeric = true, .value = value}; }

}  // namespace

std::vector<Table> explanation_tables(const std::vector<Explanation>& explanations) {
  std::vector<Table> tables;
  for (size_t first = 0; first < explanations.size();) {
    std::vector<const Explanation*> lines;
    for (size_t i = first; i < explanations.size() && row_key(explanations[i]) == row_key(explanations[first]); ++i) {
      lines.push_back(&explanations[i]);
    }
    first += lines.size();
    tables.push_back(table_of(lines));
  }
  return tables;
}

Table explanation_list(const std::vector<Explanation>& explanations) {
  Table table;
  table.title = "Parts of published minus ours; shares as fractions";
  table.header = {"dataset",   "method", "variant",    "configuration", "source", "row",    "split", "our_split", "metric", "runs",
                  "published", "ours",   "difference", "part",          "status", "amount", "low",   "high",      "finding"};
  for (const auto& one : explanations) {
    for (const auto& part : one.parts) {
      table.rows.push_back({{one.dataset},
                            {one.method},
                            {one.variant},
                            {one.configuration},
                            {one.source},
                            {one.row},
                            {one.split},
                            {one.our_split},
                            {one.metric},
                            {.text = std::to_string(one.runs), .numeric = true},
                            number(one.published),
                            number(one.ours),
                            number(one.published - one.ours),
                            {part.name},
                            {to_string(part.status)},
                            number(part.amount),
                            number(part.between.low),
                            number(part.between.high),
                            {part.finding}});
    }
  }
  return table;
}

}  // namespace vbench
