// The usable sets of a split: what files hold, checked, or what the sampler may draw from. Used by SetData alone.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "datasets/set_abstraction/check.hpp"
#include "datasets/set_abstraction/sampler.hpp"

namespace vbench::set_abstraction {

/// Sets that are left out of training, with the first reason.
struct LeftOut {
  int64_t listed = 0;   ///< sets in the file, or videos in the list
  int64_t missing = 0;  ///< lack videos or vectors
  int64_t dropped = 0;  ///< are there but cannot be used
  std::string first;

  void add(const std::vector<Finding>& findings);
  [[nodiscard]] int64_t count() const { return missing + dropped; }
  /// More than the share `allowed`, or everything.
  [[nodiscard]] bool too_many(double allowed) const;
  /// @throws Error kInput if there are too many, or nothing is listed
  void require_enough(double allowed, const std::string& what, const std::string& where) const;
};

/// Sets of the file; bad ones are counted in `left_out`, or thrown without it. @throws Error kInput
[[nodiscard]] std::vector<IndexedSet> usable_sets(const Metadata& metadata, const VideoTable& videos, LeftOut* left_out);

/// The test split's ranking records. @throws Error kInput for every bad one
[[nodiscard]] std::vector<IndexedRecord> usable_records(const Metadata& metadata, const VideoTable& videos);

/// What the sampler draws from.
struct Drawable {
  std::vector<int64_t> videos;               ///< rows that can be used
  std::vector<std::vector<int64_t>> labels;  ///< by row; none for the others
};

/// Classes from the list file. @throws Error kInput if a node that may become a label has no embedding
[[nodiscard]] Drawable drawable_videos(const Metadata& metadata, const VideoTable& videos, LeftOut& left_out);

/// What is wrong with a listed video's classes; shared with `vbench data verify`.
[[nodiscard]] std::optional<Finding> check_labels(const Metadata& metadata, const ListedVideo& video, Split split);

/// The set with its members in another order.
[[nodiscard]] IndexedSet shuffled(const IndexedSet& set, RandomStream& random);

}  // namespace vbench::set_abstraction
