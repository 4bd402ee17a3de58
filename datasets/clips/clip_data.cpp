#include "datasets/clips/clip_data.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "datasets/clips/clip_reader.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/clips/location.hpp"
#include "datasets/clips/split_index.hpp"
#include "datasets/formats/hash.hpp"
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
  std::unique_ptr<std::atomic<bool>[]> damaged;  ///< of the items, as found while reading
  mutable std::once_flag fingerprint_once, table_once;
  mutable std::string contents_hash;

  void open(const Family& family, const DatasetFiles& files, const std::string& list);
  void take(const Family& family, SplitIndex index);
  void fill_in_classes(const LabelFolder& labels);
  void warn(const std::string& line) const { warn_once(line, spec.verbosity); }
  void warn_about_video_files() const;

  template <class Read>
  [[nodiscard]] Sample sample(int64_t index, const Read& read) const;
  [[nodiscard]] std::string hash_contents() const;
};

namespace {

std::string share(double value) { return fmt::format("{:g} %", value * 100); }

void require_enough(const SplitIndex& index, double allowed, const std::string& dataset) {
  if (index.listed == 0) throw input_error("the label file lists no videos", index.file);
  const int64_t missing = index.count(RowFlaw::kMissing);
  if (index.items.empty() || static_cast<double>(missing) > allowed * static_cast<double>(index.listed) + 1e-9) {
    const auto first = std::find_if(index.problems.begin(), index.problems.end(),
                                    [](const RowProblem& problem) { return problem.flaw == RowFlaw::kMissing; });
    const std::string example = first == index.problems.end() ? "" : ", the first: " + first->item;
    throw input_error(fmt::format("{} of {} listed videos are missing, {} are allowed{}", missing, index.listed, share(allowed), example),
                      index.file,
                      fmt::format("'vbench data verify {}' lists them; data.allow_missing allows a share, --strict none", dataset));
  }
}

}  // namespace

void ClipData::State::fill_in_classes(const LabelFolder& labels) {
  const auto known = static_cast<int64_t>(classes.size());
  if (options.classes == 0) options.classes = known;
  if (options.classes >= known) return;
  throw usage_error(fmt::format("the labels name {} classes", known), fmt::format("--set data.classes={}", options.classes),
                    "give as many or more; the labels are in " + printable(labels.path().string()));
}

/// Rows that no run may use end it; others are left out and counted.
void ClipData::State::take(const Family& family, SplitIndex index) {
  for (const RowProblem& problem : index.problems) {
    const bool left_out_only = problem.flaw == RowFlaw::kMissing || problem.flaw == RowFlaw::kTwice;
    const bool wrong = !left_out_only && !(problem.flaw == RowFlaw::kTwoLabels && family.splits_may_share);
    if (wrong || spec.strict) throw problem.error;
  }
  require_enough(index, options.allow_missing, family.name);
  missing = index.count(RowFlaw::kMissing);
  left_out = index.count(RowFlaw::kTwice);
  if (missing > 0) {
    warn(fmt::format("{} {}: {} of {} listed videos are missing; scores are not comparable with those of all of them", family.name, split,
                     missing, index.listed));
  }
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
  fill_in_classes(labels);
  media = std::make_shared<const Media>(files.media);
  take(family, index_split(labels, class_list, *media, list));
  warn_about_video_files();
  reader = std::make_unique<const ClipReader>(options, media, items.size());
  damaged = std::make_unique<std::atomic<bool>[]>(items.size());
}

template <class Read>
Sample ClipData::State::sample(int64_t index, const Read& read) const {
  const auto at = static_cast<size_t>(index);
  const ClipItem& item = items.at(at);
  Sample sample{{}, item.label, item.id};
  try {
    sample.clips = read(at, item);
  } catch (const Error& error) {
    if (!training || spec.strict || error.kind() != ErrorKind::kInput) throw;
    if (!damaged[at].exchange(true)) warn(fmt::format("{} is left out: {}", item.id, error.what()));
  }
  return sample;
}

std::string ClipData::State::hash_contents() const {
  std::vector<std::string> lines;
  for (const ClipItem& item : items) lines.push_back(fmt::format("{}\t{}\t{}\n", item.key, item.label, media->extent(item.place)));
  std::sort(lines.begin(), lines.end());
  return hash_of(fmt::format("{}", fmt::join(lines, "")));
}

ClipData ClipData::open(const Options& options, const RunSpec& spec, Role role) {
  static std::once_flag one_thread;
  std::call_once(one_thread, [] { cv::setNumThreads(1); });  // readers are many threads already
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

Batch ClipData::collate(const std::vector<Sample>& samples) {
  Batch batch;
  std::vector<at::Tensor> clips;
  std::vector<int64_t> labels;
  for (const Sample& sample : samples) {
    if (!sample.clips.defined()) continue;
    clips.push_back(sample.clips);
    labels.push_back(sample.label);
    batch.views.push_back(sample.clips.size(0));
    batch.ids.push_back(sample.id);
  }
  if (clips.empty()) {
    const std::string first = samples.empty() ? "" : samples.front().id;
    throw input_error(fmt::format("none of the {} videos of a batch can be read", samples.size()), first,
                      "'vbench data verify' tells what is wrong with them");
  }
  batch.clips = at::cat(clips);
  batch.labels = at::tensor(labels, at::kLong);
  return batch;
}

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
  std::call_once(state_->fingerprint_once, [this] { state_->contents_hash = state_->hash_contents(); });
  const auto damaged = std::count_if(state_->damaged.get(), state_->damaged.get() + size(), [](const auto& flag) { return flag.load(); });
  return {state_->split, size() - damaged, state_->missing, state_->left_out + damaged, state_->contents_hash};
}

Source ClipData::source() const { return state_->source; }
Options ClipData::options() const { return state_->options; }
const std::vector<std::string>& ClipData::class_names() const { return state_->classes; }

}  // namespace vbench::clips
