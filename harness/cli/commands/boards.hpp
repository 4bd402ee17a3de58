// What several commands print: the boards of the stored runs. Used by run and leaderboard.
#pragma once

#include <map>
#include <string>

#include "harness/core/registry.hpp"
#include "results/leaderboard.hpp"
#include "results/published.hpp"
#include "results/table.hpp"

namespace vbench::cli {

/// Published figures of every method of this build that has some.
[[nodiscard]] std::map<std::string, Published> published_figures(const Registry& registry);

/// Prints tables to stdout, one after another; JSON as one array.
void print_tables(const std::vector<Table>& tables, OutputFormat format);

/// "DIR/results.db".
[[nodiscard]] std::string store_path(const RunSpec& spec);

}  // namespace vbench::cli
