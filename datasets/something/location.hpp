// Where something-something lies: annotations and videos of the user's, or the stand-in. Used by SomethingData and verify.
#pragma once

#include <string>

#include "datasets/location/location.hpp"
#include "datasets/something/annotations.hpp"
#include "datasets/something/options.hpp"

namespace vbench::something {

struct Files {
  AnnotationFiles annotations;
  std::filesystem::path media;
  Source source = Source::kReal;
};

/// @param split  whose list must be there; empty: one of them, whoever looks at all says what is missing
[[nodiscard]] LocationQuery location_query(const Options& options, const std::string& root, const std::string& split);

/// @throws Error kUsage for settings that have no effect there, kInput if only real files are wanted and some are not
[[nodiscard]] Files files_of(const Options& options, const LocationQuery& query, const Location& location, SourceChoice choice);

}  // namespace vbench::something
