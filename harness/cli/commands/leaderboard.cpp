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

}  // namespace

int leaderboard_command(const CommandContext& context) {
  const auto& invocation = context.invocation;
  const RunSpec& spec = invocation.run;
  if (!invocation.import_coot_runs.empty()) {
    std::cout << coot_runs_table(invocation.import_coot_runs);
    return 0;
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
