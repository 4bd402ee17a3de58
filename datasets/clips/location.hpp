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

/// What a user has said of the files of a dataset of labelled videos; empty: nothing.
struct NamedFiles {
  std::string labels_setting;  ///< "data.labels"
  std::filesystem::path labels, media;
  bool other_standin = false;  ///< sizes of the stand-in were asked for
};
/// @throws Error kUsage for what has no effect on the files that were found
void require_effect(const NamedFiles& named, const LocationQuery& query, const Location& location);

/// Synthetic if a generator has made labels or videos. @throws Error kInput if only real files are wanted and the videos are not
[[nodiscard]] Source source_of(const std::filesystem::path& labels, const std::filesystem::path& media, const Location& location,
                               SourceChoice choice);

}  // namespace vbench::clips
