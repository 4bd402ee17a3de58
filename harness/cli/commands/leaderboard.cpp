// `vbench leaderboard`: the stored results, or the COOT authors' own runs aggregated as they did.
#include <iostream>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "results/importers/coot_runs.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

void check_names(const RunSpec& spec, const Registry& registry) {
  if (!spec.method.empty()) (void)registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)registry.find_dataset(spec.dataset);
}

// As text, the table is the authors' own, byte for byte.
int print_coot_runs(const Invocation& invocation) {
  if (invocation.paper || !invocation.run.method.empty() || !invocation.run.dataset.empty()) {
    throw usage_error("the authors' runs are aggregated alone", "--import-coot-runs", "leave out --method, --dataset and --paper");
  }
  if (invocation.run.format.value_or(OutputFormat::kTable) == OutputFormat::kTable) {
    std::cout << coot_runs_table(invocation.import_coot_runs);
  } else {
    print_tables({coot_runs_summary(import_coot_runs(invocation.import_coot_runs))}, *invocation.run.format);
  }
  return 0;
}

}  // namespace

int leaderboard_command(const CommandContext& context) {
  const auto& invocation = context.invocation;
  const RunSpec& spec = invocation.run;
  if (!invocation.import_coot_runs.empty()) {
    return print_coot_runs(invocation);
  }
  check_names(spec, context.registry);
  RunFilter filter;
  filter.method = spec.method;
  filter.dataset = spec.dataset;
  filter.include_invalid = true;  // the board counts them in a note
  LeaderboardRequest request;
  request.method = spec.method;
  request.dataset = spec.dataset;
  request.paper = invocation.paper;
  std::vector<RunRecord> runs;
  if (const auto store = Store::open_existing(store_path(spec))) {
    runs = store->runs(filter);
  } else {
    throw input_error("no results yet", store_path(spec), "'vbench run' stores some, or name their folder with --out");
  }
  const auto boards = leaderboards(runs, request, published_figures(context.registry));
  if (boards.empty()) context.progress.warning("no stored result matches");
  print_tables(boards, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
