// Lists of a user's own videos in the forms that other datasets have. Used by prepare.
#pragma once

#include <filesystem>

#include "datasets/annotations/annotation.hpp"

namespace vbench::clips {

enum class ListFormat {
  kUcf101,    ///< classInd.txt, trainlist01.txt, testlist01.txt
  kCsv,       ///< train.csv, val.csv with label and id; classes.txt or dictionary.json where there is one
  kList,      ///< train.txt, val.txt with path (frames) label; classes.txt
  kNumbered,  ///< trainlist01.txt, testlist01.txt with number class path
};

/// @throws Error kInput for what is missing or cannot be read
[[nodiscard]] annotations::Annotations read_own_lists(ListFormat format, const std::filesystem::path& folder);

}  // namespace vbench::clips
