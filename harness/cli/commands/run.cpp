// `vbench run`: trains and evaluates every seed on every fold, stores the results, prints the board they stand on.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <iostream>
#include <vector>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "harness/train/session.hpp"
#include "results/item_tests.hpp"
#include "results/store.hpp"
#include "results/summary.hpp"

namespace vbench::cli {
namespace {

const Published* find_published(const std::map<std::string, Published>& figures, const std::string& method) {
  const auto found = figures.find(method);
  return found == figures.end() ? nullptr : &found->second;
}

/// Records of every seed, by fold.
using FoldRecords = std::vector<std::vector<RunRecord>>;

bool asks_for_folds(const RunSpec& spec) { return spec.all_folds || !spec.folds.empty(); }

// Nobody knows how the embeddings of a foreign file were made, so they are scored and not stored.
int score_embeddings(const CommandContext& context, const Session& session) {
  const auto& spec = context.invocation.run;
  const Evaluation evaluation = session.evaluate_embeddings();
  Table table;
  table.title = fmt::format("{}, {}", spec.dataset, spec.embeddings);
  table.header = {"metric", "value"};
  for (const auto& metric : all_metrics()) {
    const auto found = evaluation.scores.find(metric.key);
    if (found != evaluation.scores.end()) table.rows.push_back({{metric.key}, {format_score(metric.key, found->second)}});
  }
  print_tables({table}, effective_format(spec));
  return 0;
}

void report_verdict(const RunRecord& record, Progress& progress) {
  for (const auto& reason : record.verdict.reasons) {
    progress.warning(fmt::format("seed {}: {}{}", record.seed, record.verdict.valid ? "" : "INVALID: ", reason));
  }
  const auto doubt = record.environment.find("speed_unreliable");
  if (doubt != record.environment.end()) progress.info(fmt::format("seed {}: speeds are unreliable: {}", record.seed, doubt->second));
}

// Every run of the same dataset and source, so that the new ones stand among their peers.
void print_board(const CommandContext& context, const Store& store, const std::vector<FoldRecords>& variants,
                 const std::map<std::string, Published>& figures) {
  const RunSpec& spec = context.invocation.run;
  const RunRecord& latest = variants.front().front().front();
  RunFilter filter;
  filter.dataset = latest.dataset;
  filter.source = latest.source;
  filter.include_invalid = true;  // the board counts them in a note
  LeaderboardRequest request;
  request.dataset = latest.dataset;
  request.paper = latest.source == Source::kReal;
  request.folds_only = asks_for_folds(spec);
  request.by_item = item_tester(store);
  for (const auto& folds : variants) {
    for (const auto& seeds : folds) {
      for (const auto& record : seeds) request.new_runs.push_back(record.run_id);
    }
  }
  print_tables(leaderboards(store.runs(filter), request, figures), effective_format(spec));
}

/// The folds that were asked for. @throws Error kUsage for folds that the dataset has not, and for a fold that the settings name too
std::vector<int64_t> folds_of(const RunSpec& spec, const DatasetEntry& dataset) {
  const int64_t known = dataset.folds;
  if (known == 1) throw usage_error(fmt::format("{} has one official split", dataset.name), "--folds", "leave it out");
  if (known == 0 && spec.all_folds)
    throw usage_error(fmt::format("how many folds {} has is not known", dataset.name), "--folds all", "name them: 1,2,3");
  for (const auto& setting : spec.settings) {
    if (trim(setting.substr(0, setting.find('='))) == "data.fold")
      throw usage_error("names a fold as --folds does", "--set " + setting, "leave one of the two out");
  }
  std::vector<int64_t> folds = spec.folds;
  for (int64_t fold = 1; spec.all_folds && fold <= known; ++fold) folds.push_back(fold);
  for (const int64_t fold : folds) {
    if (known > 0 && fold > known)
      throw usage_error(fmt::format("{} has {} official splits, {} is none of them", dataset.name, known, fold), "--folds");
  }
  return folds;
}

/// A session for each fold of a variant, or one.
std::vector<Session> sessions_of_folds(RunSpec spec, const Registry& registry) {
  std::vector<Session> sessions;
  sessions.emplace_back(spec, registry);
  if (!asks_for_folds(spec)) return sessions;
  if (!spec.embeddings.empty()) throw usage_error("an embeddings file is of one split", "--folds", "leave it out");
  const auto folds = folds_of(spec, registry.find_dataset(sessions.front().variant().dataset));
  sessions.clear();
  spec.settings.emplace_back();
  for (const int64_t fold : folds) {
    spec.settings.back() = fmt::format("data.fold={}", fold);
    sessions.emplace_back(spec, registry);
  }
  return sessions;
}

/// The sessions of each of "--variant a,b"; all are checked before the first one trains.
std::vector<std::vector<Session>> sessions(const CommandContext& context) {
  std::vector<std::vector<Session>> all;
  auto spec = context.invocation.run;
  const auto variants = split(spec.variant, ',');
  for (const auto& variant : variants.empty() ? std::vector<std::string>{""} : variants) {
    if (variant.empty() && !variants.empty())
      throw usage_error("a name is missing", "--variant " + fmt::format("{}", fmt::join(variants, ",")));
    spec.variant = variant;
    all.push_back(sessions_of_folds(spec, context.registry));
    for (size_t i = 0; i + 1 < all.size(); ++i) {
      if (all[i].front().variant().name == all.back().front().variant().name)
        throw usage_error(fmt::format("'{}' is given twice", variant), "--variant");
    }
  }
  return all;
}

std::vector<RunRecord> run_seeds(const CommandContext& context, Session& session, Store& store) {
  std::vector<RunRecord> records;
  if (asks_for_folds(session.spec())) context.progress.info(session.spec().settings.back());
  for (const int64_t seed : context.invocation.run.seeds) {
    records.push_back(session.run_seed(seed, context.command_line, context.progress));
    records.back().run_id = store.add(records.back());
    report_verdict(records.back(), context.progress);
  }
  return records;
}

/// One variant is an object, several are a list of them.
void print_json(const RunSpec& spec, const std::vector<FoldRecords>& variants, const std::map<std::string, Published>& figures) {
  std::vector<std::string> objects;
  for (const auto& folds : variants) {
    const Published* published = find_published(figures, folds.front().front().method);
    objects.push_back(asks_for_folds(spec) ? folds_json(folds, published) : run_json(folds.front(), published));
  }
  std::cout << (objects.size() == 1 ? objects.front() : fmt::format("[{}]\n", fmt::join(objects, ",")));
}

}  // namespace

int run_command(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  if (spec.eval_only && spec.init.empty() && spec.embeddings.empty())
    throw usage_error("nothing to evaluate", "--eval-only", "name the weights with --init FILE");
  auto runs = sessions(context);
  if (!spec.embeddings.empty()) return score_embeddings(context, runs.front().front());
  make_folder(spec.out);
  Store store = Store::open(store_path(spec));  // before training: a folder that cannot be written to should not cost an hour
  std::vector<FoldRecords> variants;
  for (auto& of_variant : runs) {
    auto& folds = variants.emplace_back();
    for (auto& session : of_variant) folds.push_back(run_seeds(context, session, store));
  }
  const auto figures = published_figures(context.registry);
  if (effective_format(spec) == OutputFormat::kJson) {
    print_json(spec, variants, figures);
  } else {
    print_board(context, store, variants, figures);
  }
  return 0;
}

}  // namespace vbench::cli
