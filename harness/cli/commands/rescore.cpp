// `vbench rescore`: scores of stored runs computed again, or for the first time, from their per-item outputs.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "results/readable_outputs.hpp"
#include "results/rescore.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

std::vector<std::string> metrics_of(const std::string& list) {
  std::vector<std::string> metrics;
  for (const auto& piece : split(list, ',')) {
    if (piece.empty()) throw usage_error("the name of a metric is missing", "--metric " + list, "write v2p_mrr or v2p_r3,v2p_mrr");
    if (std::find(metrics.begin(), metrics.end(), piece) != metrics.end())
      throw usage_error(fmt::format("{} is given twice", piece), "--metric");
    metrics.push_back(piece);
  }
  check_rescorable(metrics);
  return metrics;
}

void check_options(const RescoreOptions& options) {
  if (options.replace && (!options.write || options.metrics.empty()))
    throw usage_error("which scores are to be replaced must be said", "--replace", "give --write and --metric KEY,... with it");
}

/// Matching runs, oldest first; INVALID ones too.
std::vector<RunRecord> matching_runs(const Store& store, const Invocation& invocation) {
  RunFilter filter;
  filter.method = invocation.run.method;
  filter.dataset = invocation.run.dataset;
  filter.variant = invocation.run.variant;
  filter.include_invalid = true;
  auto runs = store.runs(filter);
  const std::string& beginning = invocation.rescore.run;
  if (beginning.empty()) return runs;
  std::erase_if(runs, [&](const RunRecord& run) { return !run.run_id.starts_with(beginning); });
  if (runs.empty())
    throw usage_error(fmt::format("no stored run has an id that begins with '{}'", printable(beginning)), "--run",
                      "'vbench rescore --format csv' lists the ids");
  if (runs.size() > 1)
    throw usage_error(fmt::format("{} runs have ids that begin with '{}'", runs.size(), printable(beginning)), "--run",
                      "give more of the id");
  return runs;
}

Store existing_store(const RunSpec& spec, bool write) {
  const std::string file = store_path(spec);
  auto store = Store::open_existing(file);
  if (!store) throw input_error("no results yet", file, "'vbench run' stores some, or name their folder with --out");
  return write ? Store::open(file) : std::move(*store);
}

/// One line for each thing that cannot be read and was needed. Is there any?
bool warn_of_damage(const std::vector<Rescored>& scores, Progress& progress) {
  std::set<std::string> lines;
  for (const auto& score : scores) {
    if (score.damaged) lines.insert(fmt::format("run {}: {}; its scores stay as they are", score.run->run_id, score.reason));
  }
  for (const auto& line : lines) progress.warning(printable(line));
  return !lines.empty();
}

}  // namespace

int rescore_command(const CommandContext& context) {
  const auto& invocation = context.invocation;
  const RunSpec& spec = invocation.run;
  const RescoreOptions& options = invocation.rescore;
  const auto metrics = metrics_of(options.metrics);
  check_options(options);
  if (!spec.method.empty()) (void)context.registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)context.registry.find_dataset(spec.dataset);
  auto store = existing_store(spec, options.write);
  const auto runs = matching_runs(store, invocation);
  if (runs.empty()) context.progress.warning("no stored run matches");
  std::vector<Rescored> scores;
  for (const auto& run : runs) {  // one run's outputs at a time: they are megabytes
    const auto read = readable_outputs(store, run.run_id);
    const auto more = rescore(run, read.outputs, metrics, read.damaged);
    scores.insert(scores.end(), more.begin(), more.end());
  }
  if (options.write) store.amend(changes_of(scores, options.replace));
  const OutputFormat format = effective_format(spec);
  const bool machine = format == OutputFormat::kCsv || format == OutputFormat::kJson;
  print_tables({rescore_table(scores, machine || !options.run.empty() || !metrics.empty())}, format);
  const bool differs =
      std::any_of(scores.begin(), scores.end(), [](const Rescored& score) { return score.answer == RescoreAnswer::kDiffers; });
  const bool damaged = warn_of_damage(scores, context.progress);
  return differs ? exit_code(ErrorKind::kCheck) : damaged ? exit_code(ErrorKind::kInput) : 0;
}

}  // namespace vbench::cli
