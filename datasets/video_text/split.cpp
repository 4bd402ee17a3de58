#include "datasets/video_text/split.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <set>

#include "datasets/formats/json_file.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

constexpr const char* kRemakeIndex = "delete the file if the features have changed, it is made anew";

std::map<std::string, std::vector<int64_t>> read_sentence_splits(const fs::path& path) {
  std::map<std::string, std::vector<int64_t>> splits;
  const auto file = read_json_object<nlohmann::json>(path);
  for (const auto& [key, value] : file.items()) {
    const auto bad = [&, name = &key] { return input_error("not a list of numbers of tokens", path.string() + ": " + *name); };
    if (!value.is_array()) throw bad();
    std::vector<int64_t>& counts = splits[key];
    for (const auto& count : value) {
      if (!count.is_number_integer()) throw bad();
      counts.push_back(count.get<int64_t>());
    }
  }
  return splits;
}

/// Features of words are called after the video where several descriptions share them.
std::string shared_key(const std::string& key) { return "v_" + key.substr(0, 11); }

std::string annotation_text(const ItemMeta& meta) {
  std::string text = fmt::format("{}", meta.duration_sec);
  for (const SegmentMeta& segment : meta.segments) text += fmt::format("\n{} {} {}", segment.start_sec, segment.stop_sec, segment.text);
  return text;
}

/// One video on its way through the checks. Each check says whether the next one makes sense.
class Checker {
 public:
  Checker(const DatasetFiles& files, const ItemMeta& meta) : files_(files), meta_(meta) {
    item_.key = meta.key;
    item_.data_key = meta.data_key;
    item_.annotation = annotation_text(meta);
  }

  CheckedItem run() {
    const bool have_frames = find_frames();
    const bool have_words = find_words();
    const bool usable = have_frames && have_words && has_segments() && count_frames() && cut_words() && cut_frames();
    return {usable ? std::optional(std::move(item_)) : std::nullopt, std::move(findings_)};
  }

 private:
  bool add(Flaw flaw, const std::string& kind, Error error) {
    findings_.push_back({flaw, kind, std::move(error)});
    return false;
  }
  [[nodiscard]] std::string annotation_place() const { return files_.annotations.files.front().parent_path().string() + ": " + meta_.key; }

  bool find_frames() {
    if (files_.frames->has(meta_.data_key)) return true;
    return add(Flaw::kMissing, "missing frame features",
               input_error(fmt::format("annotated video '{}' has no frame features", meta_.key), files_.frames->where(meta_.data_key)));
  }

  bool find_words() {
    for (const std::string& key : {meta_.key, shared_key(meta_.key)}) {
      if (!files_.words->has(key)) continue;
      item_.text_key = key;
      return true;
    }
    return add(Flaw::kMissing, "missing word features",
               input_error(fmt::format("annotated video '{}' has no word features", meta_.key), files_.words->where(meta_.key)));
  }

  bool has_segments() { return !meta_.segments.empty() || no_clips("the video has no segments"); }
  bool no_clips(const std::string& why) { return add(Flaw::kNoClips, "video without clips", input_error(why, annotation_place())); }

  /// From the array where that costs little, else from the index, which reading compares with.
  bool count_frames() {
    const auto indexed = files_.frame_counts.find(meta_.data_key);
    const bool known = indexed != files_.frame_counts.end();
    try {
      item_.frames = known && !files_.frames->counts_cheaply() ? indexed->second : files_.frames->rows(meta_.data_key);
    } catch (const WrongWidth& error) {
      return add(Flaw::kFatal, "wrong width", error);
    } catch (const Error& error) {
      return add(Flaw::kCorrupt, "unreadable frame features", error);
    }
    if (!known || indexed->second == item_.frames) return true;
    return add(Flaw::kCorrupt, "wrong number of frames",
               input_error(fmt::format("{} frames listed, the features have {}", indexed->second, item_.frames),
                           files_.frame_counts_file.string() + ": " + meta_.data_key, kRemakeIndex));
  }

  [[nodiscard]] const std::vector<int64_t>* tokens_of_sentences() const {
    for (const std::string& key : {meta_.key, item_.text_key}) {
      const auto found = files_.sentence_splits.find(key);
      if (found != files_.sentence_splits.end()) return &found->second;
    }
    return nullptr;
  }

