#include "datasets/set_abstraction/set_data.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>

#include "datasets/formats/hash.hpp"
#include "datasets/location/warning.hpp"
#include "datasets/set_abstraction/split_sets.hpp"
#include "harness/core/text.hpp"

namespace vbench::set_abstraction {

using VideoTablePointer = std::shared_ptr<const VideoTable>;

struct SetData::State {
  RunSpec spec;
  bool training = false;
  Metadata metadata;
  VideoTablePointer videos, test_videos;
  std::vector<IndexedSet> sets;
  std::vector<IndexedRecord> records;  ///< one completion each
  std::vector<size_t> odd_records;     ///< one odd-one-out question each
  std::optional<SetSampler> sampler;
  Drawable drawable;
  LeftOut left_out;
  mutable std::mutex mutex;
  mutable std::map<Split, VideoTablePointer> further;  ///< opened for video_features alone
  mutable std::once_flag fingerprint_once;
  mutable DataFingerprint fingerprint;

  void open_training();
  void open_evaluation();
  void warn_about_orders(const VideoTable& table) const;

  [[nodiscard]] int64_t set_count() const { return static_cast<int64_t>(sampler ? drawable.videos.size() : sets.size()); }
  [[nodiscard]] const IndexedRecord* record_at(int64_t index, bool& odd) const;
  [[nodiscard]] std::string name(int64_t index) const;
  [[nodiscard]] IndexedSet drawn(int64_t index, RandomStream& random) const;
  [[nodiscard]] Sample abstraction(const IndexedSet& set) const;
  [[nodiscard]] Sample completion(const IndexedRecord& record) const;
  [[nodiscard]] Sample odd_one_out(const IndexedRecord& record) const;
  [[nodiscard]] std::string contents_hash() const;
  [[nodiscard]] VideoTablePointer table(Split split) const;
};

void SetData::State::warn_about_orders(const VideoTable& table) const {
  for (const Finding& finding : table.findings) {
    if (finding.flaw == Flaw::kNote) continue;
    if (spec.strict) throw finding.error;
    warn_once(fmt::format("{} {}: {}", metadata.family->name, to_string(table.split), finding.error.what()), spec.verbosity);
  }
}

void SetData::State::open_training() {
  videos = metadata.videos(Split::kTrain, true);
  warn_about_orders(*videos);
  const bool online = metadata.options.sets == SetSource::kOnline;
  if (online) {
    drawable = drawable_videos(metadata, *videos, left_out);
    sampler.emplace(metadata.graph, drawable.labels);
  } else {
    sets = usable_sets(metadata, *videos, spec.strict ? nullptr : &left_out);
    if (spec.strict) left_out.listed = static_cast<int64_t>(sets.size());
  }
  const std::string what = online ? "training videos" : "training sets";
  const auto where = online ? metadata.files.list(Split::kTrain) : metadata.files.abstraction_sets(Split::kTrain);
  left_out.require_enough(spec.strict ? 0 : metadata.options.allow_missing, what, where.string());
  if (left_out.count() == 0) return;
  warn_once(fmt::format("{} train: {} of {} {} are left out; the first: {}", metadata.family->name, left_out.count(), left_out.listed, what,
                        left_out.first),
            spec.verbosity);
}

void SetData::State::open_evaluation() {
  videos = metadata.videos(Split::kVal, true);
  warn_about_orders(*videos);
  sets = usable_sets(metadata, *videos, nullptr);
  if (!metadata.options.tasks) return;
  test_videos = metadata.videos(Split::kTest, true);
  records = usable_records(metadata, *test_videos);
  for (size_t i = 0; i < records.size(); ++i) {
    if (records[i].reference.size() > 1) odd_records.push_back(i);
  }
}

/// The record behind an index, nothing for a set.
const IndexedRecord* SetData::State::record_at(int64_t index, bool& odd) const {
  if (index < set_count()) return nullptr;
  auto place = static_cast<size_t>(index - set_count());
  odd = place >= records.size();
  if (!odd) return &records[place];
  return &records[odd_records.at(place - records.size())];
}

std::string SetData::State::name(int64_t index) const {
  bool odd = false;
  if (const IndexedRecord* record = record_at(index, odd)) {
    return fmt::format("{} {}/{}", odd ? "odd one out" : "completion", record->reference.size(), record->record);
  }
  if (sampler) return fmt::format("train video {}", videos->names[static_cast<size_t>(drawable.videos.at(static_cast<size_t>(index)))]);
  return fmt::format("{} set {}", to_string(videos->split), sets.at(static_cast<size_t>(index)).record);
}

IndexedSet SetData::State::drawn(int64_t index, RandomStream& random) const {
  const StageScope augmenting(ReadStage::kAugment);
  const auto set = sampler->draw(drawable.videos.at(static_cast<size_t>(index)), metadata.options.ties, random);
  return {index, {set.videos.begin(), set.videos.end()}, {set.labels.begin(), set.labels.end()}};
}

Sample SetData::State::abstraction(const IndexedSet& set) const {
  Sample sample;
  sample.task = Task::kAbstraction;
  sample.features = videos->features.take(set.rows);
  const auto members = set.rows.size();
  sample.labels = at::tensor(std::vector<int64_t>(set.labels.begin(), set.labels.end()), at::kLong);
  const std::span<const int32_t> shared = std::span<const int32_t>(set.labels).subspan(members);
  sample.embeddings = at::cat({videos->embeddings.take(set.rows), metadata.categories.take(shared)});
  return sample;
}

Sample SetData::State::completion(const IndexedRecord& record) const {
  Sample sample;
  sample.task = Task::kCompletion;
  sample.features = test_videos->features.take(record.reference);
  sample.query = test_videos->features.take(record.query);
  sample.distances = at::tensor(record.distances, at::kDouble);
  return sample;
}

Sample SetData::State::odd_one_out(const IndexedRecord& record) const {
  Sample sample;
  sample.task = Task::kOddOneOut;
  std::vector<int32_t> members = record.reference;
  const auto farthest = std::max_element(record.distances.begin(), record.distances.end()) - record.distances.begin();
  members.push_back(record.query[static_cast<size_t>(farthest)]);
  sample.features = test_videos->features.take(members);
  sample.outlier = static_cast<int64_t>(members.size()) - 1;
  return sample;
}

namespace {

/// Hash of one row. @param buffer  reused: a new one for each of many rows would leave holes between the hashes that stay
std::string hash_of_row(const Rows& vectors, int64_t row, std::vector<float>& buffer) {
  if (vectors.count() == 0 || !vectors.has(row)) return "none";
  buffer.resize(static_cast<size_t>(vectors.width()));
  vectors.copy(row, buffer.data());
  return hash_of(buffer.data(), buffer.size() * sizeof(float));
}

/// Key and hash of a video's values, computed once.
class VideoHashes {
 public:
  explicit VideoHashes(const VideoTable& videos) : videos_(videos), known_(videos.names.size()) {}

