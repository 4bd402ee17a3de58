// Which videos there are, with their segments and sentences. Used by the video-text datasets and by the stand-in generators.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace vbench::video_text {

struct SegmentMeta {
  std::string text;
  double start_sec = 0, stop_sec = 0;
};

/// One described video, as in meta_all.json.
struct ItemMeta {
  std::string key, data_key, split;  ///< data_key names the features; several descriptions may share a video
  double duration_sec = 0;
  std::vector<SegmentMeta> segments;
};

struct Annotations {
  std::vector<ItemMeta> items;               ///< in the order of meta_all.json; official files: sorted by key
  std::vector<std::filesystem::path> files;  ///< what was read
  int64_t reversed_segments = 0;             ///< start behind stop: turned round
};

/// meta_all.json. @throws Error kInput naming file and key
[[nodiscard]] Annotations read_meta_all(const std::filesystem::path& path);

/// The official files. youcook2: youcookii_annotations_trainval.json. activitynet: train.json, val_1.json and, where present, val_2.json;
/// keys are <id>_<split>. White space is collapsed in sentences. @throws Error kInput naming file and video
[[nodiscard]] Annotations read_official_annotations(const std::string& dataset, const std::filesystem::path& folder);

/// meta_all.json where present, else the official files.
[[nodiscard]] Annotations read_annotations(const std::string& dataset, const std::filesystem::path& folder);

/// Files of read_official_annotations that must be there.
[[nodiscard]] std::vector<std::string> official_annotation_files(const std::string& dataset);

}  // namespace vbench::video_text
