// Names of classes that a run's folder still knows. Used by `vbench report`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"
#include "results/report/confusion.hpp"

namespace vbench::cli {

/// From the confusion.csv of a folder of the run's variant and seed that holds exactly these counts; nothing if there is none.
/// @param problems  gets a line for a damaged one
[[nodiscard]] std::vector<std::string> class_names_of(const RunRecord& record, const report::ConfusionMatrix& matrix,
                                                      const std::filesystem::path& out, std::vector<std::string>& problems);

}  // namespace vbench::cli
