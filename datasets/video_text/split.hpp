// The files of a video-text dataset, and what each annotated video lacks. Used by RetrievalData, which obeys the findings, and by `vbench
// data verify`, which lists them.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/video_text/family.hpp"
#include "datasets/video_text/feature_store.hpp"
#include "datasets/video_text/locate.hpp"
#include "datasets/video_text/meta.hpp"
#include "datasets/video_text/retrieval_data.hpp"
#include "harness/core/error.hpp"

namespace vbench::video_text {

/// Everything that is opened once for all splits.
struct DatasetFiles {
  Options options;
  Location location;
  Annotations annotations;
  std::shared_ptr<const FeatureStore> frames, words;
  std::map<std::string, int64_t> frame_counts;                  ///< by data_key
  std::map<std::string, std::vector<int64_t>> sentence_splits;  ///< by key: tokens a sentence
  std::filesystem::path frame_counts_file, sentence_splits_file;

  /// @throws Error kInput for files that cannot be read at all
  static DatasetFiles open(const Family& family, const Options& options, const Location& location, int64_t workers);

  [[nodiscard]] std::vector<std::string> split_names() const;  ///< sorted
};

enum class Flaw {
  kMissing,       ///< no features
  kEmptySegment,  ///< no frame of the video lies in it
  kNoClips,       ///< no segment is left
  kCorrupt,       ///< features that cannot be used
  kFatal,         ///< wrong for the settings rather than for one video: never left out
};

struct Finding {
  Flaw flaw;
  std::string kind;  ///< "missing features", ...; groups them in a report
  Error error;
};

/// What is wrong with one annotated video, and what to read of it where that is possible. Reads no values.
struct CheckedItem {
  std::optional<Item> item;
  std::vector<Finding> findings;
};

[[nodiscard]] CheckedItem check_item(const DatasetFiles& files, const ItemMeta& meta);

/// Reads all features of an item. @throws Error kInput for damaged files and values that are not finite
struct ItemFeatures {
  at::Tensor frames;  ///< [F, Dv] float32
  at::Tensor words;   ///< [rows in the file, Dt] float32
};
[[nodiscard]] ItemFeatures read_features(const DatasetFiles& files, const Item& item);

}  // namespace vbench::video_text
