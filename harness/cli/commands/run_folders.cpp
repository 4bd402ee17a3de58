#include "harness/cli/commands/run_folders.hpp"

#include <fmt/format.h>

#include "harness/core/files.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;

std::vector<fs::path> run_folders(const RunRecord& record, const fs::path& out, const std::string& file) {
  std::vector<fs::path> folders;
  for (const auto& folder : list_folder(out / record.method / record.dataset)) {
    const std::string name = folder.filename().string();
    const bool of_variant = name.starts_with(record.variant + "-") && name.size() == record.variant.size() + 9;
    const auto of_seed = folder / fmt::format("seed-{}", record.seed);
    if (of_variant && fs::is_regular_file(of_seed / file)) folders.push_back(of_seed);
  }
  return folders;
}

}  // namespace vbench::cli
