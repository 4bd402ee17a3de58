#include "datasets/clips/prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "datasets/clips/label_writer.hpp"
#include "datasets/clips/labels.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/clips/look.hpp"
#include "datasets/clips/own_lists.hpp"
#include "datasets/clips/standin.hpp"
#include "datasets/location/generated_folder.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;
using annotations::Annotations;
using annotations::ListedVideo;

namespace {

constexpr const char* kLink = "videos";
constexpr size_t kShown = 3;  // names in a fact

struct PrepareOptions {
  std::string annotations, videos;
  ListFormat format = ListFormat::kUcf101;
  bool count = true;
  bool accept = false;

  void bind(Settings& settings, const Family& family) {
    settings.text("annotations", annotations, "folder with the lists");
    settings.text("videos", videos, "folder with the videos or their frames");
    settings.flag("count", count, "count the frames of every video now");
    settings.flag("accept", accept, "go on although the lists contradict themselves");
    if (family.read != nullptr) return;
    settings.choice(
        "format", format, "form of the lists",
        {{"ucf101", ListFormat::kUcf101}, {"csv", ListFormat::kCsv}, {"list", ListFormat::kList}, {"numbered", ListFormat::kNumbered}});
  }
};

PrepareOptions preparation_options(const Family& family, const DataRequest& request) {
  PrepareOptions options;
  Settings settings;
  options.bind(settings, family);
  for (const std::string& assignment : request.settings) settings.set_assignment(assignment);
  if (options.annotations.empty()) throw usage_error("'annotations' is not given", "data prepare " + family.name, "--set annotations=DIR");
  return options;
}

/// The official archive's own folder may have been meant.
fs::path media_root(const Family& family, const std::string& videos) {
  const bool outer = !family.media_folder.empty() && fs::is_directory(fs::path(videos) / family.media_folder);
  return fs::canonical(outer ? fs::path(videos) / family.media_folder : fs::path(videos));
}

std::string some_of(const std::vector<std::string>& names) {
  const auto shown = static_cast<std::ptrdiff_t>(std::min(names.size(), kShown));
  return fmt::format("{}{}", fmt::join(names.begin(), names.begin() + shown, ", "), names.size() > kShown ? ", ..." : "");
}

class Preparation {
 public:
  Preparation(const Family& family, const DataRequest& request, fs::path folder)
      : family_(family), seed_(request.seed), folder_(std::move(folder)), options_(preparation_options(family, request)) {}

  DataReport run() {
    read_lists();
    leave_out_secret_labels();
    if (options_.videos.empty()) {
      count_rows();
    } else {
      look_at_videos();
    }
    write();
    return report_;
  }

 private:
  void look_at_videos() {
    if (!fs::exists(options_.videos)) throw input_error("no such folder", printable(options_.videos), "--set videos=DIR");
    root_ = media_root(family_, options_.videos);
    const Media media(root_);
    const auto found = find_videos(media);
    require_free_output();  // counting may take long
    if (options_.count) count_frames(media, found);
  }

  void read_lists() {
    if (!fs::is_directory(options_.annotations))
      throw input_error("no such folder of lists", printable(options_.annotations), "--set annotations=DIR");
    lists_ = family_.read != nullptr ? family_.read(options_.annotations) : read_own_lists(options_.format, options_.annotations);
    name_splits(lists_, family_);
    for (const auto& note : lists_.notes) {
      if (!note.fatal || options_.accept) continue;
      throw input_error(printable(note.message), printable(note.item),
                        "results on such lists cannot be compared with others; --set accept=true goes on all the same");
    }
    for (const std::string& line : summaries(lists_.notes)) report_.facts.push_back("note: " + line);
    report_.facts.push_back(fmt::format("classes: {}", lists_.classes.size()));
  }

  void leave_out_secret_labels() {
    std::erase_if(lists_.splits, [this](const auto& split) {
      if (is_labelled(split.second)) return false;
      report_.facts.push_back(fmt::format("{}: {} videos whose labels are secret, left out", split.first, split.second.size()));
      return true;
    });
  }

  /// Without videos there is nothing to look up. Whether those of the user's have the lengths that lists tell is not known either.
  void count_rows() {
    for (auto& [split, rows] : lists_.splits) {
      report_.facts.push_back(fmt::format("{}: {} videos", split, rows.size()));
      report_.listed += static_cast<int64_t>(rows.size());
      for (ListedVideo& row : rows) row.frames = 0;
    }
    report_.facts.emplace_back("videos were not looked for: videos=DIR is not given");
  }

  /// Gives every row the place of its video; rows without keep the one that the list tells. @return the places
  std::set<std::string> find_videos(const Media& media) {
    VideoFinder finder(media);
    std::vector<std::string> missing;
    std::set<std::string> places;
    for (auto& [split, rows] : lists_.splits) {
      const size_t missing_before = missing.size();
      for (ListedVideo& row : rows) {
        row.frames = 0;  // that of the list may be that of another encoding
        auto place = finder.find(row, split);
        if (!place) missing.push_back(printable(key_of(row)));
        if (place) places.insert(row.media = std::move(*place));
      }
      const size_t absent = missing.size() - missing_before, found = rows.size() - absent;
      report_.facts.push_back(fmt::format("{}: {} videos, {} found, {} missing", split, rows.size(), found, absent));
      report_.listed += static_cast<int64_t>(rows.size());
      report_.checked += static_cast<int64_t>(found);
    }
    if (places.empty())
      throw input_error(fmt::format("none of the {} listed videos is there: {}", report_.listed, some_of(missing)),
                        printable(root_.string()), "'vbench data prepare " + family_.name + "' tells what it needs");
    if (!missing.empty()) report_.facts.push_back("missing: " + some_of(missing));
    return places;
  }

