#include "results/summary.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

using Json = nlohmann::ordered_json;

std::vector<const RunRecord*> pointers(const std::vector<RunRecord>& seeds) {
  if (seeds.empty()) throw Error(ErrorKind::kInternal, "a summary of no runs", "run summary");
  std::vector<const RunRecord*> runs;
  for (const auto& record : seeds) runs.push_back(&record);
  return runs;
}

Json finite(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json scores_json(const std::vector<const RunRecord*>& runs) {
  Json scores = Json::object();
  for (const auto& key : metrics_of(runs)) {
    const auto values = values_of(runs, key);
    Json list = Json::array();
    for (const double value : values) list.push_back(finite(value));
    scores[key] = {{"mean", finite(mean(values))}, {"std", finite(sample_std(values))}, {"values", list}};
  }
  return scores;
}

std::map<std::string, double> mean_speed(const std::vector<RunRecord>& seeds) {
  std::map<std::string, std::vector<double>> values;
  for (const auto& record : seeds) {
    for (const auto& [name, value] : record.speed) values[name].push_back(value);
  }
  std::map<std::string, double> means;
  for (const auto& [name, all] : values) means[name] = mean(all);
  return means;
}

Json speed_json(const std::vector<RunRecord>& seeds) {
  Json speed = Json::object();
  for (const auto& [name, value] : mean_speed(seeds)) speed[name] = finite(value);
  return speed;
}

/// Published figures for the metrics of the runs; none for synthetic data.
std::map<std::string, double> published_of(const std::vector<const RunRecord*>& runs, const Published* published) {
  std::map<std::string, double> figures;
  const RunRecord& first = *runs.front();
  if (published == nullptr || first.source != Source::kReal) return figures;
  for (const auto& key : metrics_of(runs)) {
    if (const auto figure = published->find(first.dataset, first.variant, key)) figures[key] = *figure;
  }
  return figures;
}

Json verdict_json(const std::vector<RunRecord>& seeds) {
  Json reasons = Json::array();
  bool valid = true;
  for (const auto& record : seeds) {
    valid = valid && record.verdict.valid;
    for (const auto& reason : record.verdict.reasons) reasons.push_back(fmt::format("seed {}: {}", record.seed, reason));
  }
  return {{"valid", valid}, {"reasons", reasons}};
}

/// The matrix of run_table: a row a group, a column a metric of the group.
struct Layout {
  std::vector<std::pair<std::string, std::string>> groups;  // name, title
  std::vector<std::string> columns;
  std::map<std::pair<std::string, std::string>, std::string> keys;  // (group, column) -> metric key
};

Layout layout_of(const std::vector<std::string>& metrics) {
  Layout layout;
  for (const auto& key : metrics) {
    const MetricLabel label = metric_label(key);
    const auto group = std::pair(label.group, label.group_title);
    if (std::find(layout.groups.begin(), layout.groups.end(), group) == layout.groups.end()) layout.groups.push_back(group);
    if (std::find(layout.columns.begin(), layout.columns.end(), label.column) == layout.columns.end())
      layout.columns.push_back(label.column);
    layout.keys[{label.group, label.column}] = key;
  }
  return layout;
}

/// Rows of one group: ours, and if there are any the published figures and the difference.
void append_group(Table& table, const Layout& layout, const std::pair<std::string, std::string>& group,
                  const std::vector<const RunRecord*>& runs, const std::map<std::string, double>& published) {
  std::vector<Cell> ours{{.text = group.second.empty() ? "scores" : group.second}}, theirs{{.text = "  published"}},
      difference{{.text = "  difference"}};
  bool any = false;
  for (const auto& column : layout.columns) {
    const auto key = layout.keys.find({group.first, column});
    Cell mine{.numeric = true}, figure{.numeric = true}, delta{.numeric = true};
    if (key != layout.keys.end()) {
      mine = score_cell(key->second, values_of(runs, key->second));
      if (const auto found = published.find(key->second); found != published.end()) {
        any = true;
        figure = score_cell(key->second, found->second, std::nullopt);
        delta = difference_cell(key->second, *mine.value, found->second);
      }
    }
    ours.push_back(mine);
    theirs.push_back(figure);
    difference.push_back(delta);
  }
  table.rows.push_back(std::move(ours));
  if (!any) return;
  table.rows.push_back(std::move(theirs));
  table.rows.push_back(std::move(difference));
}

std::string published_note(const RunRecord& run, const std::map<std::string, double>& figures, const Published& published) {
  std::set<std::string> sets;
  for (const auto& [key, figure] : figures) sets.insert(published.find_row(run.dataset, run.variant, key)->set);
  return fmt::format("Published: {}, arXiv {}; figures of: {}.", published.paper(), published.arxiv(), fmt::join(sets, ", "));
}

std::vector<std::string> run_notes(const std::vector<RunRecord>& seeds, const std::map<std::string, double>& figures,
                                   const Published* published) {
  std::vector<std::string> notes;
  if (seeds.front().source == Source::kSynthetic) notes.push_back(synthetic_note());
  for (const auto& record : seeds) {
    if (!record.verdict.valid) notes.push_back(fmt::format("INVALID, seed {}: {}", record.seed, fmt::join(record.verdict.reasons, "; ")));
  }
  if (seeds.size() > 1) notes.push_back(fmt::format("Mean ± sample standard deviation over {} seeds.", seeds.size()));
  if (!figures.empty()) notes.push_back(published_note(seeds.front(), figures, *published));
  std::string speed;
  for (const auto& [name, value] : mean_speed(seeds)) {
    const size_t unit = name.find("_clips_per_s");
    if (unit != std::string::npos) speed += fmt::format("{}{} {:.0f} clips/s", speed.empty() ? "" : ", ", name.substr(0, unit), value);
  }
  if (!speed.empty()) notes.push_back("Speed: " + speed + ".");
  return notes;
}

}  // namespace

