#include "harness/cli/commands/reported_runs.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

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

/// Ids of the newest of these runs, for people.
std::string newest_ids(const std::vector<RunRecord>& runs) {
  std::vector<std::string> ids;
  for (auto run = runs.rbegin(); run != runs.rend() && ids.size() < 3; ++run) ids.push_back(run->run_id);
  return ids.empty() ? "the store holds none" : fmt::format("the newest are {}", fmt::join(ids, ", "));
}

/// The id of the only run that begins so.
std::string named_run(const Store& store, const std::vector<RunRecord>& runs, const std::string& begin) {
  std::vector<RunRecord> found;
  std::copy_if(runs.begin(), runs.end(), std::back_inserter(found), [&](const RunRecord& run) { return run.run_id.starts_with(begin); });
  const std::string where = "--run " + printable(begin);
  if (found.empty()) throw usage_error("no such run in " + store.file().string(), where, newest_ids(runs));
  const bool exact = std::any_of(found.begin(), found.end(), [&](const RunRecord& run) { return run.run_id == begin; });
  if (found.size() > 1 && !exact) throw usage_error(fmt::format("{} runs begin so", found.size()), where, newest_ids(found));
  return exact ? begin : found.front().run_id;
}

}  // namespace

Store open_store(const CommandContext& context) {
  const auto path = store_path(context.invocation.run);
  auto store = Store::open_existing(path);
  if (!store) throw input_error("no results yet", path, "'vbench run' stores some, or name their folder with --out");
  return *std::move(store);
}

std::vector<RunRecord> reported_runs(const CommandContext& context, const Store& store) {
  const RunSpec& spec = context.invocation.run;
  check_names(spec, context.registry);
  RunFilter filter;
  filter.method = spec.method;
  filter.dataset = spec.dataset;
  filter.variant = spec.variant;
  filter.include_invalid = true;
  filter.with_history = true;
  auto runs = store.runs(filter);
  if (runs.empty())
    throw usage_error(fmt::format("no stored run matches in {}", store.file().string()), kWhere,
                      "'vbench leaderboard' shows what is stored");
  std::set<std::string> wanted;
  for (const auto& begin : context.invocation.run_ids) wanted.insert(named_run(store, runs, begin));
  if (!wanted.empty()) std::erase_if(runs, [&](const RunRecord& run) { return !wanted.contains(run.run_id); });
  return runs;
}

}  // namespace vbench::cli
