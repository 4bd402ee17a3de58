#include "datasets/clips/clip_data.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "datasets/clips/clip_reader.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/clips/reading.hpp"
#include "datasets/clips/split_index.hpp"
#include "datasets/location/warning.hpp"
#include "harness/core/error.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {

struct ClipData::State {
  RunSpec spec;
  Options options;  ///< with `classes` filled in
  bool training = false;
  std::string split;  ///< "train1": what the fingerprint is called
  Source source = Source::kReal;
  std::vector<std::string> classes;
  std::vector<ClipItem> items;
  int64_t missing = 0, left_out = 0;
  std::shared_ptr<const Media> media;
  std::unique_ptr<const ClipReader> reader;
  std::unique_ptr<const Damage> damage;
  mutable std::once_flag fingerprint_once, table_once;
  mutable std::string contents_hash;

  void open(const Family& family, const DatasetFiles& files, const std::string& list);
  void take(const Family& family, SplitIndex index);
  void warn(const std::string& line) const { warn_once(line, spec.verbosity); }
  void warn_about_video_files() const;

  template <class Read>
  [[nodiscard]] Sample sample(int64_t index, const Read& read) const;
};

/// Rows that no run may use end it; others are left out and counted.
void ClipData::State::take(const Family& family, SplitIndex index) {
  for (const RowProblem& problem : index.problems) {
    const bool left_out_only = problem.flaw == RowFlaw::kMissing || problem.flaw == RowFlaw::kTwice;
    const bool wrong = !left_out_only && !(problem.flaw == RowFlaw::kTwoLabels && family.splits_may_share);
    if (wrong || spec.strict) throw problem.error;
  }
  missing = accept_missing(index, options.allow_missing, {family.name, split, spec.verbosity});
  left_out = index.count(RowFlaw::kTwice);
  if (left_out > 0) warn(fmt::format("{} {}: rows left out because their videos are listed twice: {}", family.name, split, left_out));
  items = std::move(index.items);
}

void ClipData::State::warn_about_video_files() const {
  if (items.empty() || !media->is_video_file(items.front().place)) return;
  warn(fmt::format(
      "video files are decoded from their beginning for every clip; 'vbench data convert {} --output DIR' stores frames that are "
      "read one by one (docs/video.md has the speeds)",
      printable(media->path().string())));
}

void ClipData::State::open(const Family& family, const DatasetFiles& files, const std::string& list) {
  const LabelFolder labels(family, files.labels, options.fold);
  source = files.source;
  split = family.folds == 1 ? list : fmt::format("{}{}", list, options.fold);
  const auto class_list = labels.classes();
  classes = class_list.names();
  options.classes = outputs_for(options.classes, static_cast<int64_t>(classes.size()), labels.path());
  media = std::make_shared<const Media>(files.media);
  take(family, index_split(labels, class_list, *media, list));
  warn_about_video_files();
  reader = std::make_unique<const ClipReader>(options, media, items.size());
  damage = std::make_unique<const Damage>(items.size(), training && !spec.strict, spec.verbosity);
}

template <class Read>
Sample ClipData::State::sample(int64_t index, const Read& read) const {
  const auto at = static_cast<size_t>(index);
  const ClipItem& item = items.at(at);
  return {damage->guard(at, item.id, [&] { return read(at, item); }), item.label, item.id};
}

ClipData ClipData::open(const Options& options, const RunSpec& spec, Role role) {
  keep_opencv_to_one_thread();
  if (spec.preload) throw usage_error("frames are mapped from the disk, which keeps them in memory anyway", "--preload", "leave it out");
  const Family& family = family_of(spec.dataset);
  auto state = std::make_shared<State>();
  state->spec = spec;
  state->options = options;
  state->training = role == Role::kTrain;
  const auto query = location_query(family, options, spec.data_root, role);
  const Location location = locate(query, spec.source, static_cast<Verbosity>(spec.verbosity));
  const DatasetFiles files = files_of(family, options, query, location, spec.source);
  state->open(family, files, state->training ? kTrain : kVal);
  return ClipData(std::move(state));
}

int64_t ClipData::size() const { return static_cast<int64_t>(state_->items.size()); }

Sample ClipData::read(int64_t index, RandomStream& random) const {
  return state_->sample(index, [&](size_t at, const ClipItem& item) {
    if (!state_->training) return state_->reader->evaluate(at, item);
    return state_->reader->train(at, item, random, state_->options.clip_size());
  });
}

Sample ClipData::read(int64_t index, RandomStream& random, const Step& step) const {
  return state_->sample(index, [&](size_t at, const ClipItem& item) { return state_->reader->train(at, item, random, step.size); });
}

Batch ClipData::collate(const std::vector<Sample>& samples) { return clips::collate(samples); }

std::vector<ClipData::Step> ClipData::plan(int64_t batch_size) const {
  const video::MultigridOptions& grid = state_->options.multigrid;
  const bool cycles = grid.long_cycles || grid.short_cycles;
  if (!state_->training || (!cycles && grid.epoch_length == video::EpochLength::kFullPass)) return {};
  const video::MultigridSchedule schedule(grid, size(), batch_size, state_->options.clip_size());
  if (cycles) {
    std::call_once(state_->table_once, [&] { Progress(static_cast<Verbosity>(state_->spec.verbosity)).detail(schedule.table()); });
  }
  return schedule.steps();
}

std::string ClipData::name(int64_t index) const { return state_->items.at(static_cast<size_t>(index)).id; }

DataFingerprint ClipData::fingerprint() const {
  std::call_once(state_->fingerprint_once, [this] { state_->contents_hash = hash_of_videos(state_->items, *state_->media); });
  const int64_t damaged = state_->damage->count();
  return {state_->split, size() - damaged, state_->missing, state_->left_out + damaged, state_->contents_hash};
}

Source ClipData::source() const { return state_->source; }
Options ClipData::options() const { return state_->options; }
const std::vector<std::string>& ClipData::class_names() const { return state_->classes; }

}  // namespace vbench::clips
