#include "datasets/audio_visual/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "datasets/audio_visual/video_list.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/formats/json_file.hpp"
#include "datasets/location/entry.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPrepared = "PREPARED.json";  // tells whose links they are

struct PrepareOptions {
  std::string annotations, videos;

  void bind(Settings& settings) {
    settings.text("annotations", annotations, "folder with the official lists");
    settings.text("videos", videos, "folder with the video files, in any folders below it");
  }
};

PrepareOptions preparation_options(const Family& family, const DataRequest& request) {
  const auto options = with_settings(PrepareOptions{}, request.settings);
  const std::string where = "data prepare " + family.name;
  if (options.annotations.empty()) throw usage_error("'annotations' is not given", where, "--set annotations=DIR");
  if (options.videos.empty()) throw usage_error("'videos' is not given", where, "--set videos=DIR");
  for (const auto& [name, folder] : {std::pair{"annotations", options.annotations}, std::pair{"videos", options.videos}}) {
    std::error_code error;
    if (!fs::is_directory(folder, error)) throw input_error("no such folder", printable(folder), fmt::format("--set {}=DIR", name));
  }
  return options;
}

/// Every video file below a folder by its name without extension.
class VideoIndex {
 public:
  /// @param apart  what is prepared there is no source
  VideoIndex(const fs::path& root, const fs::path& apart) {
    std::error_code error;
    auto entry = fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
      const fs::path& path = entry->path();
      std::error_code ignored;
      const bool prepared = entry->is_directory(ignored) && fs::exists(path.parent_path() / kPrepared, ignored) &&
                            fs::equivalent(path.parent_path(), apart, ignored);
      if (prepared && is_split(path.filename().string())) entry.disable_recursion_pending();
      if (video::is_video_name(path) && entry->is_regular_file(ignored)) files_[path.stem().string()].push_back(path);
    }
    if (error) throw input_error("cannot be listed: " + error.message(), printable(root.string()));
    for (auto& [stem, paths] : files_) std::sort(paths.begin(), paths.end());
  }

  /// Of several files the one that lies in a folder of the class.
  [[nodiscard]] const fs::path* find(const OfficialVideo& video) const {
    for (const std::string& name : video.names) {
      const auto found = files_.find(name);
      if (found == files_.end()) continue;
      const auto in_class = std::find_if(found->second.begin(), found->second.end(), [&](const fs::path& path) {
        return underscored(path.parent_path().filename().string()) == underscored(video.label);
      });
      return in_class == found->second.end() ? &found->second.front() : &*in_class;
    }
    return nullptr;
  }
  [[nodiscard]] size_t size() const { return files_.size(); }

 private:
  static bool is_split(const std::string& name) {
    return std::find(split_names().begin(), split_names().end(), name) != split_names().end();
  }

  std::unordered_map<std::string, std::vector<fs::path>> files_;
};

std::string some_of(const std::vector<std::string>& names) {
  constexpr size_t kShown = 3;
  const auto shown = static_cast<std::ptrdiff_t>(std::min(names.size(), kShown));
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + shown, ", "), names.size() > kShown ? ", ..." : "");
}

class Preparation {
 public:
  Preparation(const Family& family, const DataRequest& request, const fs::path& folder)
      : family_(family), seed_(request.seed), folder_(fs::absolute(folder)), options_(preparation_options(family, request)) {}

  DataReport run() {
    const OfficialLists lists = family_.read(options_.annotations);
    for (const std::string& note : lists.notes) report_.facts.push_back("note: " + note);
    const VideoIndex index(options_.videos, folder_);
    for (const auto& [split, videos] : lists.splits) plan(split, videos, index);
    if (links_.empty()) {
      throw input_error(fmt::format("none of the {} listed videos is there: {}", report_.listed, some_of(missing_)),
                        printable(options_.videos), fmt::format("{} video files lie there", index.size()));
    }
    report_overlaps();
    write();
    return report_;
  }

