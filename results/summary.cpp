#include "results/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

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

}  // namespace vbench
