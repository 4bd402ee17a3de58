#include "datasets/audio_visual/video_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "datasets/audio_visual/family.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
namespace {

bool is_hidden(const fs::path& path) { return path.filename().string().starts_with("."); }

/// Names of class folders of a split, sorted.
std::vector<std::string> class_folders(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const fs::path& path : list_folder(folder)) {
    if (!is_hidden(path) && fs::is_directory(path, error)) names.push_back(path.filename().string());
  }
  return names;
}

/// Indices of the classes by their names with `_` for blanks.
std::map<std::string, int64_t> number_classes(const fs::path& folder, std::vector<std::string>& classes) {
  std::map<std::string, std::string> shown;
  for (const std::string& split : split_names()) {
    for (const std::string& name : class_folders(folder / split)) shown.emplace(underscored(name), name);
  }
  std::vector<std::pair<std::string, std::string>> sorted;
  for (const auto& [key, name] : shown) sorted.emplace_back(name, key);
  std::sort(sorted.begin(), sorted.end());
  std::map<std::string, int64_t> indices;
  for (const auto& [name, key] : sorted) {
    indices[key] = static_cast<int64_t>(classes.size());
    classes.push_back(printable(name));
  }
  return indices;
}

ListedFile listed(const fs::path& folder, const std::string& place, int64_t label) {
  ListedFile file{.place = place, .label = label};
  std::error_code error;
  const fs::path path = folder / place;
  file.there = fs::is_regular_file(path, error);
  if (!file.there) return file;
  file.bytes = fs::file_size(path, error);
  if (error) file.bytes = 0;
  const auto time = fs::last_write_time(path, error);
  if (!error) file.changed_at = static_cast<int64_t>(time.time_since_epoch().count());
  return file;
}

}  // namespace

bool has_split(const fs::path& folder, const std::string& split) {
  std::error_code error;
  if (!fs::is_directory(folder / split, error)) return false;
  const auto entries = list_folder(folder / split);
  return std::any_of(entries.begin(), entries.end(),
                     [&](const fs::path& path) { return !is_hidden(path) && fs::is_directory(path, error); });
}

VideoList list_videos(const fs::path& folder, const std::string& split) {
  if (!has_split(folder, split)) throw input_error("holds no folders of classes", printable((folder / split).string()));
  VideoList list;
  const auto indices = number_classes(folder, list.classes);
  std::set<std::string> ids;
  for (const std::string& name : class_folders(folder / split)) {
    for (const fs::path& path : list_folder(folder / split / name)) {
      std::error_code error;
      if (is_hidden(path) || !video::is_video_name(path) || fs::is_directory(path, error)) continue;
      const std::string file = path.filename().string();
      ListedFile video = listed(folder, split + "/" + name + "/" + file, indices.at(underscored(name)));
      video.id = printable(name + "/" + path.stem().string());
      if (!ids.insert(video.id).second) ids.insert(video.id = printable(name + "/" + file));  // a.mp4 beside a.webm
      list.files.push_back(std::move(video));
    }
  }
  return list;
}

}  // namespace vbench::audio_visual
