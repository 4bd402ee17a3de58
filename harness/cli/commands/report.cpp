// `vbench report`: stored runs as one HTML page.
#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <tuple>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/class_names.hpp"
#include "harness/cli/commands/cluster_view.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/reported_runs.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/stop_signal.hpp"
#include "results/item_tests.hpp"
#include "results/readable_outputs.hpp"
#include "results/report/groups.hpp"
#include "results/report/report_page.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

/// Clusters of the newest run that has some; those of INVALID runs only if somebody asked for them by name.
void add_clusters(const CommandContext& context, const Store& store, report::Report& page) {
  const bool named = !context.invocation.run_ids.empty();
  if (const auto run = clustered_run_among(store, page.runs, named)) {
    page.clusters = cluster_view(context, *run);
  } else if (!named && clustered_run_among(store, page.runs, true)) {
    page.notes.emplace_back("Clusters of INVALID runs are shown only where --run names the run.");
  }
}

/// Kernels belong to no run: they are on the page of the whole store.
std::vector<KernelSpeed> measured_kernels(const CommandContext& context, const Store& store) {
  const RunSpec& spec = context.invocation.run;
  const bool whole = spec.method.empty() && spec.dataset.empty() && spec.variant.empty() && context.invocation.run_ids.empty();
  return whole ? store.kernels() : std::vector<KernelSpeed>();
}

/// Measured speeds of what the page is about: with --run, those of the runs' variants.
std::vector<ThroughputRow> measured_speeds(const CommandContext& context, const Store& store, const std::vector<RunRecord>& runs) {
  const RunSpec& spec = context.invocation.run;
  auto rows = store.throughput({spec.method, spec.dataset, spec.variant});
  if (context.invocation.run_ids.empty()) return rows;
  std::set<std::tuple<std::string, std::string, std::string>> variants;
  for (const auto& run : runs) variants.emplace(run.method, run.dataset, run.variant);
  std::erase_if(rows, [&](const ThroughputRow& row) { return !variants.contains({row.method, row.dataset, row.variant}); });
  return rows;
}

/// "3 runs, 8 clusters of 192 videos, 45 of them in pictures,": what was written.
std::string contents(const report::Report& page) {
  auto text = report::counted(static_cast<int64_t>(page.runs.size()), "run");
  if (!page.clusters) return text;
  const auto& head = page.clusters->heads.at(page.clusters->best).clusters;
  const auto pictured = static_cast<int64_t>(page.clusters->strips.size()) - unreadable_videos(*page.clusters);
  return fmt::format("{}, {} clusters of {} videos, {} of them in pictures,", text, std::set<int64_t>(head.begin(), head.end()).size(),
                     page.clusters->ids.size(), pictured);
}

/// Where the page goes; a folder that is named for it is made.
std::string page_file(const Invocation& invocation) {
  if (!invocation.output.empty() && !invocation.open_dir.empty())
    throw usage_error("two places for one page", "--output and --open-dir", "leave one out");
  if (!invocation.output.empty()) return invocation.output;
  const fs::path folder = invocation.open_dir.empty() ? fs::path(invocation.run.out) / "report" : fs::path(invocation.open_dir);
  make_folder(folder);
  return (folder / "index.html").string();
}

}  // namespace

int report_command(const CommandContext& context) {
  const auto store = open_store(context);
  const std::string output = page_file(context.invocation);
  require_writable(output);
  if (std::error_code none; std::filesystem::equivalent(output, store.file(), none))
    throw usage_error("is the store itself", output, "name a file of its own with --output");
  report::Report page{.runs = reported_runs(context, store), .published = published_figures(context.registry)};
  page.by_item = item_tester(store);
  page.throughput = measured_speeds(context, store, page.runs);
  page.kernels = measured_kernels(context, store);
  std::vector<std::string> damage;  // of the run whose outputs were asked for last
  page.outputs = [&](const RunRecord& run) {
    throw_if_stop_requested();
    auto read = readable_outputs(store, run.run_id);
    damage.clear();
    for (const auto& each : read.damaged) {
      complain(context, fmt::format("run {}: {}; left out", run.run_id, each.why));
      damage.push_back(each.why);
    }
    return std::move(read.outputs);
  };
  page.unreadable = [&](const RunRecord&) { return damage; };
  page.class_names = [&](const RunRecord& run, const report::ConfusionMatrix& matrix) {
    std::vector<std::string> problems;
    auto names = class_names_of(run, matrix, context.invocation.run.out, problems);
    for (const auto& problem : problems) complain(context, problem);
    return names;
  };
  add_clusters(context, store, page);
  const std::string text = report_page(page);
  write_file_atomically(output, text);
  context.progress.info(fmt::format("wrote {} to {} ({:.1f} MB)", contents(page), output, static_cast<double>(text.size()) / 1e6));
  return 0;
}

}  // namespace vbench::cli
