#include "datasets/something/something_data.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "datasets/clips/labels.hpp"
#include "datasets/clips/reading.hpp"
#include "datasets/location/warning.hpp"
#include "datasets/something/annotations.hpp"
#include "datasets/something/classes.hpp"
#include "datasets/something/clip_reader.hpp"
#include "datasets/something/location.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;
using clips::ClipItem;

struct SomethingData::State {
  RunSpec spec;
  Options options;  ///< with `classes` filled in
  bool training = false;
  std::string split;
  Source source = Source::kReal;
  std::vector<std::string> classes;
  std::vector<ContrastiveGroup> groups;
  Augmentor augmentor;
  std::vector<ClipItem> items;
  int64_t missing = 0;
  std::shared_ptr<const clips::Media> media;
  std::unique_ptr<const ClipReader> reader;
  std::unique_ptr<const clips::Damage> damage;
  mutable std::once_flag fingerprint_once;
  mutable std::string contents_hash;

  void open(const Files& files);
  void take(clips::SplitIndex index);
  void require_apart(const Files& files, const annotations::ClassList& class_list) const;
  void learn_of_classes(const AnnotationFiles& files);
  void warn(const std::string& line) const { warn_once(line, spec.verbosity); }

  [[nodiscard]] Sample train(size_t index, RandomStream& random) const;
  [[nodiscard]] Sample evaluate(size_t index) const;
  [[nodiscard]] View view(const ClipReader& clip_reader, size_t index, const ClipItem& item) const;
};

/// Rows that no run may use end it.
void SomethingData::State::take(clips::SplitIndex index) {
  for (const clips::RowProblem& problem : index.problems) {
    if (problem.flaw != clips::RowFlaw::kMissing || spec.strict) throw problem.error;
  }
  missing = clips::accept_missing(index, options.allow_missing, {kDataset, split, spec.verbosity});
  items = std::move(index.items);
}

/// Whoever trains on videos that are evaluated later measures nothing.
void SomethingData::State::require_apart(const Files& files, const annotations::ClassList& class_list) const {
  const auto other = files.annotations.lists.find(kValidation);
  if (!training || other == files.annotations.lists.end()) return;
  std::vector<std::string> ids;
  for (const ClipItem& item : items) ids.push_back(item.key);
  std::sort(ids.begin(), ids.end());
  const VideoList list = read_list(other->second, kValidation, class_list);
  for (const auto& video : list.videos) {
    if (!std::binary_search(ids.begin(), ids.end(), video.id)) continue;
    throw input_error(fmt::format("id {} is listed for training and for validation", printable(video.id)),
                      printable(other->second.string()), fmt::format("'vbench data verify {}' lists all of them", kDataset));
  }
}

void SomethingData::State::learn_of_classes(const AnnotationFiles& files) {
  KnownGroups known = known_groups(options, files, classes);
  if (known.left_out > 0 && !options.contrastive_groups.empty())
    warn(fmt::format("{}: groups left out because the labels lack a class of them: {}", known.from, known.left_out));
  groups = std::move(known.groups);
  if (!training) return;
  augmentor = known_augmentations(options, files, classes);
  const auto& unknown = augmentor.unknown_classes();
  if (!unknown.empty())
    warn(fmt::format("classes of the augmentation mapping that are not among the labels: {}, the first: '{}'", unknown.size(),
                     printable(unknown.front())));
}

void SomethingData::State::open(const Files& files) {
  source = files.source;
  std::vector<annotations::Note> notes;
  const auto class_list = read_labels(files.annotations.labels, notes);
  for (const auto& note : notes) warn(fmt::format("{}: {}", note.item, note.message));
  classes = class_list.names();
  options.classes = clips::outputs_for(options.classes, class_list.size(), files.annotations.labels);
  learn_of_classes(files.annotations);
  media = std::make_shared<const clips::Media>(files.media);
  take(index_split(files.annotations, class_list, *media, split));
  require_apart(files, class_list);
  const auto open_video = [from = media](const std::string& place, std::optional<int64_t> frames) { return from->open(place, frames); };
  reader = std::make_unique<const ClipReader>(options, open_video, items.size());
  damage = std::make_unique<const clips::Damage>(items.size(), training && !spec.strict, spec.verbosity);
}

SomethingData::Sample SomethingData::State::train(size_t index, RandomStream& random) const {
  const ClipItem& item = items.at(index);
  ClipDraw draw = draw_clip(options, random);
  const Augmentor::Draw change = augmentor.draw(item.label, random);
  draw.mirror = change.mirror;
  draw.reverse = change.reverse;
  const auto read = [&] { return ClipReader::tensor(reader->train(index, item, draw), options.train_clips); };
  return {damage->guard(index, item.id, read), change.label, item.id};
}

