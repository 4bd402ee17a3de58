// What a stand-in consists of. Used by the tests of generated videos.
#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench::test {

/// Relative names of all files, sorted.
inline std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) names.push_back(std::filesystem::relative(entry.path(), folder).string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace vbench::test
