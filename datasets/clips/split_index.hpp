// The videos of a split that can be read: rows of the label file joined with what lies on disk. Used by ClipData and verify.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/clips/clip_reader.hpp"
#include "datasets/clips/labels.hpp"
#include "datasets/clips/media.hpp"
#include "harness/core/error.hpp"

namespace vbench::clips {

/// What is wrong with a row. It is left out, but for one with a second label.
enum class RowFlaw {
  kUnknownLabel,  ///< not in the class list
  kOutside,       ///< names lead out of the media folder
  kTwice,         ///< the same video with the same label
  kTwoLabels,     ///< the same video with another label
  kTwoVideos,     ///< the same name as another video
  kMissing,       ///< no such video
};
[[nodiscard]] std::string to_string(RowFlaw flaw);

struct RowProblem {
  RowFlaw flaw;
  std::string item;  ///< printable
  Error error;
};

struct SplitIndex {
  std::string file;             ///< of labels
  std::vector<ClipItem> items;  ///< in the order of the file
  std::vector<RowProblem> problems;
  std::vector<annotations::Note> notes;  ///< on the text of the file
  int64_t listed = 0;

  [[nodiscard]] int64_t count(RowFlaw flaw) const;
};

/// @throws Error kInput if the label file is not there or cannot be read
[[nodiscard]] SplitIndex index_split(const LabelFolder& labels, const annotations::ClassList& classes, const Media& media,
                                     const std::string& split);

/// Whose split it is, for messages.
struct SplitOf {
  std::string dataset, split;
  int verbosity = 0;  ///< as RunSpec's
};
/// How many listed videos are missing, which is warned of once.
/// @param allowed  share of the listed videos
/// @throws Error kInput if more are missing, or none is there
[[nodiscard]] int64_t accept_missing(const SplitIndex& index, double allowed, const SplitOf& of);

/// Over labels and videos, which are not read for it: changes when a file's length does.
[[nodiscard]] std::string hash_of_videos(const std::vector<ClipItem>& items, const Media& media);

}  // namespace vbench::clips
