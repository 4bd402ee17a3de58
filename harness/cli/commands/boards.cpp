#include "harness/cli/commands/boards.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>

namespace vbench::cli {

std::map<std::string, Published> published_figures(const Registry& registry) {
  std::map<std::string, Published> figures;
  for (const auto& method : registry.methods()) {
    if (!method.published_json.empty()) figures.emplace(method.name, Published::parse(method.published_json));
  }
  return figures;
}

void print_tables(const std::vector<Table>& tables, OutputFormat format) {
  const bool colour = format == OutputFormat::kTable && ::isatty(STDOUT_FILENO) == 1;
  std::cout << render(tables, format, colour);
}

std::string store_path(const RunSpec& spec) { return (std::filesystem::path(spec.out) / "results.db").string(); }

}  // namespace vbench::cli
