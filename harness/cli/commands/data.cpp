// `vbench data info|verify|synth|prepare|convert`: looks at, checks, generates and converts datasets.
#include <fmt/format.h>

#include <map>

#include "datasets/video/convert.hpp"
#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/stop_signal.hpp"
#include "harness/core/text.hpp"
#include "harness/train/device.hpp"

namespace vbench::cli {
namespace {

DataRequest request_of(const Invocation& invocation) {
  return {.root = invocation.run.data_root,
          .source = invocation.run.source,
          .settings = invocation.run.settings,
          .seed = static_cast<uint64_t>(invocation.seed),
          .deep = invocation.deep,
          .allow_missing = invocation.allow_missing};
}

// An option that has no effect is an error.
void check_options(const Invocation& invocation, const std::string& action) {
  const auto refuse = [&](bool given, const char* option) {
    if (given) throw usage_error(fmt::format("has no effect on 'vbench data {}'", action), option);
  };
  const bool writes = action != "info" && action != "verify";
  refuse(!writes && !invocation.output.empty(), "--output");
  const bool converts = action == "convert";
  refuse((!writes || converts) && static_cast<uint64_t>(invocation.seed) != DataRequest().seed, "--seed");
  refuse(action != "verify" && invocation.deep, "--deep");
  refuse(converts && invocation.run.data_root != RunSpec().data_root, "--data-root");
  refuse(converts && invocation.run.source != SourceChoice::kAuto, "--source");
}

Table facts_table(const std::string& title, const DataReport& report) {
  Table table{.title = title, .header = {"fact"}, .rows = {}, .notes = {}};
  for (const auto& fact : report.facts) table.rows.push_back({{fact}});
  return table;
}

/// Programs get every problem, people the first ones of each kind: a dataset that was not downloaded lacks every video.
Table problems_table(const DataReport& report, OutputFormat format) {
  constexpr int64_t kShown = 20;
  const bool all = format == OutputFormat::kCsv || format == OutputFormat::kJson;
  Table table{.title = "Problems", .header = {"severity", "kind", "item", "what is wrong"}, .rows = {}, .notes = {}};
  std::map<std::pair<bool, std::string>, int64_t> counts;
  for (const auto& problem : report.problems) {
    if (++counts[{!problem.fatal, problem.kind}] > kShown && !all) continue;
    table.rows.push_back({{problem.fatal ? "error" : "note"}, {problem.kind}, {problem.item}, {problem.message}});
  }
  for (const auto& [kind, count] : counts) {
    if (all || count <= kShown) continue;
    table.notes.push_back(fmt::format("{}, {}: {} in all, the first {} are shown; --format csv lists them", kind.first ? "note" : "error",
                                      kind.second, count, kShown));
  }
  return table;
}

int64_t errors(const DataReport& report) {
  return std::count_if(report.problems.begin(), report.problems.end(), [](const DataProblem& problem) { return problem.fatal; });
}

int info(const CommandContext& context, const DatasetEntry& entry) {
  const DataReport report = entry.info(request_of(context.invocation));
  auto table = facts_table(entry.title, report);
  table.notes = split(entry.layout, '\n');
  table.notes.push_back("licence: " + entry.licence);
  std::vector<Table> tables{table};
  if (report.facts.empty()) tables.push_back(problems_table(report, effective_format(context.invocation.run)));  // why nothing can be said
  print_tables(tables, effective_format(context.invocation.run));
  return 0;
}

// Exit code 1 if a check answered no: the files are wrong, the program is not.
int verify(const CommandContext& context, const DatasetEntry& entry) {
  const DataReport report = entry.verify(request_of(context.invocation));
  const int64_t wrong = errors(report);
  auto summary = facts_table(entry.name + ": verification", report);
  summary.rows.push_back({{fmt::format("{} of {} listed items checked, {} errors, {} notes", report.checked, report.listed, wrong,
                                       static_cast<int64_t>(report.problems.size()) - wrong)}});
  std::vector<Table> tables{summary};
  if (!report.problems.empty()) tables.push_back(problems_table(report, effective_format(context.invocation.run)));
  print_tables(tables, effective_format(context.invocation.run));
  return wrong == 0 ? 0 : exit_code(ErrorKind::kCheck);
}

int synth(const CommandContext& context, const DatasetEntry& entry) {
  const std::string& folder = context.invocation.output;
  if (folder.empty()) throw usage_error("no folder to write to", "vbench data synth", "name it with --output DIR");
  print_tables({facts_table(fmt::format("{}: SYNTHETIC stand-in written to {}", entry.name, folder),
                            entry.synthesize(request_of(context.invocation), folder))},
               effective_format(context.invocation.run));
  return 0;
}

int prepare(const CommandContext& context, const DatasetEntry& entry) {
  const std::string& folder = context.invocation.output;
  if (!entry.prepare)
    throw usage_error(entry.name + " has nothing to prepare", "vbench data prepare", "'vbench data info' shows its files");
  Table table;
  if (folder.empty()) {
    table = Table{.title = entry.name + ": preparation", .header = {"needs"}, .rows = {}, .notes = {}};
    for (const auto& line : split(entry.preparation, '\n')) table.rows.push_back({{line}});
  } else {
    table = facts_table(fmt::format("{}: prepared in {}", entry.name, folder), entry.prepare(request_of(context.invocation), folder));
  }
  print_tables({table}, effective_format(context.invocation.run));
  return 0;
}

// A folder of videos instead of a dataset's name: which dataset they belong to makes no difference.
int convert(const CommandContext& context) {
  const Invocation& invocation = context.invocation;
  const std::string& input = invocation.positional.at(1);
  if (invocation.output.empty()) throw usage_error("no folder to write to", "vbench data convert", "name it with --output DIR");
  video::ConvertOptions options;
  Settings settings;
  video::bind(settings, options);
  for (const auto& assignment : invocation.run.settings) settings.set_assignment(assignment);
  options.stop_requested = stop_requested;
  const DataReport report = video::convert_videos(input, invocation.output, options, context.progress);
  std::vector<Table> tables{facts_table(fmt::format("{}: frames in {}", printable(input), printable(invocation.output)), report)};
  if (!report.problems.empty()) tables.push_back(problems_table(report, effective_format(invocation.run)));
  print_tables(tables, effective_format(invocation.run));
  const auto tolerated = invocation.allow_missing * static_cast<double>(report.listed);
  return static_cast<double>(errors(report)) <= tolerated ? 0 : exit_code(ErrorKind::kCheck);
}

}  // namespace

int data_command(const CommandContext& context) {
  static const std::map<std::string, int (*)(const CommandContext&, const DatasetEntry&)> actions{
      {"info", info}, {"verify", verify}, {"synth", synth}, {"prepare", prepare}};
  set_threads(0);  // generators and deep checks use every core
  const std::string& action = context.invocation.positional.at(0);
  const auto known = actions.find(action);
  if (known == actions.end() && action != "convert")
    throw usage_error("unknown action '" + action + "'", "vbench data", suggest(action, {"info", "verify", "synth", "prepare", "convert"}));
  check_options(context.invocation, action);
  if (action == "convert") return convert(context);
  return known->second(context, context.registry.find_dataset(context.invocation.positional.at(1)));
}

}  // namespace vbench::cli
