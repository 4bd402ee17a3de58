// Official lists of the datasets of videos with sound: which videos belong to which split and class, and how their files may be called.
// Used by prepare.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vbench::audio_visual {

/// A row of a list.
struct OfficialVideo {
  std::string label;               ///< the name of the class's folder
  std::string key;                 ///< tells clips of one split apart
  std::vector<std::string> names;  ///< of the file without extension, likeliest first
};

struct OfficialLists {
  std::map<std::string, std::vector<OfficialVideo>> splits;  ///< "train", "val", "test"
  std::vector<std::string> notes;                            ///< what was odd, a line each
};

// All take the folder that holds the lists. Lists that are not there are noted if others are; without any, and for a row that cannot be
// read, they throw Error kInput naming file, line and what was expected.

/// trainSet.txt, valSet.txt, testSet.txt: category&id&quality&start&end.
[[nodiscard]] OfficialLists read_ave_lists(const std::filesystem::path& folder);
/// vggsound.csv (id, start, label, split), or train.csv and test.csv (file, label). There is no official validation list: the published
/// validation videos are those of the test list, which becomes "val".
[[nodiscard]] OfficialLists read_vgg_sound_lists(const std::filesystem::path& folder);
/// Label files of Kinetics-400; blanks of labels become `_`.
[[nodiscard]] OfficialLists read_kinetics_lists(const std::filesystem::path& folder);
/// The same, of 32 classes only.
[[nodiscard]] OfficialLists read_kinetics_sound_lists(const std::filesystem::path& folder);

/// With `_` for blanks.
[[nodiscard]] const std::vector<std::string>& kinetics_sound_classes();

}  // namespace vbench::audio_visual
