#include "datasets/video_text/retrieval_data.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <mutex>

#include "datasets/loader/ordered_prefetch.hpp"
#include "datasets/location/warning.hpp"
#include "datasets/video_text/checksums.hpp"
#include "datasets/video_text/frame_reader.hpp"
#include "datasets/video_text/split.hpp"
#include "harness/core/progress.hpp"

namespace vbench::video_text {
namespace {

/// "KEY", for the first of several, with the others' number.
struct Examples {
  std::string first;
  int64_t count = 0;

  void add(const Finding& finding) {
    if (count++ == 0) first = finding.error.what();
  }
};

}  // namespace

struct RetrievalData::State {
  std::string split;
  std::string label;  ///< "youcook2 val"
  bool training = false;
  RunSpec spec;
  DatasetFiles files;
  std::vector<Item> items;
  SplitCounts counts;
  std::vector<ItemFeatures> preloaded;  ///< as many as items with --preload, else none
  mutable std::once_flag fingerprint_once;
  mutable DataFingerprint fingerprint;

  Examples missing, corrupt, empty_segments, no_clips;

  [[nodiscard]] int64_t workers() const { return std::max<int64_t>(spec.workers, 0); }
  void choose_items();
  void obey(const Finding& finding);
  void require_enough() const;
  void drop_corrupt_items();
  void warn() const;
  void preload();

