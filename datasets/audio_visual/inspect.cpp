// `vbench data info|verify|synth|prepare` for the datasets of videos with sound.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>

#include "datasets/audio/audio_track.hpp"
#include "datasets/audio_visual/family.hpp"
#include "datasets/audio_visual/location.hpp"
#include "datasets/audio_visual/picture_reader.hpp"
#include "datasets/audio_visual/prepare.hpp"
#include "datasets/audio_visual/usable_videos.hpp"
#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/location/entry.hpp"
#include "harness/core/stop_signal.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
namespace {

/// What decoding a video showed.
struct Look {
  bool silent = false;
  std::string note;  ///< something odd; empty: nothing
  std::optional<Error> failure;
};

/// @param deep  all pictures, not only the first, middle and last one
Look look_at(const fs::path& path, const SoundOptions& sound, bool deep) {
  Look look;
  try {
    PictureReader pictures(path);
    const int64_t promised = pictures.frames();
    for (const int64_t frame : {int64_t{0}, promised / 2, promised - 1}) (void)pictures.read(std::vector<int64_t>{frame});
    const int64_t found = deep ? pictures.count() : promised;
    const auto second = static_cast<int64_t>(std::ceil(pictures.rate()));
    if (std::abs(found - promised) > second) look.note = fmt::format("{} pictures decode, the header says {}", found, promised);
    const auto track = audio::decode_audio(path, sound.sample_rate);
    look.silent = audio::is_silent(track.samples);
    if (track.seconds() < static_cast<double>(sound.seconds))
      throw input_error(fmt::format("{:.2f} s of sound decode", track.seconds()), printable(path.string()));
  } catch (const Error& error) {
    look.failure = error;
  }
  return look;
}

/// One look at a dataset. `verify` decodes parts of every video, `deep` all of it.
class Inspection {
 public:
  Inspection(const Family& family, const Options& options, const Location& location, bool verify, bool deep, DataReport& report)
      : family_(family), options_(options), location_(location), verify_(verify), deep_(deep), report_(report) {}

  void run() {
    fact("videos: {} ({})", printable(location_.folder.string()), vbench::to_string(location_.source));
    for (const std::string& split : split_names()) {
      if (has_split(location_.folder, split)) inspect_split(split);
    }
    report_shared_videos();
  }

 private:
  template <class... Values>
  void fact(const char* format, const Values&... values) {
    report_.facts.push_back(fmt::format(fmt::runtime(format), values...));
  }
  void add(DataProblem problem) { report_.problems.push_back(std::move(problem)); }

  void inspect_split(const std::string& split) {
    const auto found = usable_videos(family_, location_.folder, split, options_.sound.seconds, Verbosity::kNormal);
    if (classes_seen_++ == 0) inspect_classes(found.classes);
    const std::string left_out = found.unusable.empty() ? "" : fmt::format(" ({})", found.summary());
    fact("{}: {} videos, {} usable{}", split, found.listed, found.videos.size(), left_out);
    report_.listed += found.listed;
    const bool too_many = found.more_unusable_than(options_.allow_missing);
    for (const Unusable& video : found.unusable) add({to_string(video.flaw), split + " " + video.id, video.error.what(), too_many});
    if (found.listed == 0) add({"no videos", split, "its folders hold no videos", true});
    for (const ListedFile& video : found.videos) note_place(split, video);
    if (verify_) look(split, found.videos);
  }

  void inspect_classes(const std::vector<std::string>& classes) {
    fact("classes: {}", classes.size());
    if (location_.source == Source::kSynthetic) return;
    const std::string difference = class_difference(family_, classes);
    if (difference.empty()) return;
    add({"other than official", "classes", difference, !family_.class_folders.empty() && !options_.any_classes});
  }

  void look(const std::string& split, const std::vector<ListedFile>& videos) {
    const auto total = static_cast<int64_t>(videos.size());
    const int64_t workers = std::max<int64_t>(1, std::thread::hardware_concurrency());
    OrderedPrefetch<Look> looks(0, total, workers, 4 * workers, [&](int64_t i) {
      return look_at(location_.folder / videos[static_cast<size_t>(i)].place, options_.sound, deep_);
    });
    Progress progress(Verbosity::kNormal);
    progress.begin("checking " + split, total);
    int64_t silent = 0;
    for (int64_t i = 0; i < total; ++i) {
      const Look look = *looks.next();
      const std::string item = split + " " + videos[static_cast<size_t>(i)].id;
      ++report_.checked;
      silent += look.silent ? 1 : 0;
      if (look.failure) add({"unreadable video", item, look.failure->what(), true});
      if (look.silent) add({"silent", item, "its sound is digital silence", false});
      if (!look.note.empty()) add({"number of pictures", item, look.note, false});
      progress.update(i + 1, "");
      throw_if_stop_requested();
    }
    progress.end();
    fact("{}: {} videos are silent", split, silent);
  }

  /// The same name in several places is the same video: those of YouTube have unique ones.
  void note_place(const std::string& split, const ListedFile& video) {
    const fs::path place(video.place);
    places_[place.stem().string()].push_back({split, place.parent_path().filename().string()});
  }

  void report_shared_videos() {
    if (location_.source == Source::kSynthetic) return;
    for (const auto& [name, places] : places_) {
      if (places.size() < 2) continue;
      const bool splits =
          std::any_of(places.begin(), places.end(), [&split = places[0].first](const auto& other) { return other.first != split; });
      add({splits ? "in two splits" : "in two classes", printable(name),
           fmt::format("{}/{} and {}/{} hold it", places[0].first, printable(places[0].second), places.back().first,
                       printable(places.back().second)),
           false});
    }
  }

  const Family& family_;
  const Options& options_;
  const Location& location_;
  bool verify_, deep_;
  DataReport& report_;
  int64_t classes_seen_ = 0;
  std::map<std::string, std::vector<std::pair<std::string, std::string>>> places_;  // split and class, by name of the video
};

/// @throws Error kUsage for settings that do not exist, kInput for folders that cannot be read at all
void inspect(const Family& family, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  const auto query = location_query(family, options, request.root, "");
  const auto location = find_for_report(query, request.source, verify, report);
  if (!location) return;
  check_settings(family, options, query, *location);
  Inspection(family, options, *location, verify, verify && request.deep, report).run();
}

}  // namespace

DatasetEntry dataset_entry(const Family& family) {
  auto entry = entry_of(family, inspect);
  entry.preparation = preparation_text(family);
  entry.prepare = [&family](const DataRequest& request, const std::string& folder) { return prepare(family, request, folder); };
  return entry;
}

}  // namespace vbench::audio_visual
