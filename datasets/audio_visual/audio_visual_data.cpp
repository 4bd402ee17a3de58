#include "datasets/audio_visual/audio_visual_data.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "datasets/audio_visual/clip_reader.hpp"
#include "datasets/audio_visual/location.hpp"
#include "datasets/audio_visual/usable_videos.hpp"
#include "datasets/formats/hash.hpp"
#include "datasets/location/warning.hpp"
#include "datasets/video/picture.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {

struct AudioVisualData::State {
  RunSpec spec;
  Options options;
  bool training = false;
  std::string split;
  Location location;
  std::vector<std::string> classes;
  std::vector<ListedFile> videos;
  int64_t missing = 0, unusable = 0;
  std::unique_ptr<const ClipReader> reader;
  std::unique_ptr<std::atomic<bool>[]> damaged;  ///< of the videos, as found while reading
  mutable std::once_flag fingerprint_once;
  mutable std::string contents_hash;

  void open(const Family& family);
  void check_classes(const Family& family) const;
  void take(const Family& family, UsableVideos found);
  void warn(const std::string& line) const { warn_once(line, spec.verbosity); }
  void require_few_damaged(const Error& latest) const;
  [[nodiscard]] int64_t count_damaged() const;
  [[nodiscard]] std::string damaged_ids() const;
  [[nodiscard]] std::string hash_contents() const;
};

int64_t AudioVisualData::State::count_damaged() const {
  return std::count_if(damaged.get(), damaged.get() + videos.size(), [](const auto& flag) { return flag.load(); });
}

std::string AudioVisualData::State::damaged_ids() const {
  std::string ids;
  for (size_t i = 0; i < videos.size(); ++i) ids += damaged[i] ? videos[i].id + "\n" : "";
  return ids;
}

/// Those that only decoding shows count like those that their headers show.
void AudioVisualData::State::require_few_damaged(const Error& latest) const {
  const int64_t bad = missing + unusable + count_damaged(), all = static_cast<int64_t>(videos.size()) + missing + unusable;
  if (static_cast<double>(bad) <= options.allow_missing * static_cast<double>(all) + 1e-9) return;
  throw input_error(
      latest.fact(), latest.where(),
      fmt::format("{} of {} videos cannot be used, 'vbench data verify' lists them; data.allow_missing allows a share, now {:g} %", bad,
                  all, options.allow_missing * 100));
}

void AudioVisualData::State::check_classes(const Family& family) const {
  if (location.source == Source::kSynthetic) return;
  const std::string difference = class_difference(family, classes);
  if (difference.empty()) return;
  const std::string folder = printable(location.folder.string());
  if (!family.class_folders.empty() && !options.any_classes) {
    throw input_error(fmt::format("the folders are not those of {}: {}", family.name, difference), folder,
                      "others use other classes under that name; --set data.any_classes=true takes these");
  }
  warn(fmt::format("{}: {}: {}; scores are not comparable with published ones", family.name, folder, difference));
}

/// Videos that cannot be used are left out and counted; too many of them end the run.
void AudioVisualData::State::take(const Family& family, UsableVideos found) {
  if (!found.unusable.empty()) {
    const Unusable& first = found.unusable.front();
    if (spec.strict) throw first.error;
    const std::string line = fmt::format("{} of {} videos cannot be used ({}), the first: {}", found.unusable.size(), found.listed,
                                         found.summary(), first.error.what());
    if (found.more_unusable_than(options.allow_missing)) {
      throw input_error(line, printable((location.folder / split).string()),
                        fmt::format("'vbench data verify {}' lists them; data.allow_missing allows a share, now {:g} %", family.name,
                                    options.allow_missing * 100));
    }
    warn(fmt::format("{} {}: {}", family.name, split, line));
  }
  if (found.videos.empty()) throw input_error("holds no videos", printable((location.folder / split).string()));
  missing = found.counts()[Flaw::kMissing];
  unusable = static_cast<int64_t>(found.unusable.size()) - missing;
  videos = std::move(found.videos);
  const auto most = static_cast<size_t>(options.most_videos);
  if (split != split_names().front() || most == 0 || videos.size() <= most) return;
  warn(fmt::format("{} {}: the first {} of {} videos are used; data.most_videos=0 takes all", family.name, split, most, videos.size()));
  videos.resize(most);
}

void AudioVisualData::State::open(const Family& family) {
  auto found = usable_videos(family, location.folder, split, options.sound.seconds, static_cast<Verbosity>(spec.verbosity));
  classes = found.classes;
  check_classes(family);
  take(family, std::move(found));
  reader = std::make_unique<const ClipReader>(options.picture, options.sound);
  damaged = std::make_unique<std::atomic<bool>[]>(videos.size());
}

