#include "results/gate/side.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "results/folds.hpp"

namespace vbench::gate {
namespace {

constexpr const char* kTrainData = "run.train_data";

std::string value_or(const std::map<std::string, std::string>& values, const std::string& key, const std::string& otherwise) {
  const auto found = values.find(key);
  return found == values.end() ? otherwise : found->second;
}

void add_run(Configuration& configuration, const RunRecord& run) {
  ++configuration.runs;
  configuration.run_ids.push_back(run.run_id);
  configuration.trained = configuration.trained || run.epochs > 0;
  for (const auto& [key, value] : run.scores) {
    if (std::isfinite(value)) configuration.scores[key].by_seed[run.seed] = value;
  }
  for (const auto& [key, value] : run.speed) {
    if (std::isfinite(value) && value > 0) {
      configuration.speeds[key].push_back(
          {run.run_id, value, machine_of(run.environment), value_or(run.environment, "speed_unreliable", "")});
    }
  }
}

Configuration configuration_of(const Runs& runs) {
  const RunRecord& first = *runs.front();
  Configuration configuration{.method = first.method,
                              .variant = first.variant,
                              .dataset = first.dataset,
                              .source = first.source,
                              .split = first.data.split,
                              .protocol = first.protocol,
                              .items = first.data.items,
                              .data_hash = first.data.hash,
                              .train_data = value_or(first.settings, kTrainData, ""),
                              .settings = first.settings,
                              .trained = false};
  configuration.settings->erase(kTrainData);
  int64_t superseded = 0;  // by validity only then: an older valid run says nothing of what runs now
  for (const auto* run : newest_of_each_seed(runs, superseded)) {
    if (run->verdict.valid) {
      add_run(configuration, *run);
    } else {
      configuration.invalid.push_back(fmt::format("seed {}: {}", run->seed, fmt::join(run->verdict.reasons, ", ")));
    }
  }
  return configuration;
}

/// As leaderboards do: texts are of the configurations of one method and variant on one board.
void add_board_texts(std::vector<Configuration>& side) {
  const auto board_of = [](const Configuration& one) {
    return std::tuple(one.method, one.variant, one.dataset, one.source, one.split, one.protocol.name, one.protocol.version, one.data_hash);
  };
  std::map<decltype(board_of(Configuration())), std::vector<std::pair<Configuration*, SettingValues>>> boards;
  for (auto& one : side) {
    if (!one.settings) continue;
    auto settings = *one.settings;
    if (!one.train_data.empty()) settings[kTrainData] = one.train_data;
    boards[board_of(one)].emplace_back(&one, std::move(settings));
  }
  for (auto& [board, members] : boards) {
    std::vector<const SettingValues*> all;
    for (const auto& [one, settings] : members) all.push_back(&settings);
    const auto keys = differing_keys(all);
    for (auto& [one, settings] : members) one->board_text = configuration_text(settings, keys);
  }
}

/// No more than is needed to tell one from the others.
std::string distinction_of(const Configuration& one, std::vector<const Configuration*> others) {
  std::vector<std::string> parts;
  const auto tell = [&](const std::string& part, const auto& value_of) {
    const auto differs = [&](const Configuration* other) { return value_of(*other) != value_of(one); };
    if (std::erase_if(others, differs) > 0 && !part.empty()) parts.push_back(part);
  };
  tell(one.board_text, [](const Configuration& side) { return side.board_text; });
  tell(fmt::format("split={}", one.split), [](const Configuration& side) { return side.split; });
  tell(fmt::format("source={}", to_string(one.source)), [](const Configuration& side) { return to_string(side.source); });
  const auto protocol_of = [](const Configuration& side) {
    return fmt::format("{} version {}", side.protocol.name, side.protocol.version);
  };
  tell(fmt::format("protocol={}", protocol_of(one)), protocol_of);
  tell(fmt::format("data={}", one.data_hash.substr(0, 8)), [](const Configuration& side) { return side.data_hash; });
  if (others.size() > 1) parts.push_back(fmt::format("number {}", std::find(others.begin(), others.end(), &one) - others.begin() + 1));
  return fmt::format("{}", fmt::join(parts, " "));
}

}  // namespace

std::string machine_of(const std::map<std::string, std::string>& environment) {
  return fmt::format("{}, {} cores, {} threads", value_or(environment, "cpu", "unknown processor"), value_or(environment, "cores", "?"),
                     value_or(environment, "threads", "?"));
}

std::string name_of(const Configuration& configuration) {
  const auto name = fmt::format("{} {} on {}", configuration.method, configuration.variant, configuration.dataset);
  return configuration.distinction.empty() ? name : fmt::format("{} ({})", name, configuration.distinction);
}

std::vector<Configuration> told_apart(std::vector<Configuration> side) {
  add_board_texts(side);
  for (auto& one : side) one.distinction.clear();
  std::map<std::string, std::vector<const Configuration*>> names;
  for (const auto& one : side) names[name_of(one)].push_back(&one);
  std::vector<std::string> distinctions;
  for (const auto& one : side) distinctions.push_back(distinction_of(one, names.at(name_of(one))));
  for (size_t i = 0; i < side.size(); ++i) side[i].distinction = distinctions[i];
  return side;
}

std::vector<Configuration> configurations_of(const std::vector<RunRecord>& runs) {
  const auto key_of = [](const RunRecord& run) {
    return std::tuple(run.dataset, run.source, run.data.split, run.method, run.variant, run.protocol.name, run.protocol.version,
                      run.data.hash, run.settings);
  };
  std::map<decltype(key_of(RunRecord())), Runs> groups;
  for (const auto& run : runs) groups[key_of(run)].push_back(&run);
  std::vector<Configuration> all;
  for (const auto& [key, members] : groups) all.push_back(configuration_of(members));
  return all;
}

}  // namespace vbench::gate
