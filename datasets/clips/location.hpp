// Where a labelled video dataset lies: label files and frames of the user's, or the stand-in. Used by ClipData and verify.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "datasets/clips/family.hpp"
#include "datasets/location/location.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::clips {

struct DatasetFiles {
  std::filesystem::path labels, media;
  Source source = Source::kReal;
};

/// @param role  whose label file must be there; nothing: one of the two, whoever looks at both says what the other lacks
[[nodiscard]] LocationQuery location_query(const Family& family, const Options& options, const std::string& root, std::optional<Role> role);

/// @throws Error kUsage for settings that have no effect there, kInput if only real files are wanted and some are not
[[nodiscard]] DatasetFiles files_of(const Family& family, const Options& options, const LocationQuery& query, const Location& location,
                                    SourceChoice choice);

/// A generator has marked the folder or the one it lies in.
[[nodiscard]] bool is_generated(const std::filesystem::path& named);

}  // namespace vbench::clips
