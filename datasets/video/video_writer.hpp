// Writes WebM files with VP9, as something-something has them and browsers play them. Used by generators and for explained videos.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::video {

/// The bytes of a WebM file. Same frames, same bytes, however many threads encode other videos meanwhile.
/// @param frames  CV_8UC3, BGR, of one size with even sides
/// @throws Error kInput for frames that differ or are none, or if FFmpeg cannot encode VP9; kUsage for a rate below 1
[[nodiscard]] std::string encode_webm(const std::vector<cv::Mat>& frames, int frames_per_second);

/// Writes what encode_webm() gives, whole or not at all.
/// @throws Error kInput, naming the file, also if it cannot be written
void write_webm(const std::filesystem::path& file, const std::vector<cv::Mat>& frames, int frames_per_second);

}  // namespace vbench::video
