#include "results/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"
#include "results/folds.hpp"
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

Json score_json(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(finite(value));
  return {{"mean", finite(mean(values))}, {"std", finite(sample_std(values))}, {"values", list}};
}

Json scores_json(const std::vector<const RunRecord*>& runs) {
  Json scores = Json::object();
  for (const auto& key : metrics_of(runs)) scores[key] = score_json(values_of(runs, key));
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

/// Each fold by the mean over its valid seeds; null where it has none, and no part of the mean.
Json fold_scores(const std::map<int64_t, Runs>& valid, const std::vector<int64_t>& folds, const std::string& key) {
  Json score = score_json(fold_means(valid, key));
  Json values = Json::array();
  for (const int64_t fold : folds) {
    const auto found = valid.find(fold);
    values.push_back(found == valid.end() ? Json(nullptr) : finite(mean(values_of(found->second, key))));
  }
  score["values"] = values;
  return score;
}

/// Published figures for the metrics of the runs; none for synthetic data. @param folds  of which they are means; 0: of one split
Json published_of(const std::vector<const RunRecord*>& runs, const Published* published, int64_t folds = 0) {
  Json figures = Json::object();
  const RunRecord& first = *runs.front();
  if (published == nullptr || first.source != Source::kReal) return figures;
  for (const auto& key : metrics_of(runs)) {
    if (const auto figure = published->find(first.dataset, first.variant, key, folds)) figures[key] = *figure;
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

/// Of all folds together.
Json folds_verdict(const std::vector<const RunRecord*>& runs) {
  Json reasons = Json::array();
  bool valid = true;
  for (const auto* run : runs) {
    valid = valid && run->verdict.valid;
    for (const auto& reason : run->verdict.reasons)
      reasons.push_back(fmt::format("fold {} seed {}: {}", fold_of(*run).value_or(0), run->seed, reason));
  }
  return {{"valid", valid}, {"reasons", reasons}};
}

/// What `vbench compare` needs beside the scores: speeds one by one, and what distinguishes these runs from others.
void add_single_runs(Json& object, const std::vector<RunRecord>& seeds) {
  std::map<std::string, Json> speeds;
  for (const auto& record : seeds) {
    for (const auto& [name, value] : record.speed) speeds.emplace(name, Json::array());
  }
  Json doubts = Json::object(), invalid = Json::array(), settings = Json::object();
  for (const auto& record : seeds) {
    for (auto& [name, values] : speeds) {
      const auto found = record.speed.find(name);
      values.push_back(found == record.speed.end() ? Json(nullptr) : finite(found->second));
    }
    const auto doubt = record.environment.find("speed_unreliable");
    if (doubt != record.environment.end()) doubts[std::to_string(record.seed)] = doubt->second;
    if (!record.verdict.valid) invalid.push_back(record.seed);
  }
  for (const auto& [key, value] : seeds.front().settings) settings[key] = value;
  object["settings"] = std::move(settings);
  object["speeds"] = Json::object();
  for (auto& [name, values] : speeds) object["speeds"][name] = std::move(values);
  object["speed_unreliable"] = std::move(doubts);
  object["invalid_seeds"] = std::move(invalid);
}

Json run_object(const std::vector<RunRecord>& seeds, const Published* published) {
  const auto runs = pointers(seeds);
  const RunRecord& first = seeds.front();
  Json seed_list = Json::array(), run_ids = Json::array();
  int64_t epochs = 0;
  for (const auto& record : seeds) {
    seed_list.push_back(record.seed);
    run_ids.push_back(record.run_id);
    epochs = std::max(epochs, record.epochs);
  }
  Json environment = Json::object();
  for (const auto& [name, value] : first.environment) environment[name] = value;
  Json object = {
      {"method", first.method},
      {"variant", first.variant},
      {"dataset", first.dataset},
      {"source", to_string(first.source)},
      {"split", first.data.split},
      {"seeds", seed_list},
      {"epochs", epochs},
      {"scores", scores_json(runs)},
      {"speed", speed_json(seeds)},
      {"published", published_of(runs, published)},
      {"run_ids", run_ids},
      {"protocol", {{"name", first.protocol.name}, {"version", first.protocol.version}, {"description", first.protocol.description}}},
      {"data", {{"items", first.data.items}, {"missing", first.data.missing}, {"dropped", first.data.dropped}, {"hash", first.data.hash}}},
      {"verdict", verdict_json(seeds)},
      {"environment", environment}};
  add_single_runs(object, seeds);
  return object;
}

std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n"; }

}  // namespace

std::string run_json(const std::vector<RunRecord>& seeds, const Published* published) { return text_of(run_object(seeds, published)); }

std::string folds_json(const std::vector<std::vector<RunRecord>>& folds, const Published* published) {
  std::map<int64_t, Runs> by_fold;  // valid ones
  Runs all, valid;
  std::vector<int64_t> numbers;
  Json left_out = Json::array(), objects = Json::array(), scores = Json::object();
  for (const auto& seeds : folds) {
    const auto runs = pointers(seeds);
    const int64_t fold = fold_of(seeds.front()).value_or(0);
    numbers.push_back(fold);
    objects.push_back(run_object(seeds, published));
    all.insert(all.end(), runs.begin(), runs.end());
    for (const auto* run : runs) {
      if (run->verdict.valid) {
        by_fold[fold].push_back(run);
        valid.push_back(run);
      } else {
        left_out.push_back(run->run_id);
      }
    }
  }
  if (all.empty()) throw Error(ErrorKind::kInternal, "a summary of no runs", "fold summary");
  for (const auto& key : metrics_of(valid)) scores[key] = fold_scores(by_fold, numbers, key);
  const RunRecord& first = *all.front();
  const auto count = static_cast<int64_t>(by_fold.size());
  const bool whole = count > 0 && by_fold.rbegin()->first == count;  // 1, 2, ... count
  return text_of({{"method", first.method},
                  {"variant", first.variant},
                  {"dataset", first.dataset},
                  {"source", to_string(first.source)},
                  {"folds", numbers},
                  {"scores", scores},
                  {"left_out", left_out},
                  {"published", published_of(all, whole ? published : nullptr, count)},
                  {"verdict", folds_verdict(all)},
                  {"runs", objects}});
}

}  // namespace vbench
