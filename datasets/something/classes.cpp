#include "datasets/something/classes.hpp"

#include <fmt/format.h>

#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;

namespace {

/// The user's file, else the one beside the annotations; empty: neither.
fs::path first_of(const std::string& named, const fs::path& found) { return named.empty() ? found : fs::path(named); }

}  // namespace

KnownGroups known_groups(const Options& options, const AnnotationFiles& files, const std::vector<std::string>& class_names) {
  KnownGroups known;
  const fs::path file = first_of(options.contrastive_groups, files.contrastive_groups);
  if (file.empty()) {
    known.groups = official_contrastive_groups(class_names);
    if (!known.groups.empty()) known.from = "built in";
    return known;
  }
  known.from = printable(file.string());
  known.groups = read_contrastive_groups(file, class_names, &known.left_out);
  if (known.groups.empty() && !options.contrastive_groups.empty()) {
    throw input_error(fmt::format("no group is left: {} name classes that are not among the labels", known.left_out), known.from,
                      "name another file with data.contrastive_groups, or leave it out");
  }
  return known;
}

Augmentor known_augmentations(const Options& options, const AnnotationFiles& files, const std::vector<std::string>& class_names) {
  const auto kinds = parse_augmentations(options.augmentations);
  const fs::path file = first_of(options.augmentation_mapping, files.augmentation_mapping);
  if (kinds.empty() || file.empty()) return Augmentor::built_in(kinds, class_names);
  return Augmentor::from_file(file, kinds, class_names);
}

}  // namespace vbench::something
