#include "datasets/clips/labelled_split.hpp"

#include <fmt/format.h>

#include "datasets/clips/location.hpp"
#include "datasets/clips/reading.hpp"
#include "datasets/location/warning.hpp"
#include "harness/core/error.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace {

void warn_about_video_files(const std::vector<ClipItem>& items, const Media& media, const RunSpec& spec) {
  if (items.empty() || !media.is_video_file(items.front().place)) return;
  warn_once(
      fmt::format("video files are decoded from their beginning for every clip; 'vbench data convert {} --output DIR' stores frames that "
                  "are read one by one (docs/video.md has the speeds)",
                  printable(media.path().string())),
      spec.verbosity);
}

}  // namespace

LabelledSplit::LabelledSplit(const Options& options, const RunSpec& spec, Role role) {
  keep_opencv_to_one_thread();
  if (spec.preload) throw usage_error("frames are mapped from the disk, which keeps them in memory anyway", "--preload", "leave it out");
  const Family& family = family_of(spec.dataset);
  const auto query = location_query(family, options, spec.data_root, role);
  const Location location = locate(query, spec.source, static_cast<Verbosity>(spec.verbosity));
  const DatasetFiles files = files_of(family, options, query, location, spec.source);
  const LabelFolder labels(family, files.labels, options.fold);
  const std::string list = role == Role::kTrain ? kTrain : kVal;
  source_ = files.source;
  name_ = family.folds == 1 ? list : fmt::format("{}{}", list, options.fold);
  const auto class_list = labels.classes();
  classes_ = class_list.names();
  outputs_ = outputs_for(options.classes, static_cast<int64_t>(classes_.size()), labels.path());
  media_ = std::make_shared<const Media>(files.media);
  take(family, options, spec, index_split(labels, class_list, *media_, list));
  warn_about_video_files(items_, *media_, spec);
}

void LabelledSplit::take(const Family& family, const Options& options, const RunSpec& spec, SplitIndex index) {
  for (const RowProblem& problem : index.problems) {
    const bool left_out_only = problem.flaw == RowFlaw::kMissing || problem.flaw == RowFlaw::kTwice;
    const bool wrong = !left_out_only && !(problem.flaw == RowFlaw::kTwoLabels && family.splits_may_share);
    if (wrong || spec.strict) throw problem.error;
  }
  missing_ = accept_missing(index, options.allow_missing, {family.name, name_, spec.verbosity});
  left_out_ = index.count(RowFlaw::kTwice);
  if (left_out_ > 0) {
    warn_once(fmt::format("{} {}: rows left out because their videos are listed twice: {}", family.name, name_, left_out_), spec.verbosity);
  }
  items_ = std::move(index.items);
}

DataFingerprint LabelledSplit::fingerprint(int64_t damaged) const {
  std::call_once(hash_once_, [this] { hash_ = hash_of_videos(items_, *media_); });
  return {name_, static_cast<int64_t>(items_.size()) - damaged, missing_, left_out_ + damaged, hash_};
}

}  // namespace vbench::clips
