// `vbench table`: a paper's table as the paper lays it out, with our results from the store.
#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/variant_knowledge.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "results/paper_tables/paper_table.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

PaperTableRequest request_of(const RunSpec& spec) {
  if (spec.source == SourceChoice::kAuto) throw usage_error("unknown value 'auto'", "--source", "known: real, synthetic");
  PaperTableRequest request;
  request.source = spec.source == SourceChoice::kSynthetic ? Source::kSynthetic : Source::kReal;
  request.variants = split(spec.variant, ',');
  return request;
}

void check_variants(const std::vector<std::string>& variants, const std::string& method, const Registry& registry) {
  std::set<std::string> names;
  for (const auto& entry : registry.variants()) {
    if (entry.method == method) names.insert(entry.name);
  }
  for (const auto& variant : variants) {
    if (names.count(variant) == 0) {
      throw usage_error("unknown variant '" + variant + "' of " + method, "--variant",
                        suggest(variant, std::vector<std::string>(names.begin(), names.end())));
    }
  }
}

/// What chooses rows says nothing about the list of tables.
void check_list_options(const RunSpec& spec) {
  const char* option = !spec.variant.empty() ? "--variant" : spec.source != SourceChoice::kReal ? "--source" : nullptr;
  if (option != nullptr) throw usage_error("chooses rows of a table, and no table is named", option, "'vbench table' lists the tables");
}

/// A paper can be looked at before anything was run; without published figures there would be nothing to see.
std::vector<RunRecord> stored_runs(const RunSpec& spec, const std::string& method, Source source, Progress& progress) {
  RunFilter filter;
  filter.method = method;
  filter.source = source;
  if (const auto store = Store::open_existing(store_path(spec))) return store->runs(filter);
  if (source == Source::kSynthetic)
    throw input_error("no results yet", store_path(spec), "'vbench run' stores some, or name their folder with --out");
  progress.warning(store_path(spec) + ": no results yet, the table has published rows alone");
  return {};
}

}  // namespace

int table_command(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  const auto& names = context.invocation.positional;
  if (names.empty() || names.front() == "list") {
    check_list_options(spec);
    print_tables({list_of_paper_tables()}, effective_format(spec));
    return 0;
  }
  const auto definitions = find_paper_tables(names.front());
  const PaperTableRequest request = request_of(spec);
  const std::string& method = definitions.front()->method;
  (void)context.registry.find_method(method);  // this build may lack it
  check_variants(request.variants, method, context.registry);
  const auto runs = stored_runs(spec, method, request.source, context.progress);
  const auto figures = published_figures(context.registry);
  const auto published = figures.find(method);
  std::vector<Table> tables;
  for (const auto* definition : definitions) {
    tables.push_back(paper_table(*definition, request, runs, published == figures.end() ? nullptr : &published->second,
                                 knowledge_of_variants(context.registry)));
  }
  print_tables(tables, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
