// One function a command; each gives back the exit code. Called by the engine only.
#pragma once

#include "harness/cli/options.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/registry.hpp"

namespace vbench::cli {

/// What every command gets.
struct CommandContext {
  const Invocation& invocation;
  const Registry& registry;
  Progress& progress;
  std::string command_line;  ///< as typed
};

int run_command(const CommandContext& context);
int list_command(const CommandContext& context);
int show_command(const CommandContext& context);
int table_command(const CommandContext& context);
int leaderboard_command(const CommandContext& context);
int data_command(const CommandContext& context);
int embed_command(const CommandContext& context);
int predict_command(const CommandContext& context);
int explain_command(const CommandContext& context);
int rescore_command(const CommandContext& context);
int report_command(const CommandContext& context);
int compare_command(const CommandContext& context);
int throughput_command(const CommandContext& context);
int watch_command(const CommandContext& context);
int doctor_command(const CommandContext& context);

}  // namespace vbench::cli
