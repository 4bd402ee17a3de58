#include "datasets/clips/standin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "datasets/clips/label_writer.hpp"
#include "datasets/location/entry.hpp"
#include "datasets/location/generated_folder.hpp"
#include "datasets/synthetic/motion_world.hpp"
#include "datasets/video/convert.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;

namespace {

constexpr const char* kRendered = "UCF-101";  // of the generator

/// Rows get the video's frames and its place.
void complete_rows(annotations::Annotations& lists, int64_t frames) {
  for (auto& [split, rows] : lists.splits) {
    for (auto& row : rows) row.frames = frames;
  }
}

/// The other folds of a dataset that has several: the same videos, of which others are evaluated. Each class gives as many as in the first
/// fold, if that leaves it some to train on.
void add_folds(annotations::Annotations& lists, int64_t folds) {
  std::map<std::string, std::vector<annotations::ListedVideo>> trained, evaluated;
  for (const auto& row : lists.splits.at("train1")) trained[row.label].push_back(row);
  for (const auto& row : lists.splits.at("val1")) evaluated[row.label].push_back(row);
  for (int64_t fold = 2; fold <= folds; ++fold) {
    auto &train = lists.splits[fmt::format("train{}", fold)], &val = lists.splits[fmt::format("val{}", fold)];
    for (const auto& [label, rows] : trained) {
      const size_t count = std::min(evaluated[label].size(), rows.size()), first = static_cast<size_t>(fold - 2) * count;
      for (size_t i = 0; i < rows.size(); ++i)
        ((i + rows.size() - first % rows.size()) % rows.size() < count ? val : train).push_back(rows[i]);
      train.insert(train.end(), evaluated[label].begin(), evaluated[label].end());
    }
  }
}

void convert_quietly(const fs::path& videos, const fs::path& folder) {
  video::ConvertOptions options;
  options.layout = video::DatabaseLayout::kPacked;
  Progress progress(Verbosity::kQuiet);
  const DataReport report = video::convert_videos(videos, folder, options, progress);
  if (!report.problems.empty()) throw Error(ErrorKind::kInternal, report.problems.front().message, report.problems.front().item);
}

void write_into(const fs::path& folder, const Family& family, const StandinOptions& options, uint64_t seed, DataReport& report) {
  synthetic::write_motion_videos(folder, options, seed);
  auto lists = annotations::read_lists_like_ucf101(folder);
  complete_rows(lists, options.frames);
  const auto first_fold = lists.splits;
  if (family.folds > 1) add_folds(lists, family.folds);
  name_splits(lists, family);
  const fs::path videos = folder / (family.media_folder.empty() ? "videos" : family.media_folder);
  if (videos.filename() != kRendered) {
    fs::rename(folder / kRendered, videos);
    fs::remove_all(folder / "ucfTrainTestlist");  // another dataset has other lists
  }
  convert_quietly(videos, folder);
  write_labels(folder, lists, {{"generator", "vbench data synth " + family.name}});
  write_marker(folder, family.name, seed, "generated", standin_values(options));
  report.facts.push_back(fmt::format("classes: {}, told apart by motion alone", lists.classes.size()));
  for (const auto& [split, rows] : lists.splits) {
    if (family.folds > 1 && !first_fold.contains(split)) continue;  // the same videos once more
    report.facts.push_back(fmt::format("{}: {} videos of {} frames", split, rows.size(), options.frames));
    report.listed += static_cast<int64_t>(rows.size());
  }
  report.checked = report.listed;
}

}  // namespace

std::map<std::string, std::string> standin_values(StandinOptions options) {
  Settings settings;
  options.bind(settings);
  return settings.values();
}

DataReport write_standin(const Family& family, const StandinOptions& options, uint64_t seed, const std::string& folder) {
  DataReport report;
  replace_generated_folder(folder, [&](const fs::path& partial) { write_into(partial, family, options, seed, report); });
  return report;
}

DataReport synthesize(const std::string& dataset, const DataRequest& request, const std::string& folder) {
  const Family& family = family_of(dataset);
  return write_standin(family, with_settings(family.defaults().standin, request.settings), request.seed, folder);
}

}  // namespace vbench::clips
