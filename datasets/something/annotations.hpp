// The JSON files of something-something-v2: where they are, the class list and the lists of videos. Used by SomethingData and verify.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/split_index.hpp"

namespace vbench::something {

inline constexpr const char* kDataset = "something-something-v2";  ///< also its folder below --data-root
inline constexpr const char* kTrain = "train";
inline constexpr const char* kValidation = "validation";
inline constexpr const char* kTest = "test";

/// Empty paths: not there.
struct AnnotationFiles {
  std::filesystem::path labels;
  std::map<std::string, std::filesystem::path> lists;  ///< by split; only those that are there
  std::filesystem::path test_answers;                  ///< test-answers.csv
  std::filesystem::path augmentation_mapping;          ///< augmentation_mappings.json
  std::filesystem::path contrastive_groups;            ///< contrastive_groups_list.txt
  std::vector<annotations::Note> notes;                ///< on files that are there twice
};

/// something-something-v2-<split>.json or, of newer packages, <split>.json: in the folder or in labels/ below it.
[[nodiscard]] AnnotationFiles find_annotations(const std::filesystem::path& folder);
/// How messages call a file that find_annotations() did not find. @param what  "labels" or a split
[[nodiscard]] std::string wanted_annotation(const std::string& what);

/// {"class": "0", ...}: the classes in the order of their bytes, which is the index that everybody uses. Numbers of the file that say
/// otherwise are noted.
/// @throws Error kInput for a file that is no such object, or holds no class
[[nodiscard]] annotations::ClassList read_labels(const std::filesystem::path& file, std::vector<annotations::Note>& notes);

/// [{"id": "1", "template": "Holding [something]"}, ...] without the brackets; a list of the test split needs no templates, and they are
/// not read. Rows that no run may use are left out and told in `problems`: unknown templates, ids that are no plain names, ids that occur
/// twice.
/// @throws Error kInput naming file and entry for one that is no object or lacks a key
struct VideoList {
  std::string file;  ///< printable
  int64_t listed = 0;
  std::vector<annotations::ListedVideo> videos;  ///< label empty: not known
  std::vector<clips::RowProblem> problems;
  std::vector<annotations::Note> notes;
};
[[nodiscard]] VideoList read_list(const std::filesystem::path& file, const std::string& split, const annotations::ClassList& classes);

/// The listed videos joined with what lies on disk. Items of the test split have the label kUnlabelled.
/// @throws Error kInput if there is no list of that split; else as read_list()
[[nodiscard]] clips::SplitIndex index_split(const AnnotationFiles& files, const annotations::ClassList& classes, const clips::Media& media,
                                            const std::string& split);

/// The 174 classes of the official package in their order.
[[nodiscard]] bool are_official(const std::vector<std::string>& class_names);

}  // namespace vbench::something
