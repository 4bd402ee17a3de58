// What official files of a video-text dataset are, and how its folder is found. Used by RetrievalData and the data commands.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/location/location.hpp"
#include "datasets/video_text/family.hpp"

namespace vbench::video_text {

/// Files that `folder` lacks, "path (what it is)" each. Empty: complete.
[[nodiscard]] std::vector<std::string> missing_files(const Family& family, const Options& options, const std::filesystem::path& folder);

/// meta_all.json or all official annotation files are there.
[[nodiscard]] bool has_annotations(const Family& family, const std::filesystem::path& folder);

/// The folder holds some of the official files.
[[nodiscard]] bool has_official_files(const Family& family, const Options& options, const std::filesystem::path& folder);

/// Where the stand-in for these options lies or would lie, below the cache folder.
[[nodiscard]] std::filesystem::path standin_folder(const Family& family, const Options& options);

[[nodiscard]] LocationQuery location_query(const Family& family, const Options& options, const std::filesystem::path& data_root);

/// As vbench::locate, in <data_root>/<name>.
[[nodiscard]] Location locate(const Family& family, const Options& options, const std::filesystem::path& data_root, SourceChoice choice,
                              Verbosity verbosity);

}  // namespace vbench::video_text
