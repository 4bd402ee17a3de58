// What tells one video-text dataset from another: names, files, stand-in. Used by this folder's readers and by datasets/register.cpp.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "datasets/video_text/options.hpp"
#include "harness/core/registry.hpp"

namespace vbench::video_text {

struct Family {
  std::string name, title, licence;
  std::string layout;  ///< what to put where below --data-root, several lines
  Options (*defaults)() = nullptr;
  DataReport (*synthesize)(const DataRequest& request, const std::string& folder) = nullptr;
  std::map<std::string, std::string> (*standin_settings)() = nullptr;  ///< the generator's defaults; others need another stand-in
};

/// Paths inside a dataset's folder.
[[nodiscard]] std::filesystem::path frame_features_path(const Options& options, const std::filesystem::path& folder);  ///< file or folder
[[nodiscard]] std::filesystem::path frame_counts_path(const Options& options, const std::filesystem::path& folder);
[[nodiscard]] std::filesystem::path word_features_path(const Family& family, const Options& options, const std::filesystem::path& folder);
[[nodiscard]] std::filesystem::path sentence_splits_path(const Family& family, const Options& options, const std::filesystem::path& folder);

/// The registry's entry: info, verify and synth of `vbench data`.
[[nodiscard]] DatasetEntry dataset_entry(const Family& family);

}  // namespace vbench::video_text
