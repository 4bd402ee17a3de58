// What tells one labelled video dataset from another: names, official files, published options. Used by this folder and
// datasets/register.cpp.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::clips {

struct Family {
  std::string name = {}, title = {}, licence = {};
  int64_t folds = 1;  ///< official splits into training and validation; 0: as many as there are label files
  Options (*defaults)() = nullptr;

  std::string media_folder = {};     ///< of the official archive: "UCF-101"; empty: none is usual
  std::string original_labels = {};  ///< how the original's label files are called before train.csv; "{}" stands for the fold
  bool splits_may_share = false;     ///< the official lists have videos in both splits, or under two labels
  annotations::Annotations (*read)(const std::filesystem::path& folder) = nullptr;  ///< the official lists; null: several forms
  std::string official_lists = {};                                                  ///< their names, for people

  const annotations::Official* official = nullptr;  ///< null: a user's own videos
  std::string layout = {};                          ///< what to put where below --data-root, several lines
  /// Writes the stand-in into a folder.
  std::function<DataReport(const DataRequest& request, const std::string& folder)> synthesize = {};
};

/// ucf101, hmdb51, kinetics-200, -400, -600 and -700, moments-in-time, hacs, diving48, and own-videos for a user's own.
[[nodiscard]] const std::vector<Family>& families();
/// @throws Error kUsage with the nearest names
[[nodiscard]] const Family& family_of(const std::string& name);

/// The registry's entry: info, verify, synth and prepare of `vbench data`. @param family  one of families()
[[nodiscard]] DatasetEntry dataset_entry(const Family& family);

}  // namespace vbench::clips
