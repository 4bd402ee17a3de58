// A dataset's label files from its official lists, with the videos looked up and counted. Used by `vbench data prepare`.
#pragma once

#include <string>

#include "datasets/clips/family.hpp"

namespace vbench::clips {

/// What it needs, for people; several lines.
[[nodiscard]] std::string preparation_text(const Family& family);

/// Writes `<folder>/labels` and, if videos are given, links `<folder>/videos` to them. They stay where they are.
/// @param request  settings annotations, videos, count and, for own-videos, format
/// @throws Error   kUsage for missing or unknown settings, kInput for what is wrong with lists or folders
DataReport prepare(const Family& family, const DataRequest& request, const std::string& folder);

}  // namespace vbench::clips
