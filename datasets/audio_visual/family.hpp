// What tells one dataset of videos with sound from another: names, classes, official lists, published options. Used by this folder and
// datasets/register.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/audio_visual/official_lists.hpp"
#include "datasets/audio_visual/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::audio_visual {

struct Family {
  std::string name, title, licence;
  std::string layout = {};                      ///< what to put where below --data-root, several lines
  int64_t classes = 0;                          ///< officially
  std::vector<std::string> class_folders = {};  ///< their names with `_` for blanks, where other classes are another dataset; empty: any
  OfficialLists (*read)(const std::filesystem::path& folder) = nullptr;
  std::string official_lists = {};  ///< their names, for people
  std::function<Options()> defaults = {};
  /// Writes the stand-in into a folder.
  std::function<DataReport(const DataRequest& request, const std::string& folder)> synthesize = {};
};

/// ave, kinetics, kinetics-sound, vgg-sound.
[[nodiscard]] const std::vector<Family>& families();
/// @throws Error kUsage with the nearest names
[[nodiscard]] const Family& family_of(const std::string& name);

/// The registry's entry: info, verify, synth and prepare of `vbench data`. @param family  one of families()
[[nodiscard]] DatasetEntry dataset_entry(const Family& family);

/// Blanks as `_`: copies of a dataset have either in the names of its folders.
[[nodiscard]] std::string underscored(std::string name);

}  // namespace vbench::audio_visual
