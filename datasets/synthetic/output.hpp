// Writers of the official video-text layout, and folders that appear whole or not at all. Used by standin.cpp and real_annotations.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/formats/hdf5.hpp"
#include "datasets/video_text/meta.hpp"
#include "harness/core/registry.hpp"

namespace vbench::synthetic {

/// Marks a generated folder; only marked folders are ever replaced.
inline constexpr const char* kMarkerFile = "SYNTHETIC.json";

/// Raised whenever the same options give other data: a cached stand-in of another version is not used.
inline constexpr int kGeneratorVersion = 1;

/// Calls `write(temporary)` with a new folder beside `target`, then renames it onto `target`. Removes the temporary one if `write` throws.
/// @throws Error kInput if `target` is a file, or holds something that was not generated
void replace_generated_folder(const std::filesystem::path& target, const std::function<void(const std::filesystem::path&)>& write);

/// What the marker says: who made the folder from what.
void write_marker(const std::filesystem::path& folder, const std::string& dataset, uint64_t seed, const std::string& annotations,
                  const std::map<std::string, std::string>& options);

using video_text::ItemMeta;
using video_text::SegmentMeta;

void write_meta(const std::filesystem::path& folder, const std::vector<ItemMeta>& items);

/// "train: 160 videos, 802 segments" a split, and the totals.
[[nodiscard]] DataReport report_of(const std::vector<ItemMeta>& items);

/// Frame features of many videos: one HDF5 file, or one npz file a video.
class VideoFeatureWriter {
 public:
  enum class Layout { kHdf5, kNpzPerVideo };
  VideoFeatureWriter(Layout layout, const std::filesystem::path& folder, const std::string& name);
  void add(const std::string& data_key, const at::Tensor& frames);  ///< [F, Dv] float32
  void close();

 private:
  std::filesystem::path npz_folder_;
  std::optional<hdf5::File> file_;
};

/// Word features and the number of tokens of every sentence.
class TextFeatureWriter {
 public:
  /// @param name  of the features, "transformers_bert-base-uncased_-2,-1"
  TextFeatureWriter(const std::filesystem::path& folder, const std::string& dataset, const std::string& name);
  void add(const std::string& key, const at::Tensor& words, const std::vector<int64_t>& token_counts);  ///< [W, Dt] float32
  void close();

 private:
  std::filesystem::path splits_path_;
  nlohmann::json splits_ = nlohmann::json::object();
  hdf5::File file_;
};

}  // namespace vbench::synthetic
