// Conversion of a folder of videos into SQLite frame databases. Used by `vbench data convert`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>

#include "harness/core/progress.hpp"
#include "harness/core/registry.hpp"

namespace vbench {
class Settings;
}

namespace vbench::video {

enum class DatabaseLayout {
  kPerVideo,  ///< OUT/<class>/<video>/{frames.db,n_frames}, as upstream
  kPacked,    ///< OUT/frames.db, one file for all videos
};

struct ConvertOptions {
  DatabaseLayout layout = DatabaseLayout::kPerVideo;
  int64_t height = 0;              ///< frames get this height, larger or smaller (upstream: 360); 0: as max_shorter_side says
  int64_t max_shorter_side = 384;  ///< larger frames are made smaller, 384 being the largest resize of the published augmentation; 0: never
  int64_t quality = 92;            ///< of JPEG
  int64_t workers = 0;             ///< videos at a time; 0: one a core
  std::function<bool()> stop_requested = [] { return false; };  ///< asked often, from several threads
};

void bind(Settings& settings, ConvertOptions& options);

/// Converts every video file below `input` (the path below it, without extension, becomes the video's name: "<class>/<video>"). What an
/// earlier conversion of the same options has finished is kept; a process that is killed at any moment leaves nothing that looks whole but
/// is not. Every database is read back and decoded before it counts.
/// @return facts; a problem for each video that cannot be read (the others are converted), a note where a header promises more frames
/// @throws Error kInput if nothing can be converted at all or `output` cannot be written or is being written by another conversion; kUsage
///         if it holds frames of other options; kInterrupted after a stop
[[nodiscard]] DataReport convert_videos(const std::filesystem::path& input, const std::filesystem::path& output,
                                        const ConvertOptions& options, Progress& progress);

}  // namespace vbench::video