SomethingData::Sample SomethingData::State::evaluate(size_t index) const {
  const ClipItem& item = items.at(index);
  const auto read = [&] { return ClipReader::tensor(reader->evaluate(index, item), options.evaluation_clips); };
  return {damage->guard(index, item.id, read), item.label, item.id};
}

View SomethingData::State::view(const ClipReader& clip_reader, size_t index, const ClipItem& item) const {
  View view{item.id, item.label, clip_reader.evaluate(index, item), {}};
  view.clips = ClipReader::tensor(view.pictures, options.evaluation_clips);
  for (cv::Mat& picture : view.pictures) picture = picture.clone();  // repeated frames share their pixels
  return view;
}

std::vector<std::string> SomethingData::splits() { return {kTrain, kValidation, kTest}; }

SomethingData SomethingData::open(const Options& options, const RunSpec& spec, Role role) {
  clips::keep_opencv_to_one_thread();
  options.check();
  if (spec.preload)
    throw usage_error("videos are decoded as they are needed: all of them do not fit into memory", "--preload", "leave it out");
  const auto known = splits();
  if (!spec.split.empty() && std::find(known.begin(), known.end(), spec.split) == known.end())
    throw usage_error(fmt::format("'{}' is no split of {}", printable(spec.split), kDataset), "--split", suggest(spec.split, known));
  auto state = std::make_shared<State>();
  state->spec = spec;
  state->options = options;
  state->training = role == Role::kTrain;
  state->split = state->training ? kTrain : kValidation;
  if (!state->training && !spec.split.empty()) state->split = spec.split;
  const auto query = location_query(options, spec.data_root, state->split);
  const Location location = locate(query, spec.source, static_cast<Verbosity>(spec.verbosity));
  state->open(files_of(options, query, location, spec.source));
  return SomethingData(std::move(state));
}

int64_t SomethingData::size() const { return static_cast<int64_t>(state_->items.size()); }

SomethingData::Sample SomethingData::read(int64_t index, RandomStream& random) const {
  const auto at = static_cast<size_t>(index);
  return state_->training ? state_->train(at, random) : state_->evaluate(at);
}

SomethingData::Batch SomethingData::collate(const std::vector<Sample>& samples) {
  const Sample* first = nullptr;
  for (const Sample& sample : samples) {
    if (!sample.clips.defined()) continue;
    if (first == nullptr) first = &sample;
    if (sample.clips.size(2) == first->clips.size(2)) continue;
    throw input_error(fmt::format("its clips have {} frames, those of {} in the same batch have {}", sample.clips.size(2), first->id,
                                  first->clips.size(2)),
                      sample.id, "clips of all frames (sampling.train_clips=-1, sampling.evaluation_clips=-1) need batches of one video");
  }
  return clips::collate(samples);
}

std::string SomethingData::name(int64_t index) const { return state_->items.at(static_cast<size_t>(index)).id; }

DataFingerprint SomethingData::fingerprint() const {
  std::call_once(state_->fingerprint_once, [this] { state_->contents_hash = clips::hash_of_videos(state_->items, *state_->media); });
  const int64_t damaged = state_->damage->count();
  // Scores of other classes are none of the official task: boards keep them apart and say that published figures are of another split.
  const bool own = state_->source == Source::kReal && !are_official(state_->classes);
  const std::string split = own ? state_->split + ", own classes" : state_->split;
  return {split, size() - damaged, state_->missing, damaged, state_->contents_hash};
}

Source SomethingData::source() const { return state_->source; }
Options SomethingData::options() const { return state_->options; }
const std::vector<std::string>& SomethingData::class_names() const { return state_->classes; }
const std::vector<ContrastiveGroup>& SomethingData::contrastive_groups() const { return state_->groups; }

View SomethingData::look(const std::string& video) const {
  const auto& items = state_->items;
  const auto item = std::find_if(items.begin(), items.end(), [&](const ClipItem& listed) { return listed.key == video; });
  if (item != items.end()) return state_->view(*state_->reader, static_cast<size_t>(item - items.begin()), *item);
  std::error_code error;
  const fs::path path(video);
  if (fs::exists(path, error)) {
    const std::string id = printable((video::is_video_name(path) ? path.stem() : path.filename()).string());
    const auto open_path = [](const std::string& place, std::optional<int64_t>) -> std::shared_ptr<video::FrameSource> {
      return video::open_frames(place);
    };
    return state_->view(ClipReader(state_->options, open_path, 1), 0, {id, id, video, kUnlabelled, 0});
  }
  std::vector<std::string> ids;
  for (const ClipItem& listed : items) ids.push_back(listed.key);
  throw usage_error(fmt::format("'{}' is neither a video of the {} split nor a file", printable(video), state_->split), "--videos",
                    printable(suggest(video, ids)) + "; other splits: --split");
}

}  // namespace vbench::something
