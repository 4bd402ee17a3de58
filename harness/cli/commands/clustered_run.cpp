#include "harness/cli/commands/clustered_run.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/core/error.hpp"
#include "harness/core/experiment.hpp"
#include "harness/core/text.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

constexpr const char* kWhere = "vbench report";

/// Names must exist before "no run matches" is the answer.
void check_names(const RunSpec& spec, const Registry& registry) {
  if (!spec.method.empty()) (void)registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)registry.find_dataset(spec.dataset);
  if (spec.variant.empty()) return;
  std::set<std::string> known;
  for (const auto& variant : registry.variants()) {
    const bool fits = (spec.method.empty() || variant.method == spec.method) && (spec.dataset.empty() || variant.dataset == spec.dataset);
    if (fits) known.insert(variant.name);
  }
  if (!known.contains(spec.variant)) {
    throw usage_error(fmt::format("unknown variant '{}'", printable(spec.variant)), "--variant",
                      suggest(spec.variant, {known.begin(), known.end()}));
  }
}

/// "kmeans, selavi": methods whose evaluation leaves clusters.
std::string clustering_methods(const Registry& registry) {
  std::set<std::string> names;
  for (const auto& variant : registry.variants()) {
    if (variant.make()->protocol().name == "clustering") names.insert(variant.method);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

const ItemOutput* output_of(const RunRecord& record, const std::string& name) {
  for (const auto& output : record.outputs) {
    if (output.name == name && output.width == 1) return &output;
  }
  return nullptr;
}

std::vector<int64_t> whole_numbers(const std::vector<float>& values) {
  std::vector<int64_t> numbers;
  for (const float value : values) numbers.push_back(static_cast<int64_t>(std::lround(value)));
  return numbers;
}

/// Nothing for a run without clusters.
std::optional<ClusteredRun> with_clusters(RunRecord record) {
  const ItemOutput* clusters = output_of(record, "cluster");
  const ItemOutput* labels = output_of(record, "class");
  const bool whole = clusters != nullptr && labels != nullptr && !clusters->ids.empty() && clusters->ids == labels->ids;
  if (!whole) return std::nullopt;
  ClusteredRun run{{}, clusters->ids, whole_numbers(clusters->values), whole_numbers(labels->values)};
  record.outputs.clear();
  run.record = std::move(record);
  return run;
}

/// Ids of the newest of these runs, for people.
std::string newest_ids(const std::vector<RunRecord>& runs) {
  std::vector<std::string> ids;
  for (auto run = runs.rbegin(); run != runs.rend() && ids.size() < 3; ++run) ids.push_back(run->run_id);
  return ids.empty() ? "the store holds none" : fmt::format("the newest are {}", fmt::join(ids, ", "));
}

ClusteredRun named_run(const Store& store, const std::vector<RunRecord>& runs, const std::string& begin, const Registry& registry) {
  std::vector<RunRecord> found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found), [&](const RunRecord& run) { return run.run_id.starts_with(begin); });
  const std::string where = "--run " + printable(begin);
  if (found.empty()) throw usage_error("no such run in " + store.file().string(), where, newest_ids(runs));
  const bool exact = std::any_of(found.begin(), found.end(), [&](const RunRecord& run) { return run.run_id == begin; });
  if (found.size() > 1 && !exact) throw usage_error(fmt::format("{} runs begin so", found.size()), where, newest_ids(found));
  const std::string id = exact ? begin : found.front().run_id;
  auto run = with_clusters(store.find(id).value());
  if (!run) {
    throw usage_error(fmt::format("the run of {} on {} has no clusters", found.front().method, found.front().dataset), where,
                      "runs of these methods have some: " + clustering_methods(registry));
  }
  return *std::move(run);
}

ClusteredRun newest_run(const Store& store, const std::vector<RunRecord>& runs, const Registry& registry) {
  std::vector<RunRecord> invalid;
  for (const auto& run : runs) {
    if (!run.verdict.valid && run.scores.contains("nmi")) invalid.push_back(run);
  }
  for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
    if (!run->verdict.valid || !run->scores.contains("nmi")) continue;  // outputs are megabytes: only those of candidates are read
    if (auto clustered = with_clusters(store.find(run->run_id).value())) return *std::move(clustered);
  }
  if (!invalid.empty()) {
    throw usage_error(fmt::format("the {} run(s) with clusters in {} are INVALID", invalid.size(), store.file().string()), kWhere,
                      fmt::format("name one with --run ID: {}", newest_ids(invalid)));
  }
  const std::string fact = runs.empty() ? "no stored run matches" : fmt::format("none of {} matching runs has clusters", runs.size());
  throw usage_error(fmt::format("{} in {}", fact, store.file().string()), kWhere,
                    "runs of these methods have some: " + clustering_methods(registry));
}

}  // namespace

ClusteredRun find_clustered_run(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  check_names(spec, context.registry);
  const auto store = Store::open_existing(store_path(spec));
  if (!store) throw input_error("no results yet", store_path(spec), "'vbench run' stores some, or name their folder with --out");
  RunFilter filter;
  filter.method = spec.method;
  filter.dataset = spec.dataset;
  filter.variant = spec.variant;
  filter.include_invalid = true;
  const auto runs = store->runs(filter);
  const std::string& id = context.invocation.run_id;
  return id.empty() ? newest_run(*store, runs, context.registry) : named_run(*store, runs, id, context.registry);
}

}  // namespace vbench::cli
