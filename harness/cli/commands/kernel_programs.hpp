// `vbench throughput --kernels`: the Google Benchmark programs that measure single kernels, or methods beside plain computations. Used by
// throughput.cpp.
#pragma once

#include <optional>

#include "harness/cli/commands/commands.hpp"
#include "results/store.hpp"

namespace vbench::cli {

/// @throws Error kUsage if anything was given that says how stages of a method are measured
void refuse_stage_options(const ThroughputOptions& given, const char* beside, const char* hint);

/// Runs, stores, prints.
int measure_kernels(const CommandContext& context);
int print_stored_kernels(const CommandContext& context, const std::optional<Store>& store);

}  // namespace vbench::cli
