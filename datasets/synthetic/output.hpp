// Writers of the official video-text layout. Used by standin.cpp and real_annotations.cpp.
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
#include "datasets/location/generated_folder.hpp"
#include "datasets/video_text/meta.hpp"
#include "harness/core/registry.hpp"

namespace vbench::synthetic {

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
