// The video files of a split in class folders, and the classes. Used by AudioVisualData and verify.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench::audio_visual {

/// A video file.
struct ListedFile {
  std::string id = {};     ///< "<class>/<video>", printable, unique in its split
  std::string place = {};  ///< below the dataset's folder, as the file system has it
  int64_t label = 0;
  bool there = true;       ///< false: a link to nothing
  uint64_t bytes = 0;      ///< length of the file
  int64_t changed_at = 0;  ///< as the file system counts
};

struct VideoList {
  std::vector<std::string> classes;  ///< printable, in the order of their indices
  std::vector<ListedFile> files;     ///< in the order of classes and names
};

inline const std::vector<std::string>& split_names() {
  static const std::vector<std::string> names{"train", "val", "test"};
  return names;
}

/// There are class folders for it.
[[nodiscard]] bool has_split(const std::filesystem::path& folder, const std::string& split);

/// Classes are the folders of all splits together, sorted, so that an index means the same in each of them; blanks and `_` are alike.
/// Folders and files whose names begin with a dot are passed over, as are files that are no videos by their extension.
/// @throws Error kInput if a folder cannot be read, or a split has no class folder
[[nodiscard]] VideoList list_videos(const std::filesystem::path& folder, const std::string& split);

}  // namespace vbench::audio_visual
