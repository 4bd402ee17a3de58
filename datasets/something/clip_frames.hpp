// Which frames of a video make its clips. Used by the clip reader.
#pragma once

#include <cstdint>
#include <vector>

namespace vbench::something {

struct ClipRule {
  int64_t frames = 72;  ///< of one clip
  int64_t step = 1;     ///< from one frame to the next
  int64_t clips = 1;    ///< one behind the other; -1: one clip of all frames
};

/// From the first frame of the first clip to the end of the last one; the whole video for a clip of all frames.
[[nodiscard]] int64_t necessary_frames(const ClipRule& rule, int64_t video_frames);

/// How many first frames training chooses from: 1 where the video is no longer than its clips.
[[nodiscard]] int64_t possible_offsets(const ClipRule& rule, int64_t video_frames);

/// Indices of all clips one behind the other; the last frame that is taken fills up what is short.
/// @param offset  the first frame, below possible_offsets()
[[nodiscard]] std::vector<int64_t> clip_frames(const ClipRule& rule, int64_t video_frames, int64_t offset);

/// A video at another frame rate: of each of its new frames the old one that is nearest in time, of two the later one. There are as many as
/// fit into the duration, at least one.
/// @param rate, new_rate  frames a second
[[nodiscard]] std::vector<int64_t> resampled_frames(int64_t video_frames, double rate, double new_rate);

}  // namespace vbench::something
