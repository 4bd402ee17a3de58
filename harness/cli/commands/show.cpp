// `vbench show`: a variant's settings with documentation, its layers, parameters and FLOPs.
#include <fmt/format.h>

#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/core/experiment.hpp"

namespace vbench::cli {
namespace {

Table settings_table(const VariantEntry& variant, const Settings& settings) {
  Table table{.title = fmt::format("{} {} on {}: settings (--set KEY=VALUE)", variant.method, variant.name, variant.dataset),
              .header = {"key", "value", "type", "meaning"},
              .rows = {},
              .notes = {"reproduces: " + variant.reproduces}};
  for (const auto& entry : settings.list()) {
    const bool changed = entry.value != entry.default_value;
    const std::string value = changed ? fmt::format("{} (default {})", entry.value, entry.default_value) : entry.value;
    table.rows.push_back({{entry.key}, {value, changed}, {entry.type}, {entry.doc}});
  }
  return table;
}

Table layers_table(const ModelSummary& summary) {
  Table table{.title = "Layers", .header = {"layer", "kind", "shape", "parameters"}, .rows = {}, .notes = {}};
  for (const auto& layer : summary.layers)
    table.rows.push_back({{layer.name}, {layer.kind}, {layer.shape}, {std::to_string(layer.parameters)}});
  table.notes.push_back(fmt::format("{} parameters; {:.2f} GFLOP ({:.3f} G multiply-adds) forward of {}", summary.parameters,
                                    static_cast<double>(summary.flops) * 1e-9, static_cast<double>(summary.flops) * 0.5e-9,
                                    summary.flops_of));
  return table;
}

}  // namespace

int show_command(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  const VariantEntry& variant = context.registry.find_variant(context.invocation.positional.at(0), spec.dataset, spec.variant);
  const auto pairing = variant.make();
  for (const auto& assignment : spec.settings) pairing->settings().set_assignment(assignment);
  print_tables({settings_table(variant, pairing->settings()), layers_table(pairing->summary())}, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
