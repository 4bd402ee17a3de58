#include "results/seed_groups.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "metrics/statistics.hpp"
#include "results/score_cells.hpp"

namespace vbench {
namespace {

auto data_key(const RunRecord& run) {
  return std::tuple(run.dataset, run.source, run.protocol.name, run.protocol.version, run.data.split, run.data.hash);
}

SeedGroup group_of(const Runs& runs, bool folds) {
  SeedGroup group;
  int64_t superseded = 0;
  group.sample = runs.front();
  group.settings = folds ? settings_beside_fold(*runs.front()) : runs.front()->settings;
  if (!folds) {
    group.runs = newest_of_each_seed(runs, superseded);
    return group;
  }
  std::map<int64_t, Runs> by_fold;
  for (const auto* run : runs) by_fold[*fold_of(*run)].push_back(run);
  for (const auto& [fold, of_fold] : by_fold) {
    group.folds[fold] = newest_of_each_seed(of_fold, superseded);
    group.runs.insert(group.runs.end(), group.folds[fold].begin(), group.folds[fold].end());
  }
  return group;
}

}  // namespace

std::vector<double> SeedGroup::values(const std::string& metric) const {
  return folds.empty() ? values_of(runs, metric) : fold_means(folds, metric);
}

double SeedGroup::mean_of(const std::string& metric) const { return mean(values(metric)); }

int64_t SeedGroup::folds_of_paper() const {
  const auto count = static_cast<int64_t>(folds.size());
  return folds.empty() || folds.rbegin()->first == count ? count : -1;
}

std::string SeedGroup::size_text() const {
  const size_t count = folds.empty() ? runs.size() : folds.size();
  return fmt::format("{} {}{}", count, folds.empty() ? "seed" : "fold", count == 1 ? "" : "s");
}

std::string SeedGroup::newest_id() const {
  std::string newest;
  for (const auto* run : runs) newest = std::max(newest, run->run_id);
  return newest;
}

std::vector<SeedGroup> seed_groups(const std::vector<RunRecord>& runs) {
  Runs valid;
  for (const auto& run : runs) {
    if (run.verdict.valid) valid.push_back(&run);
  }
  std::map<std::tuple<decltype(data_key(RunRecord())), std::string, std::string, SettingValues>, Runs> single;
  for (const auto* run : valid) single[{data_key(*run), run->method, run->variant, run->settings}].push_back(run);
  std::vector<SeedGroup> groups;
  for (const auto& [key, members] : single) groups.push_back(group_of(members, false));
  for (const auto& [folds, members] : runs_of_folds(valid)) {
    std::map<std::tuple<std::string, std::string, SettingValues>, Runs> configurations;
    for (const auto* run : members) configurations[{run->method, run->variant, settings_beside_fold(*run)}].push_back(run);
    for (const auto& [key, of_configuration] : configurations) groups.push_back(group_of(of_configuration, true));
  }
  return groups;
}

bool on_same_board(const SeedGroup& a, const SeedGroup& b) {
  if (a.folds.size() != b.folds.size()) return false;
  if (a.folds.empty()) return data_key(*a.sample) == data_key(*b.sample);
  return std::equal(a.folds.begin(), a.folds.end(), b.folds.begin(), [](const auto& left, const auto& right) {
    return left.first == right.first && data_key(*left.second.front()) == data_key(*right.second.front());
  });
}

std::map<std::string, std::pair<std::string, std::string>> unexpected_settings(const SettingValues& ours, const SettingValues& expected) {
  std::map<std::string, std::pair<std::string, std::string>> unexpected;
  for (const auto& [key, value] : expected) {
    const auto found = ours.find(key);
    if (found == ours.end() || found->second == value || key.starts_with("run.") || key == "data.fold") continue;
    const bool is_place =
        key.starts_with("data.") && (value.empty() || found->second.empty()) && (value + found->second).find('/') != std::string::npos;
    if (!is_place) unexpected[key] = {found->second, value};
  }
  return unexpected;
}

}  // namespace vbench