  [[nodiscard]] std::vector<int64_t> sample_frames(int64_t frames, int64_t limit, RandomStream& random) const;
  [[nodiscard]] FrameRows frame_rows(size_t index, const std::vector<std::vector<int64_t>>& wanted) const;
  [[nodiscard]] at::Tensor words(size_t index) const;
};

void RetrievalData::State::obey(const Finding& finding) {
  const bool leave_out_corrupt = files.options.drop_corrupt && !spec.strict;
  if (finding.flaw == Flaw::kFatal || spec.strict || (finding.flaw == Flaw::kCorrupt && !leave_out_corrupt)) {
    const bool hinted = finding.flaw != Flaw::kCorrupt || spec.strict;
    if (hinted || !finding.error.hint().empty()) throw finding.error;
    throw input_error(finding.error.fact(), finding.error.where(), "--set data.drop_corrupt=true leaves such videos out and counts them");
  }
  switch (finding.flaw) {
    case Flaw::kMissing:
      return missing.add(finding);
    case Flaw::kEmptySegment:
      return empty_segments.add(finding);
    case Flaw::kNoClips:
      return no_clips.add(finding);
    default:
      return corrupt.add(finding);
  }
}

void RetrievalData::State::choose_items() {
  for (const ItemMeta& meta : files.annotations.items) {
    if (meta.split != split) continue;
    ++counts.listed;
    CheckedItem checked = check_item(files, meta);
    bool lacks_features = false;
    for (const Finding& finding : checked.findings) {
      obey(finding);
      lacks_features = lacks_features || finding.flaw == Flaw::kMissing;
      if (finding.flaw == Flaw::kEmptySegment) ++counts.dropped_segments;
    }
    if (checked.item) {
      items.push_back(std::move(*checked.item));
    } else {
      ++(lacks_features ? counts.missing : counts.dropped);
    }
  }
}

void RetrievalData::State::require_enough() const {
  const std::string folder = files.location.folder.string();
  if (counts.listed == 0) {
    throw input_error(fmt::format("split '{}' has no videos", split), folder,
                      fmt::format("there are: {}", fmt::join(files.split_names(), ", ")));
  }
  const double share = static_cast<double>(counts.missing) / static_cast<double>(counts.listed);
  if (share > files.options.allow_missing) {
    throw input_error(fmt::format("{} of {} videos of split '{}' have no features, at most {:.3g}% may; the first: {}", counts.missing,
                                  counts.listed, split, files.options.allow_missing * 100, missing.first),
                      folder, "complete the features, or raise --set data.allow_missing=SHARE");
  }
  if (items.empty()) {
    const std::string& reason = !no_clips.first.empty() ? no_clips.first : !corrupt.first.empty() ? corrupt.first : missing.first;
    throw input_error(fmt::format("none of the {} videos of split '{}' can be used; the first: {}", counts.listed, split, reason), folder);
  }
}

void RetrievalData::State::drop_corrupt_items() {
  const auto checksums = checksum_items(files, items, workers());
  std::vector<Item> kept;
  for (size_t i = 0; i < items.size(); ++i) {
    if (checksums[i].failure) {
      corrupt.add({Flaw::kCorrupt, "", *checksums[i].failure});
      ++counts.dropped;
    } else {
      kept.push_back(std::move(items[i]));
    }
  }
  items = std::move(kept);
}

void RetrievalData::State::warn() const {
  const auto say = [&](const Examples& examples, const std::string& what) {
    if (examples.count > 0) warn_once(fmt::format("{}: {}; the first: {}", label, what, examples.first), spec.verbosity);
  };
  say(missing, fmt::format("{} of {} videos have no features and are left out", counts.missing, counts.listed));
  say(corrupt, fmt::format("{} videos with unusable features are left out", corrupt.count));
  say(empty_segments, fmt::format("{} segments without frames are left out with their sentences", empty_segments.count));
  say(no_clips, fmt::format("{} videos without a usable clip are left out", no_clips.count));
}

void RetrievalData::State::preload() {
  OrderedPrefetch<ItemFeatures> reading(0, static_cast<int64_t>(items.size()), workers(), 4 * std::max<int64_t>(workers(), 1),
                                        [&](int64_t i) { return read_features(files, items[static_cast<size_t>(i)]); });
  while (auto features = reading.next()) preloaded.push_back(std::move(*features));
}

std::vector<int64_t> RetrievalData::State::sample_frames(int64_t frames, int64_t limit, RandomStream& random) const {
  const int64_t target = std::min(frames, limit);
  return training ? training_indices(frames, target, random) : evaluation_indices(frames, target);
}

FrameRows RetrievalData::State::frame_rows(size_t index, const std::vector<std::vector<int64_t>>& wanted) const {
  if (!preloaded.empty()) return FrameRows(preloaded[index].frames);
  const Item& item = items[index];
  const StageScope reading(ReadStage::kRead);
  return FrameRows::read(*files.frames, item.data_key, item.frames, wanted);
}

at::Tensor RetrievalData::State::words(size_t index) const {
  if (!preloaded.empty()) return preloaded[index].words;
  const StageScope reading(ReadStage::kRead);
  at::Tensor rows = files.words->read(items[index].text_key);
  require_finite(rows, files.words->where(items[index].text_key));
  return rows;
}

RetrievalData::RetrievalData(const Family& family, const Options& options, const RunSpec& spec, Role role) {
  auto state = std::make_shared<State>();
  state->training = role == Role::kTrain;
  state->split = state->training ? options.train_split : options.eval_split;
  state->label = family.name + " " + state->split;
  state->spec = spec;
  const Location location = locate(family, options, spec.data_root, spec.source, static_cast<Verbosity>(spec.verbosity));
  state->files = DatasetFiles::open(family, options, location, state->workers());
  state->choose_items();
  if (options.drop_corrupt && !spec.strict) state->drop_corrupt_items();
  state->require_enough();
  state->warn();
  if (spec.preload) state->preload();
  state_ = std::move(state);
}

int64_t RetrievalData::size() const { return static_cast<int64_t>(state_->items.size()); }

Sample RetrievalData::read(int64_t index, RandomStream& random) const {
  const StageScope augmenting(ReadStage::kAugment);  // which frames, and their noise
  const auto number = static_cast<size_t>(index);
  const Item& item = state_->items[number];
  const Options& options = state_->files.options;
  std::vector<std::vector<int64_t>> wanted{state_->sample_frames(item.frames, options.max_video_frames, random)};
  for (const FrameRange& clip : item.clips) {
    wanted.push_back(state_->sample_frames(clip.count, options.max_frames, random));
    for (int64_t& frame : wanted.back()) frame += clip.start;
  }
  const FrameRows rows = state_->frame_rows(number, wanted);
  const bool noise = state_->training && options.frame_noise > 0;
  const auto take = [&](const std::vector<int64_t>& frames) {
    return noise ? add_noise(rows.take(frames), options.frame_noise, random) : rows.take(frames);
  };
  Sample sample;
  sample.key = item.key;
  sample.frames = take(wanted.front());
  for (size_t i = 1; i < wanted.size(); ++i) sample.clips.push_back(take(wanted[i]));
  const at::Tensor words = state_->words(number);
  for (const FrameRange& sentence : item.sentences) sample.sentences.push_back(words.narrow(0, sentence.start, sentence.count));
  sample.words = item.all_words ? words : at::cat(sample.sentences);
  return sample;
}

std::string RetrievalData::name(int64_t index) const {
  return fmt::format("{}: {}", state_->label, state_->items.at(static_cast<size_t>(index)).key);
}

DataFingerprint RetrievalData::fingerprint() const {
  std::call_once(state_->fingerprint_once, [this] {
    const auto checksums = checksum_items(state_->files, state_->items, state_->workers());
    for (const ItemChecksum& checksum : checksums) {
      if (checksum.failure) throw *checksum.failure;
    }
    state_->fingerprint = {state_->split, size(), state_->counts.missing, state_->counts.dropped,
                           fingerprint_hash(state_->items, checksums)};
  });
  return state_->fingerprint;
}

Source RetrievalData::source() const { return state_->files.location.source; }
const std::vector<Item>& RetrievalData::items() const { return state_->items; }
const SplitCounts& RetrievalData::counts() const { return state_->counts; }

}  // namespace vbench::video_text
