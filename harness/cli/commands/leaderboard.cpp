// `vbench leaderboard`: the stored results, or the COOT authors' own runs aggregated as they did.
#include <iostream>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/variant_knowledge.hpp"
#include "harness/core/error.hpp"
#include "results/explain.hpp"
#include "results/importers/coot_runs.hpp"
#include "results/item_tests.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

void check_names(const RunSpec& spec, const Registry& registry) {
  if (!spec.method.empty()) (void)registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)registry.find_dataset(spec.dataset);
}

// As text, the table is the authors' own, byte for byte.
int print_coot_runs(const Invocation& invocation) {
  if (invocation.paper || invocation.explain_difference || !invocation.run.method.empty() || !invocation.run.dataset.empty()) {
    throw usage_error("the authors' runs are aggregated alone", "--import-coot-runs",
                      "leave out --method, --dataset, --paper and --explain");
  }
  if (invocation.run.format.value_or(OutputFormat::kTable) == OutputFormat::kTable) {
    std::cout << coot_runs_table(invocation.import_coot_runs);
  } else {
    print_tables({coot_runs_summary(import_coot_runs(invocation.import_coot_runs))}, *invocation.run.format);
  }
  return 0;
}

int explain_boards(const CommandContext& context, const std::vector<RunRecord>& runs, const LeaderboardRequest& request) {
  const auto explanations =
      explain_differences(runs, request, published_figures(context.registry), knowledge_of_variants(context.registry).defaults);
  if (explanations.empty()) context.progress.warning("no stored result on real data has a published figure to differ from");
  const OutputFormat format = effective_format(context.invocation.run);
  const bool for_programs = format == OutputFormat::kJson || format == OutputFormat::kCsv;
  print_tables(for_programs ? std::vector{explanation_list(explanations)} : explanation_tables(explanations), format);
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
  if (invocation.explain_difference && !invocation.paper)
    throw usage_error("explains the difference to published figures", "--explain", "add --paper");
  RunFilter filter;
  filter.method = spec.method;
  filter.dataset = spec.dataset;
  filter.include_invalid = true;  // the board counts them in a note
  LeaderboardRequest request;
  request.method = spec.method;
  request.dataset = spec.dataset;
  request.paper = invocation.paper;
  const auto store = Store::open_existing(store_path(spec));
  if (!store) throw input_error("no results yet", store_path(spec), "'vbench run' stores some, or name their folder with --out");
  request.by_item = item_tester(*store);
  if (invocation.explain_difference) return explain_boards(context, store->runs(filter), request);
  const auto boards = leaderboards(store->runs(filter), request, published_figures(context.registry));
  if (boards.empty()) context.progress.warning("no stored result matches");
  print_tables(boards, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
