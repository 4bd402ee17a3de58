// `vbench list`: methods, datasets, variants and metrics of this build.
#include <fmt/format.h>

#include <set>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace {

Table list_methods(const Registry& registry) {
  Table table{.title = "Methods",
              .header = {"method", "purpose", "variants"},
              .rows = {},
              .notes = {"'vbench list variants --method METHOD' names the variants"}};
  for (const auto& method : registry.methods()) {
    std::set<std::string> variants;  // one that runs on two datasets is one
    for (const auto& variant : registry.variants()) {
      if (variant.method == method.name) variants.insert(variant.name);
    }
    table.rows.push_back({{method.name}, {method.purpose}, {.text = std::to_string(variants.size()), .numeric = true}});
  }
  return table;
}

Table list_datasets(const Registry& registry) {
  Table table{.title = "Datasets",
              .header = {"dataset", "title", "licence"},
              .rows = {},
              .notes = {"'vbench data info DATASET' says what belongs where"}};
  for (const auto& dataset : registry.datasets()) table.rows.push_back({{dataset.name}, {dataset.title}, {dataset.licence}});
  return table;
}

Table list_variants(const Registry& registry, const std::string& method) {
  if (!method.empty()) (void)registry.find_method(method);
  Table table{.title = "Variants", .header = {"method", "dataset", "variant", "reproduces"}, .rows = {}, .notes = {}};
  for (const auto& variant : registry.variants()) {
    if (!method.empty() && variant.method != method) continue;
    table.rows.push_back({{variant.method}, {variant.dataset}, {variant.name}, {variant.reproduces}});
  }
  return table;
}

std::string unit_name(Unit unit) {
  switch (unit) {
    case Unit::kFraction:
      return "fraction, printed as %";
    case Unit::kRank:
      return "rank, from 1";
    case Unit::kIndex:
      return "index";
    case Unit::kSeconds:
      return "seconds";
    case Unit::kRate:
      return "clips/s";
    case Unit::kCount:
      return "count";
    case Unit::kCorrelation:
      return "correlation, -1 to 1";
    case Unit::kEdges:
      return "edges of the graph";
    case Unit::kLoss:
      return "value of the loss";
    case Unit::kNats:
      return "nats";
  }
  return "";
}

Table list_metrics() {
  Table table{.title = "Metrics", .header = {"metric", "meaning", "unit", "better"}, .rows = {}, .notes = {}};
  for (const auto& metric : all_metrics()) {
    table.rows.push_back(
        {{metric.key}, {metric.title}, {unit_name(metric.unit)}, {metric.direction == Direction::kHigherIsBetter ? "higher" : "lower"}});
  }
  return table;
}

}  // namespace

int list_command(const CommandContext& context) {
  const std::string& what = context.invocation.positional.at(0);
  const OutputFormat format = effective_format(context.invocation.run);
  const std::string& method = context.invocation.run.method;
  if (!method.empty() && what != "variants") throw usage_error("only variants belong to a method", "--method");
  if (what == "methods") {
    print_tables({list_methods(context.registry)}, format);
  } else if (what == "datasets") {
    print_tables({list_datasets(context.registry)}, format);
  } else if (what == "variants") {
    print_tables({list_variants(context.registry, method)}, format);
  } else if (what == "metrics") {
    print_tables({list_metrics()}, format);
  } else {
    throw usage_error("there is no list of '" + what + "'", "vbench list", suggest(what, {"methods", "datasets", "variants", "metrics"}));
  }
  return 0;
}

}  // namespace vbench::cli
