// `vbench data info|verify|synth` for the video-text datasets.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>

#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/location/entry.hpp"
#include "datasets/video_text/split.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

struct SplitSummary {
  int64_t listed = 0, segments = 0, late_segments = 0;
};

void describe_annotations(const Annotations& annotations, DataReport& report) {
  for (const fs::path& file : annotations.files) report.facts.push_back("annotations: " + file.filename().string());
  std::map<std::string, SplitSummary> splits;
  for (const ItemMeta& item : annotations.items) {
    SplitSummary& split = splits[item.split];
    ++split.listed;
    split.segments += static_cast<int64_t>(item.segments.size());
    for (const SegmentMeta& segment : item.segments) split.late_segments += segment.stop_sec > item.duration_sec ? 1 : 0;
  }
  for (const auto& [name, split] : splits) {
    report.facts.push_back(fmt::format("{}: {} videos, {} segments", name, split.listed, split.segments));
    if (split.late_segments > 0) report.facts.push_back(fmt::format("{}: {} segments end behind their video", name, split.late_segments));
  }
  if (annotations.reversed_segments > 0) {
    report.facts.push_back(fmt::format("{} reversed segments are turned round", annotations.reversed_segments));
  }
  report.listed = static_cast<int64_t>(annotations.items.size());
}

void describe_files(const DatasetFiles& files, DataReport& report) {
  report.facts.push_back(fmt::format("folder: {} ({})", files.location.folder.string(), to_string(files.location.source)));
  report.facts.push_back(fmt::format("frame features: {}, {} wide", files.options.video_features, files.options.video_width));
  report.facts.push_back(fmt::format("word features: {}, {} wide", files.options.text_features, files.options.text_width));
}

bool is_fatal(Flaw flaw) { return flaw == Flaw::kCorrupt || flaw == Flaw::kFatal; }

/// Checks one annotated video; with `deep` every value too. Safe on several threads.
CheckedItem examine(const DatasetFiles& files, const ItemMeta& meta, bool deep) {
  CheckedItem checked = check_item(files, meta);
  if (!checked.item || !deep) return checked;
  try {
    (void)read_features(files, *checked.item);
  } catch (const Error& error) {
    checked.findings.push_back({Flaw::kCorrupt, "unusable values", error});
    checked.item.reset();
  }
  return checked;
}

/// How many videos of a split are there and usable.
struct SplitUse {
  int64_t listed = 0, usable = 0;
  std::vector<size_t> missing;  ///< indices into the report's problems
  int64_t videos_without_features = 0;
};

/// A run asks the same of every split it opens: not too many videos without features, and some video left.
void judge_splits(const Options& options, std::map<std::string, SplitUse>& splits, DataReport& report) {
  for (const auto& [name, split] : splits) {
    const bool too_many = static_cast<double>(split.videos_without_features) > options.allow_missing * static_cast<double>(split.listed);
    for (const size_t index : split.missing) report.problems[index].fatal = too_many;
    report.facts.push_back(fmt::format("{}: {} videos can be used", name, split.usable));
  }
  for (const std::string& name : std::set<std::string>{options.train_split, options.eval_split}) {
    if (splits[name].usable == 0) report.problems.push_back({"split without videos", name, "no video of the split can be used", true});
  }
}

void examine_all(const DatasetFiles& files, bool deep, DataReport& report) {
  std::map<std::string, SplitUse> splits;
  const auto& metas = files.annotations.items;
  OrderedPrefetch<CheckedItem> checking(0, static_cast<int64_t>(metas.size()), deep ? at::get_num_threads() : 0, 16,
                                        [&](int64_t i) { return examine(files, metas[static_cast<size_t>(i)], deep); });
  for (const ItemMeta& meta : metas) {
    const CheckedItem checked = *checking.next();
    SplitUse& split = splits[meta.split];
    ++split.listed;
    split.usable += checked.item ? 1 : 0;
    const size_t missing_before = split.missing.size();
    for (const Finding& finding : checked.findings) {
      if (finding.flaw == Flaw::kMissing) split.missing.push_back(report.problems.size());
      report.problems.push_back({finding.kind, meta.key, finding.error.what(), is_fatal(finding.flaw)});
    }
    split.videos_without_features += split.missing.size() > missing_before ? 1 : 0;
  }
  report.checked = static_cast<int64_t>(metas.size());
  judge_splits(files.options, splits, report);
}

/// What can be said of a folder without all features.
void describe_incomplete(const Family& family, const DataRequest& request, DataReport& report) {
  const fs::path folder = fs::path(request.root) / family.name;
  if (has_annotations(family, folder)) describe_annotations(read_annotations(family.name, folder), report);
}

void inspect(const Family& family, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  const auto location = find_for_report(location_query(family, options, request.root), request.source, verify, report);
  if (!location) return describe_incomplete(family, request, report);
  const DatasetFiles files = DatasetFiles::open(family, options, *location, at::get_num_threads());
  describe_files(files, report);
  describe_annotations(files.annotations, report);
  examine_all(files, verify && request.deep, report);
}

}  // namespace

DatasetEntry dataset_entry(const Family& family) { return entry_of(family, inspect); }

}  // namespace vbench::video_text