std::string AudioVisualData::State::hash_contents() const {
  std::string lines;
  for (const ListedFile& video : videos) {
    lines += fmt::format("{}\t{}\t{}\n", video.id, classes[static_cast<size_t>(video.label)], video.bytes);
  }
  return hash_of(lines);
}

AudioVisualData AudioVisualData::open(const Options& options, const RunSpec& spec, Role role) {
  if (spec.preload) throw usage_error("videos are decoded as they are needed", "--preload", "leave it out");
  const Family& family = family_of(spec.dataset);
  auto state = std::make_shared<State>();
  state->spec = spec;
  state->options = options;
  state->training = role == Role::kTrain;
  state->split = state->training ? split_names().front() : spec.split.empty() ? options.evaluated : spec.split;
  if (const auto known = splits(); std::find(known.begin(), known.end(), state->split) == known.end()) {
    throw usage_error(fmt::format("there is no split '{}'", printable(state->split)), "--split", suggest(state->split, known));
  }
  const auto query = location_query(family, options, spec.data_root, state->split);
  state->location = locate(query, spec.source, static_cast<Verbosity>(spec.verbosity));
  check_settings(family, options, query, state->location);
  state->open(family);
  return AudioVisualData(std::move(state));
}

std::vector<std::string> AudioVisualData::splits() { return split_names(); }

int64_t AudioVisualData::size() const { return static_cast<int64_t>(state_->videos.size()); }

Sample AudioVisualData::read(int64_t index, RandomStream& random) const {
  const auto at = static_cast<size_t>(index);
  const ListedFile& video = state_->videos.at(at);
  Sample sample{{}, {}, index, video.label, video.id};
  try {
    const auto path = file(index);
    auto [clip, spectrogram] = state_->training ? state_->reader->train(path, random) : state_->reader->evaluate(path);
    sample.clip = std::move(clip);
    sample.spectrogram = std::move(spectrogram);
  } catch (const Error& error) {
    if (state_->spec.strict || error.kind() != ErrorKind::kInput) throw;
    if (state_->damaged[at].exchange(true)) return sample;
    state_->require_few_damaged(error);
    state_->warn(fmt::format("{} is left out: {}", video.id, error.what()));
  }
  return sample;
}

Batch AudioVisualData::collate(const std::vector<Sample>& samples) {
  Batch batch;
  std::vector<at::Tensor> clips, spectrograms;
  std::vector<int64_t> indices, labels;
  for (const Sample& sample : samples) {
    if (!sample.clip.defined()) continue;
    clips.push_back(sample.clip);
    spectrograms.push_back(sample.spectrogram);
    indices.push_back(sample.index);
    labels.push_back(sample.label);
    batch.ids.push_back(sample.id);
  }
  batch.clips = clips.empty() ? at::empty({0, 3, 0, 0, 0}) : at::stack(clips);
  batch.spectrograms = spectrograms.empty() ? at::empty({0, 1, 0, 0}) : at::stack(spectrograms);
  batch.indices = at::tensor(indices, at::kLong);
  batch.labels = at::tensor(labels, at::kLong);
  return batch;
}

std::string AudioVisualData::picture_strip(int64_t index, const StripRequest& request) const {
  constexpr int64_t kQuality = 75;
  cv::Mat strip;
  cv::hconcat(state_->reader->look(file(index), request.pictures, request.side), strip);
  return video::encode_jpeg(strip, kQuality);
}

std::string AudioVisualData::name(int64_t index) const { return state_->videos.at(static_cast<size_t>(index)).id; }

std::filesystem::path AudioVisualData::file(int64_t index) const {
  return state_->location.folder / state_->videos.at(static_cast<size_t>(index)).place;
}

int64_t AudioVisualData::label(int64_t index) const { return state_->videos.at(static_cast<size_t>(index)).label; }

DataFingerprint AudioVisualData::fingerprint() const {
  std::call_once(state_->fingerprint_once, [this] { state_->contents_hash = state_->hash_contents(); });
  const auto damaged = state_->count_damaged();
  const bool other = damaged > 0 && !state_->training;  // figures are those of the rest
  const std::string hash =
      other ? hash_of(fmt::format("{} without {}", state_->contents_hash, state_->damaged_ids())) : state_->contents_hash;
  return {state_->split, size() - damaged, state_->missing, state_->unusable + damaged, hash};
}

Source AudioVisualData::source() const { return state_->location.source; }
Options AudioVisualData::options() const {
  Options options = state_->options;
  options.classes = static_cast<int64_t>(state_->classes.size());
  return options;
}
const std::vector<std::string>& AudioVisualData::class_names() const { return state_->classes; }

}  // namespace vbench::audio_visual
