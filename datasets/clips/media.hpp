// The frames of a dataset's videos on disk, in whatever form: which videos are there, and opening them on many threads. Used by ClipData,
// prepare and verify.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/family.hpp"
#include "datasets/video/frame_database.hpp"

namespace vbench::clips {

/// A packed frame database, or a folder with a video file, frame folder or frame database a video. Safe on several threads.
class Media {
 public:
  /// @param path  packed frames.db, a folder with one, or a folder of videos
  /// @throws Error kInput if it is not there, or a database that is damaged or not ours
  explicit Media(const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  [[nodiscard]] bool is_packed() const { return pool_ != nullptr; }
  [[nodiscard]] bool is_video_file(const std::string& place) const;
  [[nodiscard]] std::vector<std::string> packed_names() const;

  /// For one thread, which should drop it soon: of a packed database it holds a connection of the pool.
  /// @param known_frames  counted before; only video files take it, the others know
  [[nodiscard]] std::shared_ptr<video::FrameSource> open(const std::string& place,
                                                         std::optional<int64_t> known_frames = std::nullopt) const;

  /// Changes when the video's file does, without reading it: bytes of the file or, where that says little, frames.
  [[nodiscard]] std::string extent(const std::string& place) const;

  /// "packed frame database X", "folder X".
  [[nodiscard]] std::string description() const;

 private:
  class Pool;
  std::filesystem::path path_;
  std::shared_ptr<Pool> pool_;  ///< of connections, if packed
};

/// What lies below a dataset's folder, best first: frames.db, jpg/, videos/, the official archive's folder (empty: it has none).
[[nodiscard]] std::optional<std::filesystem::path> find_media(const std::filesystem::path& folder, const std::string& official_folder);
/// How messages call what find_media() did not find.
[[nodiscard]] std::string wanted_media(const std::filesystem::path& folder, const std::string& official_folder);

/// Where listed videos lie: with or without class folder, blanks in it or `_`, extension or none, times in the name or not. Every folder is
/// listed once, so that a missing video costs nothing. For one thread.
class VideoFinder {
 public:
  explicit VideoFinder(const Media& media);

  /// Place for Media::open(), which stays below the media folder. @param split  "train" or "val": folders of that name are looked into
  /// @throws Error kInput if the row's names lead out of the media folder
  [[nodiscard]] std::optional<std::string> find(const annotations::ListedVideo& video, const std::string& split);

 private:
  struct Listing {
    std::set<std::string> names;               ///< of files and folders
    std::map<std::string, std::string> stems;  ///< video files by their names without extension
  };
  [[nodiscard]] std::optional<std::string> look_up(const std::string& name);
  [[nodiscard]] const Listing& listing(const std::string& folder);

  const Media& media_;
  std::set<std::string> packed_;
  std::map<std::string, Listing> listings_;  ///< by folder below the media folder
};

}  // namespace vbench::clips
