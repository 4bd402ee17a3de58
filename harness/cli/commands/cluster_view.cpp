#include "harness/cli/commands/cluster_view.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <thread>

#include "datasets/loader/ordered_prefetch.hpp"
#include "harness/core/error.hpp"
#include "harness/core/experiment.hpp"
#include "harness/core/stop_signal.hpp"
#include "metrics/clustering.hpp"
#include "results/report/confusion.hpp"
#include "results/report/overview.hpp"

namespace vbench::cli {
namespace {

constexpr int64_t kSide = 96;  // of a picture, pixels

void name_missing_classes(std::vector<std::string>& classes) {
  for (size_t i = 0; i < classes.size(); ++i) {
    if (classes[i].empty()) classes[i] = fmt::format("class {}", i);
  }
}

std::vector<report::Figure> figures_of(const Scores& scores) {
  std::vector<report::Figure> figures;
  for (const auto& metric : all_metrics()) {
    const auto found = scores.find(metric.key);
    if (found == scores.end() || metric.detail) continue;
    const char* unit = metric.unit == Unit::kFraction ? " %" : metric.unit == Unit::kNats ? " nats" : "";
    figures.push_back({metric.column.empty() ? metric.key : metric.column, format_score(metric.key, found->second) + unit, metric.title});
  }
  return figures;
}

at::Tensor tensor_of(const std::vector<int64_t>& values) { return at::tensor(values, at::kLong); }

report::ClusterPage described(const CommandContext& context, const ClusteredRun& run) {
  const RunRecord& record = run.record;
  report::ClusterPage page{.method = record.method,
                           .variant = record.variant,
                           .dataset = record.dataset,
                           .run_id = record.run_id,
                           .evaluated_at = report::moment(record.created_unix),
                           .split = record.data.split,
                           .synthetic = record.source == Source::kSynthetic,
                           .seed = record.seed,
                           .epochs = record.epochs,
                           .figures = figures_of(record.scores),
                           .ids = run.ids,
                           .labels = run.labels,
                           .examples = context.invocation.examples,
                           .frames = context.invocation.frames};
  for (const auto& reason : record.verdict.reasons)
    page.notes.push_back(fmt::format("{}: {}", record.verdict.valid ? "About this run" : "This run is INVALID", reason));
  std::vector<std::string> problems;
  auto files = find_cluster_files(run, context.invocation.run.out, problems);
  for (const auto& problem : problems) complain(context, problem);
  if (files) {
    page.classes = std::move(files->classes);
    page.heads = std::move(files->heads);
    page.best = files->best;
    page.labellings = std::move(files->labellings);
  } else {
    const std::string line = "the run's folder is gone or holds other clusters by now";
    complain(context, fmt::format("{}: {}; the page shows the stored head alone", record.run_id, line));
    page.notes.push_back(fmt::format("Only the best head is shown, without cluster sizes and labellings: {}.", line));
    page.classes = report::classes_by_ids(run.ids, run.labels);
    page.heads = {{"best head", 0, run.clusters}};
  }
  page.classes.resize(
      std::max<size_t>(page.classes.size(), 1 + static_cast<size_t>(*std::max_element(run.labels.begin(), run.labels.end()))));
  name_missing_classes(page.classes);
  for (auto& head : page.heads) head.nmi = normalised_mutual_information(tensor_of(head.clusters), tensor_of(run.labels));
  return page;
}

/// The videos that the run evaluated, as its settings find them. Null if the dataset has no pictures.
std::unique_ptr<PictureSource> open_pictures(const CommandContext& context, const RunRecord& record) {
  const auto pairing = context.registry.find_variant(record.method, record.dataset, record.variant).make();
  std::map<std::string, std::string> values;
  for (const auto& setting : pairing->settings().list()) {
    if (const auto found = record.settings.find(setting.key); found != record.settings.end()) values.insert(*found);
  }
  // Videos that have gone since are missing on the page; they are no reason to show none.
  if (values.contains("data.allow_missing")) values.insert_or_assign("data.allow_missing", std::string(1, '1'));
  for (const auto& [key, value] : values) pairing->settings().set(key, value);
  for (const auto& assignment : context.invocation.run.settings) pairing->settings().set_assignment(assignment);
  RunSpec spec = context.invocation.run;
  spec.method = record.method;
  spec.dataset = record.dataset;
  spec.variant = record.variant;
  spec.split = record.data.split;
  spec.source = record.source == Source::kSynthetic ? SourceChoice::kSynthetic : SourceChoice::kReal;
  spec.strict = false;
  spec.eval_only = true;
  return pairing->open_pictures(spec);
}

/// A strip, or why there is none.
struct Strip {
  std::string jpeg, problem;
};

/// @return why the first of those that cannot be read cannot; empty: all can
std::string read_strips(const CommandContext& context, const PictureSource& pictures, report::ClusterPage& page) {
  const auto shown = shown_videos(page);
  const StripRequest request{page.frames, kSide};
  const int64_t cores = std::max<int64_t>(1, std::thread::hardware_concurrency());
  const int64_t workers = context.invocation.run.workers > 0 ? context.invocation.run.workers : cores;
  OrderedPrefetch<Strip> strips(0, static_cast<int64_t>(shown.size()), workers, 4 * workers, [&](int64_t i) -> Strip {
    try {
      return {pictures.strip(page.ids[static_cast<size_t>(shown[static_cast<size_t>(i)])], request), ""};
    } catch (const Error& error) {
      return {"", error.what()};
    }
  });
  std::string first;
  context.progress.begin("reading pictures", static_cast<int64_t>(shown.size()));
  for (const int64_t video : shown) {
    throw_if_stop_requested();
    auto strip = strips.next().value();
    if (first.empty()) first = strip.problem;
    page.strips[video] = std::move(strip.jpeg);
    context.progress.update(static_cast<int64_t>(page.strips.size()), "");
  }
  context.progress.end();
  return first;
}

void add_pictures(const CommandContext& context, const ClusteredRun& run, report::ClusterPage& page) {
  if (page.examples == 0) return;
  std::unique_ptr<PictureSource> pictures;
  auto why = fmt::format("{} has no pictures to show", run.record.dataset);
  try {
    pictures = open_pictures(context, run.record);
  } catch (const Error& error) {
    const bool about_command_line = error.kind() == ErrorKind::kUsage && !context.invocation.run.settings.empty();
    if (error.kind() == ErrorKind::kInterrupted || about_command_line) throw;
    why = error.what();
  }
  const bool same = pictures != nullptr && pictures->data().hash == run.record.data.hash;
  if (pictures != nullptr && !same && run.record.source == Source::kSynthetic) {
    pictures.reset();  // a stand-in is made anew where it is gone: it could be another one with the same names
    why = "the stand-in is not the one that the run evaluated";
  }
  if (!pictures) {
    complain(context, fmt::format("no pictures: {}", why));
    page.notes.emplace_back("The videos of this run were not there when the page was made, so it has no pictures.");
    return;
  }
  const auto problem = read_strips(context, *pictures, page);
  if (const auto unreadable = unreadable_videos(page); unreadable > 0) {
    complain(context, fmt::format("{} of {} example videos cannot be read, the first: {}", unreadable, page.strips.size(), problem));
  } else if (!same) {
    complain(context, fmt::format("{}: the videos are not exactly those that the run evaluated", run.record.dataset));
    page.notes.emplace_back("The videos have changed since the run: pictures may show other videos than those that were clustered.");
  }
}

}  // namespace

/// Warns, or with --strict fails.
void complain(const CommandContext& context, const std::string& line) {
  if (context.invocation.run.strict) throw input_error(line, "vbench report", "leave out --strict for a page without that");
  context.progress.warning(line);
}

int64_t unreadable_videos(const report::ClusterPage& page) {
  return std::count_if(page.strips.begin(), page.strips.end(), [](const auto& strip) { return strip.second.empty(); });
}

report::ClusterPage cluster_view(const CommandContext& context, const ClusteredRun& run) {
  auto page = described(context, run);
  add_pictures(context, run, page);
  return page;
}

}  // namespace vbench::cli