  const std::string& of(int32_t row) {
    std::string& hash = known_[static_cast<size_t>(row)];
    if (!hash.empty()) return hash;
    const std::string embedding = hash_of_row(videos_.embeddings, row, buffer_);
    return hash = fmt::format("{} {} {}", videos_.names[static_cast<size_t>(row)], hash_of_row(videos_.features, row, buffer_), embedding);
  }
  std::string of(const std::vector<int32_t>& rows) {
    std::string all;
    for (const int32_t row : rows) all += fmt::format("{}\n", of(row));
    return all;
  }

 private:
  const VideoTable& videos_;
  std::vector<std::string> known_;
  std::vector<float> buffer_;
};

std::string graph_text(const SemanticGraph& graph) {
  std::string text;
  for (int64_t label = 0; label < graph.size(); ++label) {
    text += fmt::format("{} {} > {}\n", graph.node(label).id, graph.node(label).category, fmt::join(graph.children(label), " "));
  }
  return text;
}

}  // namespace

std::string SetData::State::contents_hash() const {
  const SemanticGraph& graph = *metadata.graph;
  std::vector<std::string> items;
  VideoHashes hashes(*videos);
  for (const IndexedSet& set : sets) items.push_back(hash_of(fmt::format("{}{}", hashes.of(set.rows), fmt::join(set.labels, " "))));
  for (const int64_t row : drawable.videos) {
    const auto& labels = drawable.labels[static_cast<size_t>(row)];
    items.push_back(hash_of(fmt::format("{} {}", hashes.of(static_cast<int32_t>(row)), fmt::join(labels, " "))));
  }
  if (test_videos) {
    VideoHashes test_hashes(*test_videos);
    for (const IndexedRecord& record : records) {
      items.push_back(hash_of(
          fmt::format("{}?\n{}{}", test_hashes.of(record.reference), test_hashes.of(record.query), fmt::join(record.distances, " "))));
    }
  }
  std::sort(items.begin(), items.end());
  std::string text = hash_of(graph_text(graph));
  std::vector<float> buffer;
  for (int64_t label = 0; label < graph.size(); ++label) text += hash_of_row(metadata.categories, label, buffer);
  for (const std::string& item : items) text += item;
  return hash_of(text);
}

VideoTablePointer SetData::State::table(Split split) const {
  for (const VideoTablePointer& opened : {videos, test_videos}) {
    if (opened && opened->split == split) return opened;
  }
  const std::lock_guard lock(mutex);
  const auto found = further.find(split);
  if (found != further.end()) return found->second;
  const bool there = std::filesystem::exists(metadata.files.features(split));
  return further[split] = there ? metadata.open_videos(split, true) : nullptr;
}

SetData::SetData(const Family& family, const Options& options, const RunSpec& spec, Role role) {
  auto state = std::make_shared<State>();
  state->spec = spec;
  state->training = role == Role::kTrain;
  const auto query = location_query(family, options, spec.data_root, role);
  const Location location = locate(query, spec.source, static_cast<Verbosity>(spec.verbosity));
  state->metadata = Metadata::open(family, options, location);
  state->training ? state->open_training() : state->open_evaluation();
  state_ = std::move(state);
}

int64_t SetData::size() const { return state_->set_count() + static_cast<int64_t>(state_->records.size() + state_->odd_records.size()); }

Sample SetData::read(int64_t index, RandomStream& random) const {
  const StageScope reading(ReadStage::kRead);  // rows of features; nothing is decoded
  const State& state = *state_;
  bool odd = false;
  Sample sample;
  if (const IndexedRecord* record = state.record_at(index, odd)) {
    sample = odd ? state.odd_one_out(*record) : state.completion(*record);
  } else if (state.sampler) {
    sample = state.abstraction(state.drawn(index, random));
  } else {
    const IndexedSet& set = state.sets.at(static_cast<size_t>(index));
    const bool shuffle = state.training && state.metadata.options.shuffle_members;
    sample = state.abstraction(shuffle ? shuffled(set, random) : set);
  }
  sample.name = state.name(index);
  return sample;
}

std::string SetData::name(int64_t index) const { return fmt::format("{} {}", state_->metadata.family->name, state_->name(index)); }

DataFingerprint SetData::fingerprint() const {
  std::call_once(state_->fingerprint_once, [this] {
    const std::string split = state_->training ? "train" : state_->test_videos ? "val+test" : "val";
    state_->fingerprint = {split, size(), state_->left_out.missing, state_->left_out.dropped, state_->contents_hash()};
  });
  return state_->fingerprint;
}

Source SetData::source() const { return state_->metadata.location.source; }
Options SetData::options() const { return state_->metadata.options; }
const SemanticGraph& SetData::graph() const { return *state_->metadata.graph; }

at::Tensor SetData::video_features(const std::string& video) const {
  const State& state = *state_;
  std::vector<std::string> known;
  for (const Split split : {state.videos->split, Split::kTest, Split::kVal, Split::kTrain}) {
    const VideoTablePointer videos = state.table(split);
    if (!videos) continue;
    for (const std::string& key : {video, state.metadata.key_of(video)}) {
      const auto row = videos->find(key);
      if (!row) continue;
      if (!videos->finite_features[static_cast<size_t>(*row)]) {
        throw input_error(fmt::format("the features of '{}' hold a value that is not finite", video), videos->path);
      }
      return videos->features.take(std::vector<int32_t>{*row})[0];
    }
    known.insert(known.end(), videos->names.begin(), videos->names.end());
  }
  throw usage_error(fmt::format("'{}' is no video of {}", video, state.metadata.family->name), "",
                    fmt::format("the nearest: {}", fmt::join(nearest(video, known), ", ")));
}

}  // namespace vbench::set_abstraction
