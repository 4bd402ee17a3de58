// How long picture and sound of every video of a split last, looked up once and kept in the cache. Used by AudioVisualData and verify.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/audio_visual/video_list.hpp"
#include "harness/core/error.hpp"
#include "harness/core/progress.hpp"

namespace vbench::audio_visual {

/// What makes a video unusable.
enum class Flaw { kNone, kMissing, kUnreadable, kNoPicture, kNoSound, kShort };
[[nodiscard]] std::string to_string(Flaw flaw);

/// Streams of a file, without decoding them.
struct Streams {
  double picture_seconds = -1, sound_seconds = -1;  ///< negative: there is no such stream
  std::string failure;                              ///< why the file cannot be opened; empty: it can
};

/// Picture and sound have to last longer than this: as published, so that a stretch of one second fits in.
inline constexpr double kShortest = 1.1;

/// @param sound_seconds  of a stretch: longer ones need longer sound
[[nodiscard]] Flaw flaw_of(const ListedFile& file, const Streams& streams, int64_t sound_seconds);
[[nodiscard]] Error error_of(Flaw flaw, const ListedFile& file, const Streams& streams);

/// One for each file, in their order; nothing is known of files that are not there. Files are opened on all cores; what is known of a file
/// of the same length and time of change is not asked for again. A cache that is damaged or cannot be written is done without.
/// @throws Error kInterrupted if a stop was requested; what is known by then is kept
/// @param folder  that the files' places are below
/// @param name    of the dataset and its split, for the cache and for people
[[nodiscard]] std::vector<Streams> streams_of(const std::filesystem::path& folder, const std::string& name,
                                              const std::vector<ListedFile>& files, Verbosity verbosity);

/// Where streams_of() keeps it.
[[nodiscard]] std::filesystem::path stream_cache_file(const std::filesystem::path& folder, const std::string& name);

}  // namespace vbench::audio_visual
