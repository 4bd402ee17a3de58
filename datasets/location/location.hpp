// Finds a dataset's folder: official files, or a stand-in that is generated on demand. Used by every dataset family and its data commands.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/progress.hpp"
#include "harness/core/registry.hpp"

namespace vbench {

struct Location {
  std::filesystem::path folder;
  Source source = Source::kReal;
};

/// What must be known of a dataset to find its files.
struct LocationQuery {
  std::string dataset;                                                   ///< as users name it
  std::vector<std::filesystem::path> folders;                            ///< where files may lie: the first that holds some counts
  std::function<bool(const std::filesystem::path&)> has_official_files;  ///< some of them
  std::function<std::vector<std::string>(const std::filesystem::path&)> missing_files;
  std::filesystem::path standin;                                 ///< where the stand-in lies or would lie
  std::function<void(const std::filesystem::path&)> synthesize;  ///< writes it there
};

/// A generator has marked the folder: its content is never real, wherever it lies.
[[nodiscard]] bool is_synthetic(const std::filesystem::path& folder);

/// <cache>/synthetic/<name>-<hash of the settings>: other settings, another stand-in.
[[nodiscard]] std::filesystem::path standin_folder(const std::string& name, const std::map<std::string, std::string>& generator_settings,
                                                   const std::vector<std::string>& request);

/// kAuto: the folder if it holds files, else the stand-in. kReal: only official files. kSynthetic: a generated folder, there or in the
/// cache. The stand-in is generated if it is not there, by one process at a time.
/// @throws Error kInput with the list of files to put where
[[nodiscard]] Location locate(const LocationQuery& query, SourceChoice choice, Verbosity verbosity);

/// The same for reports: nothing where a run would have to generate a stand-in first (unless `generate`) or would be refused; says so in
/// `report`.
[[nodiscard]] std::optional<Location> find_for_report(const LocationQuery& query, SourceChoice choice, bool generate, DataReport& report);

}  // namespace vbench
