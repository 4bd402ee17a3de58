// Which stored runs a report is about. Used by `vbench report`.
#pragma once

#include <vector>

#include "harness/cli/commands/commands.hpp"
#include "harness/core/run_record.hpp"
#include "results/store.hpp"

namespace vbench::cli {

/// The store below --out. @throws Error kInput if there is none
[[nodiscard]] Store open_store(const CommandContext& context);

/// Those of --run, else all that match --method, --dataset and --variant, INVALID ones too; with history, without outputs, oldest first.
/// @throws Error kUsage for unknown names and runs, and if nothing matches
[[nodiscard]] std::vector<RunRecord> reported_runs(const CommandContext& context, const Store& store);

}  // namespace vbench::cli
