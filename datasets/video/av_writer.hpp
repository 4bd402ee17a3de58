// Writes MP4 files with picture and sound: MPEG-4 video, AAC. Used by generators of data whose videos have sound.
#pragma once

#include <cstdint>
#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::video {

/// Sound for a video, from its first frame on.
struct Sound {
  int64_t sample_rate = 24000;   ///< one that AAC knows: 8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000 and more
  int64_t channels = 1;          ///< 1 or 2
  std::vector<int16_t> samples;  ///< of two channels: left, right, left, ...; none: the file has no sound
};

/// The bytes of an MP4 file. Same frames and samples, same bytes, however many threads encode other videos meanwhile. Both streams last as
/// long as they were given, also if one is longer.
/// @param frames  CV_8UC3, BGR, of one size with even sides
/// @throws Error kInput for frames that differ or are none, for sound that AAC cannot hold; kUsage for a rate outside 1..65535
[[nodiscard]] std::string encode_mp4(const std::vector<cv::Mat>& frames, int frames_per_second, const Sound& sound);

/// Writes what encode_mp4() gives, whole or not at all.
/// @throws Error kInput, naming the file, also if it cannot be written
void write_mp4(const std::filesystem::path& file, const std::vector<cv::Mat>& frames, int frames_per_second, const Sound& sound);

}  // namespace vbench::video
