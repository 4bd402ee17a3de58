#include "harness/cli/commands/variant_knowledge.hpp"

#include <algorithm>

#include "harness/core/experiment.hpp"

namespace vbench::cli {
namespace {

/// nullptr if it is not registered.
const VariantEntry* find_entry(const Registry& registry, const std::string& method, const std::string& dataset,
                               const std::string& variant) {
  const auto& all = registry.variants();
  const auto found = std::find_if(all.begin(), all.end(), [&](const VariantEntry& entry) {
    return entry.method == method && entry.dataset == dataset && entry.name == variant;
  });
  return found == all.end() ? nullptr : &*found;
}

}  // namespace

VariantKnowledge knowledge_of_variants(const Registry& registry) {
  VariantKnowledge knowledge;
  knowledge.defaults = [&registry](const std::string& method, const std::string& dataset, const std::string& variant) {
    const VariantEntry* entry = find_entry(registry, method, dataset, variant);
    return entry == nullptr ? std::nullopt : std::optional(entry->make()->settings().values());
  };
  knowledge.size = [&registry](const std::string& method, const std::string& dataset,
                               const std::string& variant) -> std::optional<ModelSize> {
    const VariantEntry* entry = find_entry(registry, method, dataset, variant);
    if (entry == nullptr) return std::nullopt;
    const ModelSummary summary = entry->make()->summary();
    return ModelSize{summary.parameters, summary.flops, summary.flops_of};
  };
  return knowledge;
}

}  // namespace vbench::cli
