// Checksums of feature arrays, remembered by file, size and time of change. Used for the fingerprint of a split.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "datasets/video_text/split.hpp"

namespace vbench::video_text {

/// What one item's features hold: 32 hex digits over frames and words, or why they cannot be used.
struct ItemChecksum {
  std::string hash;
  std::optional<Error> failure;
};

/// Of every item, in order. Reads all values unless a former scan of unchanged files is remembered; remembers scans that
/// took longer than `worth_remembering`.
[[nodiscard]] std::vector<ItemChecksum> checksum_items(const DatasetFiles& files, const std::vector<Item>& items, int64_t workers,
                                                       std::chrono::milliseconds worth_remembering = std::chrono::seconds(1));

/// Over ids, annotations and checksums, in order of ids: 32 hex digits.
[[nodiscard]] std::string fingerprint_hash(const std::vector<Item>& items, const std::vector<ItemChecksum>& checksums);

}  // namespace vbench::video_text
