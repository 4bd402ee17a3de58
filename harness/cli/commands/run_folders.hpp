// Where a stored run left its files. Used by `vbench report`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"

namespace vbench::cli {

/// "<out>/<method>/<dataset>/<variant>-<hash>/seed-<seed>" that hold this file: the hash knows settings and folders of the run, which may
/// have moved since, and another run may have been trained there.
[[nodiscard]] std::vector<std::filesystem::path> run_folders(const RunRecord& record, const std::filesystem::path& out,
                                                             const std::string& file);

}  // namespace vbench::cli
