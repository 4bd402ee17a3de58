// The videos of a split that have both picture and sound, and what is wrong with the others. Used by AudioVisualData and verify.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "datasets/audio_visual/family.hpp"
#include "datasets/audio_visual/stream_cache.hpp"
#include "datasets/audio_visual/video_list.hpp"

namespace vbench::audio_visual {

/// A video that is left out.
struct Unusable {
  Flaw flaw = Flaw::kNone;
  std::string id;
  Error error;
};

struct UsableVideos {
  std::vector<std::string> classes;
  std::vector<ListedFile> videos;  ///< in the order of classes and names
  std::vector<Unusable> unusable;
  int64_t listed = 0;

  [[nodiscard]] std::map<Flaw, int64_t> counts() const;  ///< of the unusable ones
  /// "120 no sound, 3 too short".
  [[nodiscard]] std::string summary() const;
  [[nodiscard]] bool more_unusable_than(double share) const;
};

/// @throws Error kInput if the split's folders cannot be read
[[nodiscard]] UsableVideos usable_videos(const Family& family, const std::filesystem::path& folder, const std::string& split,
                                         int64_t sound_seconds, Verbosity verbosity);

/// What differs from the official classes, for people; empty: nothing does.
[[nodiscard]] std::string class_difference(const Family& family, const std::vector<std::string>& classes);

}  // namespace vbench::audio_visual
