// `vbench data info|verify|synth|prepare` for the labelled video datasets.
#include <fmt/format.h>

#include <set>

#include "datasets/clips/family.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/clips/look.hpp"
#include "datasets/clips/prepare.hpp"
#include "datasets/clips/split_index.hpp"
#include "datasets/location/entry.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace {

/// One look at a dataset. `verify` opens every video, `deep` decodes all of it.
class Inspection {
 public:
  Inspection(const Family& family, const Options& options, const DatasetFiles& files, bool verify, bool deep, DataReport& report)
      : family_(family),
        options_(options),
        files_(files),
        verify_(verify),
        deep_(deep),
        report_(report),
        labels_(family, files.labels, options.fold) {}

  void run() {
    std::string from;
    const annotations::ClassList classes = labels_.classes(&from);
    const Media media(files_.media);
    fact("labels: {} ({})", printable(files_.labels.string()), vbench::to_string(files_.source));
    fact("frames: {}", media.description());
    fact("classes: {} ({})", classes.size(), from);
    if (family_.official != nullptr) compare_count("classes", classes.size(), {family_.official->classes});
    if (options_.classes > 0 && options_.classes < classes.size())
      add({"too few classes", "data.classes", fmt::format("{} outputs for {} classes", options_.classes, classes.size()), true});
    for (const char* split : {kTrain, kVal}) {
      guarded([&] { inspect_split(split, classes, media); });
    }
    report_shared_videos();
  }

 private:
  /// A label file that cannot be read at all is one problem; the other is still looked at.
  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      add({"unreadable file", error.where(), error.what(), true});
    }
  }

  template <class... Values>
  void fact(const char* format, const Values&... values) {
    report_.facts.push_back(fmt::format(fmt::runtime(format), values...));
  }
  void add(DataProblem problem) { report_.problems.push_back(std::move(problem)); }

  [[nodiscard]] std::string name_of(const std::string& split) const {
    return family_.folds == 1 ? split : fmt::format("{}{}", split, options_.fold);
  }

  /// Only official files have an official length.
  void compare_count(const std::string& what, int64_t found, const annotations::OfficialRows& official) {
    if (official.allow(found) || files_.source == Source::kSynthetic) return;
    add({"other than official", what, fmt::format("{} are listed, the official number is {}", found, official.text()), false});
  }

  void inspect_split(const std::string& split, const annotations::ClassList& classes, const Media& media) {
    const std::string name = name_of(split);
    const SplitIndex index = index_split(labels_, classes, media, split);
    fact("{}: {} videos, {} found, {} missing", name, index.listed, index.items.size(), index.count(RowFlaw::kMissing));
    report_.listed += index.listed;
    if (family_.official != nullptr && family_.official->splits.contains(name))
      compare_count(name, index.listed, family_.official->splits.at(name));
    for (const auto& note : index.notes) add({note.kind, printable(note.item), printable(note.message), note.fatal});
    report_rows(name, index);
    for (const ClipItem& item : index.items) splits_[item.place].insert(name);
    if (verify_) look(name, index, media);
  }

  void report_rows(const std::string& name, const SplitIndex& index) {
    const double share = static_cast<double>(index.count(RowFlaw::kMissing)) / static_cast<double>(std::max<int64_t>(1, index.listed));
    const bool too_many = share > options_.allow_missing + 1e-9 || index.items.empty();
    for (const RowProblem& problem : index.problems) {
      const bool harmless = problem.flaw == RowFlaw::kTwice || (problem.flaw == RowFlaw::kMissing && !too_many) ||
                            (problem.flaw == RowFlaw::kTwoLabels && family_.splits_may_share);
      add({to_string(problem.flaw), name + " " + problem.item, problem.error.what(), !harmless});
    }
    if (index.listed == 0) add({"no rows", index.file, "the label file lists no videos", true});
  }

  void look(const std::string& name, const SplitIndex& index, const Media& media) {
    std::vector<std::string> places;
    for (const ClipItem& item : index.items) places.push_back(item.place);
    int64_t frames = 0;
    look_at_all("checking " + name, media, places, deep_ ? Depth::kAll : Depth::kEnds, [&](size_t i, const Look& look) {
      const ClipItem& item = index.items[i];
      ++report_.checked;
      frames += look.frames;
      if (look.failure) return add({"unreadable video", name + " " + item.id, look.failure->what(), true});
      if (item.frames == 0 || item.frames == look.frames) return;
      // Readers trust the label file about video files alone: there a promised frame may not come.
      const bool fatal = media.is_video_file(item.place) && item.frames > look.frames;
      add({"number of frames", name + " " + item.id, fmt::format("{} are listed, {} are there", item.frames, look.frames), fatal});
    });
    fact("{}: {} frames", name, frames);
  }

  void report_shared_videos() {
    for (const auto& [place, names] : splits_) {
      if (names.size() < 2) continue;
      add({"in both splits", printable(place), "training and validation list the same video", !family_.splits_may_share});
    }
  }

  const Family& family_;
  const Options& options_;
  const DatasetFiles& files_;
  bool verify_, deep_;
  DataReport& report_;
  LabelFolder labels_;
  std::map<std::string, std::set<std::string>> splits_;  // by place
};

/// @throws Error kUsage for settings that do not exist, kInput for files that cannot be read at all
void inspect(const Family& family, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  const auto query = location_query(family, options, request.root, std::nullopt);
  const auto location = find_for_report(query, request.source, verify, report);
  if (!location) return;
  const DatasetFiles files = files_of(family, options, query, *location, request.source);
  Inspection(family, options, files, verify, verify && request.deep, report).run();
}

}  // namespace

DatasetEntry dataset_entry(const Family& family) {
  auto entry = entry_of(family, inspect);
  entry.preparation = preparation_text(family);
  entry.prepare = [&family](const DataRequest& request, const std::string& folder) { return prepare(family, request, folder); };
  return entry;
}

}  // namespace vbench::clips
