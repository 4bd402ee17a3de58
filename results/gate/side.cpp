#include "results/gate/side.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

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

}  // namespace

std::string machine_of(const std::map<std::string, std::string>& environment) {
  return fmt::format("{}, {} cores, {} threads", value_or(environment, "cpu", "unknown processor"), value_or(environment, "cores", "?"),
                     value_or(environment, "threads", "?"));
}

std::string name_of(const Configuration& configuration) {
  return fmt::format("{} {} on {}", configuration.method, configuration.variant, configuration.dataset);
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