 private:
  /// Which links a split needs.
  void plan(const std::string& split, const std::vector<OfficialVideo>& videos, const VideoIndex& index) {
    std::unordered_set<std::string> seen;
    int64_t twice = 0, found = 0;
    const size_t missing_before = missing_.size();
    for (const OfficialVideo& video : videos) {
      if (!seen.insert(video.label + "/" + video.key).second) {
        ++twice;
        continue;
      }
      splits_of_[video.key].insert(split);
      classes_of_[split + "/" + video.key].insert(video.label);
      const fs::path* file = index.find(video);
      if (file == nullptr) {
        missing_.push_back(printable(video.key));
      } else if (links_.emplace(split + "/" + video.label + "/" + file->filename().string(), fs::canonical(*file)).second) {
        ++found;
      } else {
        ++twice;  // two rows, one file
      }
    }
    const std::string again = twice == 0 ? "" : fmt::format(", {} listed twice", twice);
    report_.facts.push_back(
        fmt::format("{}: {} videos, {} linked, {} missing{}", split, videos.size(), found, missing_.size() - missing_before, again));
    report_.listed += static_cast<int64_t>(videos.size());
    report_.checked += found;
  }

  void report_overlaps() {
    const auto several = [](const auto& places) {
      return std::count_if(places.begin(), places.end(), [](const auto& place) { return place.second.size() > 1; });
    };
    if (!missing_.empty()) report_.facts.push_back("missing: " + some_of(missing_));
    if (const auto count = several(splits_of_); count > 0) report_.facts.push_back(fmt::format("videos in several splits: {}", count));
    if (const auto count = several(classes_of_); count > 0) report_.facts.push_back(fmt::format("videos in several classes: {}", count));
  }

  void write() {
    require_free();
    make_folder(folder_);
    const bool generated = clips::is_generated(options_.annotations) || clips::is_generated(options_.videos);
    if (generated) mark_as_generated();
    const nlohmann::ordered_json provenance{{"generator", "vbench data prepare " + family_.name},
                                            {"settings",
                                             {{"annotations", printable(fs::absolute(options_.annotations).string())},
                                              {"videos", printable(fs::absolute(options_.videos).string())}}}};
    const bool again = fs::exists(folder_ / kPrepared);
    write_file_atomically(folder_ / kPrepared, json_text(provenance, 2) + "\n");
    if (again) remove_old_links();
    for (const auto& [place, file] : links_) link(folder_ / place, file);
    if (generated) report_.facts.emplace_back("counts as SYNTHETIC: made from a stand-in");
  }

  /// What stands in the way is said before anything is written.
  void require_free() const {
    for (const auto& [place, file] : links_) {
      std::error_code error;
      const auto status = fs::symlink_status(folder_ / place, error);
      if (!fs::exists(status) || fs::is_symlink(status) || fs::equivalent(folder_ / place, file, error)) continue;
      throw input_error("is in the way of a link to a video", printable((folder_ / place).string()), "choose another --output");
    }
  }

  /// What was made from a stand-in is one, but a marker may not make real files one.
  void mark_as_generated() const {
    if (is_synthetic(folder_)) return;
    if (!fs::is_empty(folder_))
      throw input_error("the folder holds real files, the lists or videos are a stand-in's", printable(folder_.string()),
                        "choose another --output");
    write_marker(folder_, family_.name, seed_, "generated", {});
  }

  void remove_old_links() const {
    for (const std::string& split : split_names()) {
      for (const fs::path& label : list_folder(folder_ / split)) {
        std::error_code error;
        if (!fs::is_directory(label, error)) continue;
        for (const fs::path& path : list_folder(label)) {
          const bool listed = links_.contains(split + "/" + label.filename().string() + "/" + path.filename().string());
          if (!listed && fs::is_symlink(path, error)) fs::remove(path, error);
        }
        if (fs::is_empty(label, error) && !error) fs::remove(label, error);
      }
    }
  }

  static void link(const fs::path& place, const fs::path& file) {
    std::error_code error;
    if (fs::equivalent(place, file, error)) return;
    make_folder(place.parent_path());
    replace_link(place, file);
  }

  const Family& family_;
  uint64_t seed_;
  fs::path folder_;
  PrepareOptions options_;
  std::map<std::string, fs::path> links_;  // place below the folder to file
  std::vector<std::string> missing_;
  std::unordered_map<std::string, std::set<std::string>> splits_of_, classes_of_;  // of a video
  DataReport report_;
};

}  // namespace

std::string preparation_text(const Family& family) {
  return fmt::format(
      "annotations=DIR  {}\n"
      "videos=DIR       the video files, in any folders below it\n"
      "Give each with --set, and the dataset's folder with --output. Videos are linked, never moved or copied.",
      family.official_lists);
}

DataReport prepare(const Family& family, const DataRequest& request, const std::string& folder) {
  return Preparation(family, request, folder).run();
}

}  // namespace vbench::audio_visual