  void count_frames(const Media& media, const std::set<std::string>& found) {
    const std::vector<std::string> places(found.begin(), found.end());
    std::unordered_map<std::string, int64_t> frames;
    std::vector<std::string> unreadable;
    int64_t least = INT64_MAX, most = 0, all = 0;
    look_at_all("counting frames", media, places, Depth::kCount, [&](size_t index, const Look& look) {
      if (look.failure) {
        unreadable.push_back(printable(places[index]) + ": " + look.failure->fact());
        return;
      }
      frames[places[index]] = look.frames;
      least = std::min(least, look.frames);
      most = std::max(most, look.frames);
      all += look.frames;
    });
    if (all > 0) report_.facts.push_back(fmt::format("frames: {} in all, {} to {} a video", all, least, most));
    if (!unreadable.empty())
      report_.facts.push_back(fmt::format("videos that cannot be read: {}, {}", unreadable.size(), some_of(unreadable)));
    for (auto& [split, rows] : lists_.splits) {
      for (ListedVideo& row : rows) {
        if (const auto counted = frames.find(row.media); counted != frames.end()) row.frames = counted->second;
      }
    }
  }

  /// What stands in the way is said before anything is written.
  void require_free_output() const {
    make_folder(folder_);
    require_replaceable_labels(folder_);
    const fs::path link = folder_ / kLink;
    std::error_code error;
    if (has_videos_already() || !fs::exists(fs::symlink_status(link, error)) || fs::is_symlink(link, error)) return;
    throw input_error("is in the way of a link to the videos", printable(link.string()), "move it, or give it as videos=DIR");
  }

  [[nodiscard]] bool has_videos_already() const {
    std::error_code error;
    const auto present = find_media(folder_, family_.media_folder);
    return present && fs::equivalent(*present, root_, error);
  }

  void write() {
    make_folder(folder_);
    const bool generated = is_generated(options_.annotations) || (!root_.empty() && is_generated(root_));
    if (generated) mark_as_generated();
    Settings settings;
    options_.bind(settings, family_);
    nlohmann::ordered_json provenance{{"generator", "vbench data prepare " + family_.name}};
    for (const auto& [key, value] : settings.values()) provenance["settings"][key] = printable(value);
    write_labels(folder_, lists_, provenance);
    if (!root_.empty()) link_videos();
    if (generated) report_.facts.emplace_back("counts as SYNTHETIC: made from a stand-in");
  }

  /// What was made from a stand-in is one, but a marker may not make real files one.
  void mark_as_generated() const {
    if (is_synthetic(folder_)) return;
    if (!fs::is_empty(folder_))
      throw input_error("the folder holds real files, the lists or videos are a stand-in's", printable(folder_.string()),
                        "choose another --output");
    write_marker(folder_, family_.name, seed_, "generated", {});
  }

  void link_videos() {
    if (has_videos_already()) return;
    const fs::path link = folder_ / kLink;
    replace_link(link, root_);
    report_.facts.push_back(fmt::format("{} links to {}", printable(link.string()), printable(root_.string())));
  }

  const Family& family_;
  uint64_t seed_;
  fs::path folder_;
  PrepareOptions options_;
  fs::path root_;  // of the videos; empty: not given
  Annotations lists_;
  DataReport report_;
};

}  // namespace

std::string preparation_text(const Family& family) {
  const std::string lists = family.read != nullptr ? family.official_lists : "the lists, in the form that format= says";
  std::string text = fmt::format(
      "annotations=DIR  {}\n"
      "videos=DIR       video files, frame folders or frame databases; <class>/<video>, or <video> alone. Without it labels/ alone is "
      "made\n"
      "count=true       count the frames of every video; false: they are counted when they are read\n"
      "accept=false     true: go on although the lists contradict themselves\n",
      lists);
  if (family.read == nullptr) {
    text +=
        "format=ucf101    classInd.txt, trainlist01.txt, testlist01.txt (further splits: 02, ...)\n"
        "format=csv       train.csv and val.csv with columns label and id; classes.txt gives the order of the classes\n"
        "format=list      train.txt and val.txt with lines 'path frames label' or 'path label', labels from 0; classes.txt\n"
        "format=numbered  trainlist01.txt, testlist01.txt with lines 'number class path'\n";
  }
  return text +
         "Give each with --set, and the dataset's folder with --output. Videos are linked, never moved or copied.\n"
         "'vbench data convert' can then store their frames so that a clip is read without decoding what lies before it.";
}

DataReport prepare(const Family& family, const DataRequest& request, const std::string& folder) {
  return Preparation(family, request, folder).run();
}

}  // namespace vbench::clips
