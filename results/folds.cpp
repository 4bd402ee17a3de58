#include "results/folds.hpp"

#include <algorithm>
#include <tuple>

#include "harness/core/text.hpp"
#include "metrics/statistics.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

constexpr const char* kFold = "data.fold";

/// Runs of other data than the newest one's were superseded.
Runs of_newest_data(const Runs& runs) {
  const auto* newest = *std::max_element(runs.begin(), runs.end(), [](const auto* a, const auto* b) { return a->run_id < b->run_id; });
  Runs kept;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(kept), [&](const auto* run) { return run->data.hash == newest->data.hash; });
  return kept;
}

}  // namespace

std::optional<int64_t> fold_of(const RunRecord& run) {
  const auto found = run.settings.find(kFold);
  return found == run.settings.end() ? std::nullopt : parse_int(found->second);
}

std::map<std::string, std::string> settings_beside_fold(const RunRecord& run) {
  auto settings = run.settings;
  settings.erase(kFold);
  settings.erase("run.train_data");
  return settings;
}

Runs newest_of_each_seed(const Runs& runs, int64_t& superseded) {
  std::map<int64_t, const RunRecord*> newest;
  for (const auto* run : runs) {
    auto& kept = newest[run->seed];
    superseded += kept != nullptr;
    if (kept == nullptr || kept->run_id < run->run_id) kept = run;
  }
  Runs kept;
  for (const auto& [seed, run] : newest) kept.push_back(run);
  return kept;
}

std::vector<double> fold_means(const std::map<int64_t, Runs>& folds, const std::string& key) {
  std::vector<double> means;
  for (const auto& [fold, runs] : folds) means.push_back(mean(values_of(runs, key)));
  return means;
}

std::vector<std::pair<std::vector<int64_t>, Runs>> runs_of_folds(const Runs& runs) {
  const auto configuration_of = [](const RunRecord& run) {
    return std::tuple(run.dataset, run.source, run.protocol.name, run.protocol.version, run.method, run.variant, settings_beside_fold(run));
  };
  std::map<decltype(configuration_of(RunRecord())), std::map<int64_t, Runs>> configurations;
  for (const auto* run : runs) {
    if (const auto fold = fold_of(*run)) configurations[configuration_of(*run)][*fold].push_back(run);
  }
  using Data = std::vector<std::pair<int64_t, std::string>>;  // hash by fold
  std::map<std::tuple<std::string, Source, std::string, int64_t, Data>, std::pair<std::vector<int64_t>, Runs>> boards;
  for (const auto& [configuration, folds] : configurations) {
    if (folds.size() < 2) continue;
    std::pair<std::vector<int64_t>, Runs> members;
    Data data;
    for (const auto& [fold, of_fold] : folds) {
      const auto kept = of_newest_data(of_fold);
      data.emplace_back(fold, kept.front()->data.hash);
      members.first.push_back(fold);
      members.second.insert(members.second.end(), kept.begin(), kept.end());
    }
    const auto& [dataset, source, protocol, version, method, variant, settings] = configuration;
    auto& [board_folds, board_runs] = boards[{dataset, source, protocol, version, data}];
    board_folds = members.first;
    board_runs.insert(board_runs.end(), members.second.begin(), members.second.end());
  }
  std::vector<std::pair<std::vector<int64_t>, Runs>> all;
  for (auto& [key, board] : boards) all.push_back(std::move(board));
  return all;
}

}  // namespace vbench
