// Groups of classes that differ in what is really done, for the commonsense score: the official text file, and the 69 official groups.
// Used by SomethingData.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench::something {

struct ContrastiveGroup {
  std::vector<int64_t> classes;  ///< indices of the labels
  std::vector<int64_t> merge;    ///< a number a class: those with the same count as one; as long as `classes`
};

/// The file `contrastive_groups_list.txt`: groups between two blank lines, a class name a line (quotes around it and a comma behind it are
/// cut), `# 0 0 1 1` merges the group's classes, other lines behind `#` are comments, `##` ends the file.
/// @param left_out  gets the number of groups with a class that is not among `class_names`; null: such a class is an error
/// @throws Error kInput naming file and line: a class that is not among `class_names` (with the nearest), one twice in a group, a merge of
/// another length, a group of one class, one blank line within a group
[[nodiscard]] std::vector<ContrastiveGroup> read_contrastive_groups(const std::filesystem::path& file,
                                                                    const std::vector<std::string>& class_names,
                                                                    int64_t* left_out = nullptr);

/// The official ones if `class_names` are the 174 official classes in their order, else none.
[[nodiscard]] std::vector<ContrastiveGroup> official_contrastive_groups(const std::vector<std::string>& class_names);

}  // namespace vbench::something
