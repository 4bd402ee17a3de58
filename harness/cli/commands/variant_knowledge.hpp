// What this build knows of the methods' variants, for tables that set results beside published ones. Used by leaderboard and table.
#pragma once

#include "harness/core/registry.hpp"
#include "results/paper_tables/paper_table.hpp"

namespace vbench::cli {

/// Nothing is known of variants that are not registered. @param registry  must outlive what is given back
[[nodiscard]] VariantKnowledge knowledge_of_variants(const Registry& registry);

}  // namespace vbench::cli
