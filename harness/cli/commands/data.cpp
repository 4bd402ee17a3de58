// `vbench data info|verify|synth|prepare`: looks at, checks and generates datasets.
#include <fmt/format.h>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
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
  refuse(!writes && static_cast<uint64_t>(invocation.seed) != DataRequest().seed, "--seed");
  refuse(action != "verify" && invocation.deep, "--deep");
}

Table facts_table(const std::string& title, const DataReport& report) {
  Table table{.title = title, .header = {"fact"}, .rows = {}, .notes = {}};
  for (const auto& fact : report.facts) table.rows.push_back({{fact}});
  return table;
}

Table problems_table(const DataReport& report) {
  Table table{.title = "Problems", .header = {"severity", "kind", "item", "what is wrong"}, .rows = {}, .notes = {}};
  for (const auto& problem : report.problems) {
    table.rows.push_back({{problem.fatal ? "error" : "note"}, {problem.kind}, {problem.item}, {problem.message}});
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
  if (report.facts.empty()) tables.push_back(problems_table(report));  // why nothing can be said
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
  if (!report.problems.empty()) tables.push_back(problems_table(report));
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

}  // namespace

int data_command(const CommandContext& context) {
  set_threads(0);  // generators and deep checks use every core
  const std::string& action = context.invocation.positional.at(0);
  const DatasetEntry& entry = context.registry.find_dataset(context.invocation.positional.at(1));
  check_options(context.invocation, action);
  if (action == "info") return info(context, entry);
  if (action == "verify") return verify(context, entry);
  if (action == "synth") return synth(context, entry);
  if (action == "prepare") return prepare(context, entry);
  throw usage_error("unknown action '" + action + "'", "vbench data", suggest(action, {"info", "verify", "synth", "prepare"}));
}

}  // namespace vbench::cli