std::string run_json(const std::vector<RunRecord>& seeds, const Published* published) {
  const auto runs = pointers(seeds);
  const RunRecord& first = seeds.front();
  Json seed_list = Json::array(), run_ids = Json::array();
  int64_t epochs = 0;
  for (const auto& record : seeds) {
    seed_list.push_back(record.seed);
    run_ids.push_back(record.run_id);
    epochs = std::max(epochs, record.epochs);
  }
  Json figures = Json::object();
  for (const auto& [key, value] : published_of(runs, published)) figures[key] = value;
  Json environment = Json::object();
  for (const auto& [name, value] : first.environment) environment[name] = value;
  const Json json{
      {"method", first.method},
      {"variant", first.variant},
      {"dataset", first.dataset},
      {"source", to_string(first.source)},
      {"split", first.data.split},
      {"seeds", seed_list},
      {"epochs", epochs},
      {"scores", scores_json(runs)},
      {"speed", speed_json(seeds)},
      {"published", figures},
      {"run_ids", run_ids},
      {"protocol", {{"name", first.protocol.name}, {"version", first.protocol.version}, {"description", first.protocol.description}}},
      {"data", {{"items", first.data.items}, {"missing", first.data.missing}, {"dropped", first.data.dropped}, {"hash", first.data.hash}}},
      {"verdict", verdict_json(seeds)},
      {"environment", environment}};
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Table run_table(const std::vector<RunRecord>& seeds, const Published* published) {
  const auto runs = pointers(seeds);
  const RunRecord& first = seeds.front();
  const auto figures = published_of(runs, published);
  const Layout layout = layout_of(metrics_of(runs));
  std::vector<int64_t> numbers;
  for (const auto& record : seeds) numbers.push_back(record.seed);
  Table table;
  table.title =
      fmt::format("{} {} on {}, {}, split {}, {} items, {} {}", first.method, first.variant, first.dataset, source_title(first.source),
                  first.data.split, first.data.items, numbers.size() == 1 ? "seed" : "seeds", fmt::join(numbers, ", "));
  table.facts = {{"method", first.method},
                 {"variant", first.variant},
                 {"dataset", first.dataset},
                 {"source", to_string(first.source)},
                 {"split", first.data.split}};
  table.header = {""};
  table.columns = {{.key = "scores"}};
  for (const auto& column : layout.columns) {
    table.header.push_back(column);
    table.columns.emplace_back();
  }
  for (const auto& group : layout.groups) append_group(table, layout, group, runs, figures);
  table.notes = run_notes(seeds, figures, published);
  return table;
}

}  // namespace vbench