  bool cut_words() {
    int64_t rows = 0;
    try {
      rows = files_.words->rows(item_.text_key);
    } catch (const WrongWidth& error) {
      return add(Flaw::kFatal, "wrong width", error);
    } catch (const Error& error) {
      return add(Flaw::kCorrupt, "unreadable word features", error);
    }
    const std::string where = files_.sentence_splits_file.string() + ": " + meta_.key;
    const auto wrong = [&](const std::string& what) { return add(Flaw::kCorrupt, "wrong sentence lengths", input_error(what, where)); };
    const auto* tokens = tokens_of_sentences();
    if (tokens == nullptr) return wrong("there are no sentence lengths");
    if (tokens->size() != meta_.segments.size()) {
      return wrong(fmt::format("{} sentence lengths for {} segments", tokens->size(), meta_.segments.size()));
    }
    const int64_t limit = files_.options.max_words;
    int64_t first = 0;
    for (size_t i = 0; i < tokens->size(); ++i) {
      const int64_t count = (*tokens)[i];
      if (count < 1 || count > rows) return wrong(fmt::format("sentence {} has {} tokens, the paragraph has {}", i, count, rows));
      if (limit > 0 && count > limit) return too_long(fmt::format("sentence {}", i), count, limit, "data.max_words");
      item_.sentences.push_back({first, count});
      first += count;
    }
    if (first != rows) return wrong(fmt::format("sentence lengths add up to {} tokens, the word features have {}", first, rows));
    const int64_t paragraph_limit = files_.options.max_paragraph_words;
    if (paragraph_limit > 0 && rows > paragraph_limit) return too_long("the paragraph", rows, paragraph_limit, "data.max_paragraph_words");
    return true;
  }

  bool too_long(const std::string& what, int64_t tokens, int64_t limit, const std::string& setting) {
    return add(Flaw::kFatal, "too many words",
               input_error(fmt::format("{} has {} tokens, the limit is {}", what, tokens, limit), files_.words->where(item_.text_key),
                           fmt::format("raise it with --set {}={}", setting, tokens)));
  }

  bool cut_frames() {
    const SegmentRule rule{files_.options.add_stop_frame, files_.options.expand_segments};
    std::vector<FrameRange> sentences;
    for (size_t i = 0; i < meta_.segments.size(); ++i) {
      const SegmentMeta& segment = meta_.segments[i];
      const auto range = segment_frames(segment.start_sec, segment.stop_sec, meta_.duration_sec, item_.frames, rule);
      if (range) {
        item_.clips.push_back(*range);
        sentences.push_back(item_.sentences[i]);
        continue;
      }
      item_.all_words = false;
      add(Flaw::kEmptySegment, "segment without frames",
          input_error(fmt::format("segment {} from {} s to {} s holds no frame of a video of {} s", i, segment.start_sec, segment.stop_sec,
                                  meta_.duration_sec),
                      annotation_place()));
    }
    item_.sentences = std::move(sentences);
    return !item_.clips.empty() || no_clips("the video has no usable clip");
  }

  const DatasetFiles& files_;
  const ItemMeta& meta_;
  Item item_;
  std::vector<Finding> findings_;
};

}  // namespace

DatasetFiles DatasetFiles::open(const Family& family, const Options& options, const Location& location, int64_t workers) {
  const fs::path& folder = location.folder;
  DatasetFiles files;
  files.options = options;
  files.location = location;
  files.annotations = read_annotations(family.name, folder);
  const fs::path frames = frame_features_path(options, folder);
  files.frames = options.feature_format == FeatureFormat::kHdf5 ? FeatureStore::open_hdf5(frames, options.video_width, "data.video_width")
                                                                : FeatureStore::open_npz(frames, options.video_width, "data.video_width");
  files.words = FeatureStore::open_hdf5(word_features_path(family, options, folder), options.text_width, "data.text_width");
  files.sentence_splits_file = sentence_splits_path(family, options, folder);
  files.sentence_splits = read_sentence_splits(files.sentence_splits_file);
  files.frame_counts_file = frame_counts_path(options, folder);
  std::vector<std::string> keys;
  for (const ItemMeta& item : files.annotations.items) keys.push_back(item.data_key);
  files.frame_counts = count_frames(*files.frames, keys, files.frame_counts_file, workers);
  return files;
}

std::vector<std::string> DatasetFiles::split_names() const {
  std::set<std::string> names;
  for (const ItemMeta& item : annotations.items) names.insert(item.split);
  return {names.begin(), names.end()};
}

CheckedItem check_item(const DatasetFiles& files, const ItemMeta& meta) { return Checker(files, meta).run(); }

ItemFeatures read_features(const DatasetFiles& files, const Item& item) {
  ItemFeatures features{files.frames->read(item.data_key), files.words->read(item.text_key)};
  if (features.frames.size(0) != item.frames) {
    throw input_error(fmt::format("{} frames listed, the features have {}", item.frames, features.frames.size(0)),
                      files.frame_counts_file.string() + ": " + item.data_key, kRemakeIndex);
  }
  require_finite(features.frames, files.frames->where(item.data_key));
  require_finite(features.words, files.words->where(item.text_key));
  return features;
}

}  // namespace vbench::video_text
