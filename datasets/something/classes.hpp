// What is known of the classes of a folder of annotations beside their names: mirror images and contrastive groups. Used by SomethingData
// and verify.
#pragma once

#include <string>
#include <vector>

#include "datasets/something/annotations.hpp"
#include "datasets/something/augmentor.hpp"
#include "datasets/something/contrastive_groups.hpp"
#include "datasets/something/options.hpp"

namespace vbench::something {

struct KnownGroups {
  std::vector<ContrastiveGroup> groups;
  int64_t left_out = 0;  ///< name classes that are not among the labels
  std::string from;      ///< file, "built in", or empty: nothing is known
};
/// @throws Error kInput as read_contrastive_groups(), and if a file that was named leaves no group
[[nodiscard]] KnownGroups known_groups(const Options& options, const AnnotationFiles& files, const std::vector<std::string>& class_names);

/// @throws Error as Augmentor
[[nodiscard]] Augmentor known_augmentations(const Options& options, const AnnotationFiles& files,
                                            const std::vector<std::string>& class_names);

}  // namespace vbench::something
