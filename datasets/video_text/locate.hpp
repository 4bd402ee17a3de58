// Finds a dataset's folder: official files, or a stand-in that is generated on demand. Used by RetrievalData and the data commands.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/video_text/family.hpp"
#include "harness/core/progress.hpp"

namespace vbench::video_text {

struct Location {
  std::filesystem::path folder;
  Source source = Source::kReal;
};

/// Files that `folder` lacks, "path (what it is)" each. Empty: complete.
[[nodiscard]] std::vector<std::string> missing_files(const Family& family, const Options& options, const std::filesystem::path& folder);

/// meta_all.json or all official annotation files are there.
[[nodiscard]] bool has_annotations(const Family& family, const std::filesystem::path& folder);

/// The folder holds some of the official files.
[[nodiscard]] bool has_official_files(const Family& family, const Options& options, const std::filesystem::path& folder);

/// A generator has marked the folder: its content is never real, wherever it lies.
[[nodiscard]] bool is_synthetic(const std::filesystem::path& folder);

/// Where the stand-in for these options lies or would lie, below the cache folder.
[[nodiscard]] std::filesystem::path standin_folder(const Family& family, const Options& options);

/// kAuto: <data_root>/<name> if it holds files, else the stand-in. kReal: only official files. kSynthetic: a generated folder, there or in
/// the cache. The stand-in is generated if it is not there, by one process at a time. @throws Error kInput with the list of files to put
/// where
[[nodiscard]] Location locate(const Family& family, const Options& options, const std::filesystem::path& data_root, SourceChoice choice,
                              Verbosity verbosity);

}  // namespace vbench::video_text
