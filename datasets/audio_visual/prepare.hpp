// A dataset's tree of class folders from its official lists, by links to the videos. Used by `vbench data prepare`.
#pragma once

#include <string>

#include "datasets/audio_visual/family.hpp"

namespace vbench::audio_visual {

/// What it needs, for people; several lines.
[[nodiscard]] std::string preparation_text(const Family& family);

/// Makes `<folder>/<split>/<class>/<video>.mp4` links. Links of an earlier preparation that are not listed any more are removed; files are
/// never touched. Doing it again after it was stopped finishes it.
/// @param request  settings annotations and videos
/// @throws Error   kUsage for missing or unknown settings, kInput for what is wrong with lists or folders
DataReport prepare(const Family& family, const DataRequest& request, const std::string& folder);

}  // namespace vbench::audio_visual
