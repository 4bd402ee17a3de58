#include "results/report/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <set>

#include "metrics/statistics.hpp"
#include "results/report/html.hpp"
#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

constexpr const char* kUnreliable = "speed_unreliable";
constexpr const char* kAbsent = "(none)";

std::string value_of(const SettingValues& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? kAbsent : found->second;
}

/// "read_clips_per_s" -> "read, clips/s".
std::string speed_title(std::string key) {
  constexpr std::string_view kRate = "_per_s";
  const bool rate = key.ends_with(kRate);
  if (rate) key.resize(key.size() - kRate.size());
  const size_t stage = key.find('_');
  if (stage != std::string::npos) key.replace(stage, 1, ", ");
  return rate ? key + "/s" : key;
}

/// What some run has, in the order in which a step does it: read, forward, backward; then whatever else there is.
std::vector<std::string> speed_keys(const Group& group) {
  std::set<std::string> found;
  for (const auto* run : group.runs()) {
    for (const auto& [key, value] : run->speed) found.insert(key);
  }
  std::vector<std::string> keys(found.begin(), found.end());
  const auto& stages = throughput_stages();
  const auto place = [&](const std::string& key) { return std::find(stages.begin(), stages.end(), key.substr(0, key.find('_'))); };
  std::stable_sort(keys.begin(), keys.end(), [&](const auto& a, const auto& b) { return place(a) < place(b); });
  return keys;
}

/// Four digits, or whole numbers: nobody reads 6.58e+04.
std::string rate_text(double value) { return value >= 1000 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value); }

/// "285 (271 to 301)".
std::string spread_text(const std::vector<double>& values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const auto text = rate_text(mean(values));
  return values.size() < 2 || *low == *high ? text : fmt::format("{} ({} to {})", text, rate_text(*low), rate_text(*high));
}

Cell speed_cell(const Runs& runs, const std::string& key) {
  std::vector<double> values;
  for (const auto* run : runs) {
    const auto found = run->speed.find(key);
    if (found != run->speed.end()) values.push_back(found->second);
  }
  return {.text = values.empty() ? "-" : spread_text(values), .numeric = true};
}

/// How a table names a run.
std::string name_of(const RunRecord& run, const Configuration& configuration) {
  return fmt::format("{}, seed {}", configuration.brief, run.seed);
}

std::vector<std::string> busy_notes(const Group& group) {
  std::vector<std::string> notes;
  for (const auto& configuration : group.configurations) {
    for (const auto* run : configuration.runs) {
      const auto found = run->environment.find(kUnreliable);
      if (found != run->environment.end())
        notes.push_back(fmt::format("Not to be relied upon: {}: {}.", name_of(*run, configuration), found->second));
    }
  }
  return notes;
}

std::string pairs_table(const std::string& title, const SettingValues& values, const std::set<std::string>& left_out) {
  Table table{.title = title, .header = {"name", "value"}, .rows = {}, .notes = {}};
  for (const auto& [key, value] : values) {
    if (!left_out.contains(key)) table.rows.push_back({{.text = key}, {.text = value}});
  }
  return table.rows.empty() ? "" : html_table(table);
}

}  // namespace

std::string speed_html(const Group& group) {
  const auto keys = speed_keys(group);
  if (keys.empty()) return "";
  Table table{.title = "Speed of training", .header = {"configuration", "runs"}, .rows = {}, .notes = busy_notes(group)};
  for (const auto& key : keys) table.header.push_back(speed_title(key));
  for (const auto& each : group.configurations) {
    std::vector<Cell> row{{.text = each.brief}, {.text = std::to_string(each.runs.size()), .numeric = true}};
    for (const auto& key : keys) row.push_back(speed_cell(each.runs, key));
    table.rows.push_back(std::move(row));
  }
  table.notes.insert(table.notes.begin(), "Mean over runs, in brackets the slowest and the fastest.");
  return "<h3>Speed</h3>\n" + html_table(table);
}

std::string throughput_html(const std::vector<ThroughputRow>& rows, const std::vector<KernelSpeed>& kernels) {
  std::string html =
      "<p>What each stage does on its own, as <code>vbench throughput</code> measured it; how fast the runs of this page were stands with "
      "them, under Speed.</p>\n";
  for (const auto& table : throughput_tables(rows)) html += html_table(table);
  std::string of_kernels;
  for (const auto& table : kernel_tables(kernels)) of_kernels += html_table(table);
  return html + (of_kernels.empty() ? "" : folded("Single kernels", of_kernels));
}

std::string settings_html(const Group& group) {
  std::vector<const SettingValues*> all;
  for (const auto& each : group.configurations) all.push_back(&each.settings);
  const auto differing = differing_keys(all);
  std::string html = "<h3>Configuration</h3>\n";
  if (!differing.empty()) {
    Table table{.title = "Settings in which these configurations differ", .header = {"setting"}, .rows = {}, .notes = {}};
    for (const auto& each : group.configurations) table.header.push_back(each.brief);
    for (const auto& key : differing) {
      std::vector<Cell> row{{.text = key}};
      for (const auto* settings : all) row.push_back({.text = value_of(*settings, key)});
      table.rows.push_back(std::move(row));
    }
    html += html_table(table);
  } else if (all.size() > 1) {
    html += "<p>The settings of these configurations are the same.</p>\n";
  }
  const auto& first = group.configurations.front().settings;
  const auto common = pairs_table(all.size() > 1 ? "Settings that all configurations have" : "Settings", first, differing);
  return html + (common.empty() ? "" : folded(all.size() > 1 ? "Settings in common" : "Settings", common));
}

std::string environment_html(const Group& group) {
  std::vector<const SettingValues*> all;
  for (const auto* run : group.runs()) all.push_back(&run->environment);
  const auto differing = differing_keys(all);
  std::string html;
  if (!differing.empty()) {
    Table table{.title = "In which these runs differ", .header = {"run"}, .rows = {}, .notes = {}};
    table.header.insert(table.header.end(), differing.begin(), differing.end());
    for (const auto& configuration : group.configurations) {
      for (const auto* run : configuration.runs) {
        std::vector<Cell> row{{.text = name_of(*run, configuration)}};
        for (const auto& key : differing) row.push_back({.text = value_of(run->environment, key)});
        table.rows.push_back(std::move(row));
      }
    }
    html = html_table(table);
  }
  html = pairs_table(all.size() > 1 ? "What all runs have in common" : "Environment", *all.front(), differing) + html;
  return html.empty() ? "" : "<h3>Environment</h3>\n" + html;
}

}  // namespace vbench::report
