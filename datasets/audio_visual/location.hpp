// Where a dataset of videos with sound lies: class folders of the user's, or the stand-in. Used by AudioVisualData and verify.
#pragma once

#include <filesystem>
#include <string>

#include "datasets/audio_visual/family.hpp"
#include "datasets/location/location.hpp"

namespace vbench::audio_visual {

/// @param split  that has to be there; empty: any
[[nodiscard]] LocationQuery location_query(const Family& family, const Options& options, const std::string& root, const std::string& split);

/// @throws Error kUsage for settings that have no effect there
void check_settings(const Family& family, const Options& options, const LocationQuery& query, const Location& location);

}  // namespace vbench::audio_visual
