// Writes WebM files with VP9, as something-something has them and browsers play them. Used by generators and for explained videos.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <vector>

namespace vbench::video {

/// Whole or not at all. Same frames, same bytes, whatever the number of threads.
/// @param frames  CV_8UC3, BGR, of one size with even sides
/// @throws Error kInput for frames that differ or are none, and for files that cannot be written
void write_webm(const std::filesystem::path& file, const std::vector<cv::Mat>& frames, int frames_per_second);

}  // namespace vbench::video
