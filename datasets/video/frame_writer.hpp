// Writes frame databases that are either whole or not there. Used by the conversion and by generators of data.
#pragma once

#include <functional>
#include <optional>

#include "datasets/video/frame_database.hpp"

namespace vbench::video {

/// One encoded frame with its width in pixels.
struct EncodedFrame {
  std::string jpeg;
  int64_t width = 0;
};

/// Gives the frames of a video one after the other, from 0; nothing at the end.
using NextFrame = std::function<std::optional<EncodedFrame>()>;

/// Writes `<folder>/frames.db` and `<folder>/n_frames` in upstream's layout, with an index. The rows are read back and decoded before the
/// file gets its name; n_frames comes last, so that a killed process leaves no folder that looks whole. What the folder held is replaced.
/// @return the number of frames
/// @throws Error kInput: the source's own, no frames, no space, ...
int64_t write_frame_database(const std::filesystem::path& folder, const NextFrame& next_frame);

/// The packed file of a folder while it is written. Every video is one transaction.
class PackedWriter {
 public:
  /// Goes on with what an earlier conversion has written, finished or not.
  explicit PackedWriter(const std::filesystem::path& folder);

  [[nodiscard]] std::optional<int64_t> frames_of(const std::string& name) const;  ///< nothing if the video is not in it
  /// The rows are read back and decoded before they count.
  void add(const std::string& name, const std::vector<EncodedFrame>& frames);
  /// Gives the file its name: from now on it can be read.
  void finish();

 private:
  std::filesystem::path folder_;
  std::optional<sqlite::Database> database_;
};

}  // namespace vbench::video
