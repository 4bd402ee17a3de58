// SQLite frame databases as frame sources: one a video in upstream's layout, and the packed layout with one file for a whole dataset. Used
// by open_frames(), the clip datasets and the conversion's checks.
#pragma once

#include "datasets/video/frame_source.hpp"
#include "harness/core/sqlite.hpp"

namespace vbench::video {

inline constexpr const char* kFrameDatabase = "frames.db";  ///< of one video, beside n_frames; also the packed file of a dataset
inline constexpr const char* kFrameCount = "n_frames";

/// `<folder>/frames.db` with Images(ObjId, frames, size), ObjId = "<id>/frame_00001" from 1 and rows in any order, and `<folder>/n_frames`.
class FrameDatabase : public EncodedFrames {
 public:
  /// Only reads. @throws Error kInput: n_frames missing, no number or other than the rows; rows that are no frames, twice, or missing
  explicit FrameDatabase(const std::filesystem::path& folder);

  [[nodiscard]] int64_t frames() override { return static_cast<int64_t>(rows_.size()); }
  void visit(std::span<const int64_t> ascending, const Visit& visit) override;

 private:
  void find_rows();
  void require_count(const std::filesystem::path& file) const;

  sqlite::Database database_;
  sqlite::Statement select_;
  std::vector<int64_t> rows_;  // rowid of each frame: upstream's table has no index
};

/// One file for all videos of a dataset, named by "<class>/<video>". Not for several threads at once.
class PackedDatabase {
 public:
  /// Only reads. @throws Error kInput if the file is none of ours, or its conversion has not ended
  explicit PackedDatabase(const std::filesystem::path& file);

  [[nodiscard]] std::vector<std::string> names() const;  ///< sorted by bytes
  /// The source may outlive this object and shares its connection. @throws Error kInput with the nearest names
  [[nodiscard]] std::unique_ptr<EncodedFrames> open(const std::string& name) const;

 private:
  struct Connection;
  std::shared_ptr<Connection> connection_;
};

/// The packed tables. A frame's key holds video and number, so that the frames of a video are neighbours in the file and one step of the
/// tree finds each.
namespace packed {
inline constexpr int64_t kApplicationId = 0x76626672;  // "vbfr"
inline constexpr int64_t kVersion = 1;
inline constexpr int64_t kMostFrames = int64_t{1} << 24;
inline constexpr const char* kUnfinished = "frames.db.unfinished";  ///< renamed to frames.db when every video is in it
[[nodiscard]] inline int64_t key(int64_t video, int64_t frame) { return video * kMostFrames + frame; }
}  // namespace packed

/// For a connection that reads frames: pages come from the file's mapping, without copies.
void map_pages(const sqlite::Database& database);

}  // namespace vbench::video
