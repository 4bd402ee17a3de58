#include "datasets/video/frame_source.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/video/frame_database.hpp"
#include "datasets/video/frame_folder.hpp"
#include "datasets/video/picture.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

std::vector<int64_t> ascending_once(std::span<const int64_t> indices) {
  std::vector<int64_t> sorted(indices.begin(), indices.end());
  std::sort(sorted.begin(), sorted.end());
  sorted.erase(std::unique(sorted.begin(), sorted.end()), sorted.end());
  return sorted;
}

void require_equal_sizes(const std::vector<cv::Mat>& frames, std::span<const int64_t> indices, const std::string& name) {
  for (size_t i = 1; i < frames.size(); ++i) {
    if (frames[i].size() == frames[0].size()) continue;
    throw input_error(fmt::format("frame {} is {}x{}, frame {} is {}x{}", indices[i], frames[i].cols, frames[i].rows, indices[0],
                                  frames[0].cols, frames[0].rows),
                      name, "the frames of a video must be of one size; 'vbench data convert' makes them so");
  }
}

}  // namespace

FrameSource::FrameSource(const fs::path& path) : name_(printable(path.string())) {}
FrameSource::FrameSource(const fs::path& path, const std::string& inside) : name_(printable(path.string() + ": " + inside)) {}

void FrameSource::fail_past_end(int64_t index, int64_t frames, const std::string& hint) const {
  throw input_error(fmt::format("frame {} was asked for, the video has {}", index, frames), name_, hint);
}

std::vector<cv::Mat> FrameSource::read(std::span<const int64_t> indices, const ReadOptions& options) {
  if (indices.empty()) return {};
  const auto once = ascending_once(indices);
  if (once.front() < 0) fail_past_end(once.front(), frames());
  const auto decoded = read_ascending(once, options);
  require_equal_sizes(decoded, once, name_);
  std::vector<bool> taken(once.size(), false);
  std::vector<cv::Mat> wanted;
  wanted.reserve(indices.size());
  for (const int64_t index : indices) {
    const auto at = static_cast<size_t>(std::lower_bound(once.begin(), once.end(), index) - once.begin());
    wanted.push_back(taken[at] ? decoded[at].clone() : decoded[at]);
    taken[at] = true;
  }
  return wanted;
}

std::vector<cv::Mat> EncodedFrames::read_ascending(std::span<const int64_t> ascending, const ReadOptions& options) {
  const StageScope reading(ReadStage::kRead);
  std::vector<cv::Mat> decoded;
  decoded.reserve(ascending.size());
  visit(ascending, [&](int64_t index, std::string_view bytes) {
    decoded.push_back(decode_picture(bytes, options.min_shorter_side, {name(), index}));
  });
  return decoded;
}

std::unique_ptr<FrameSource> open_frames(const fs::path& path) {
  const StageScope reading(ReadStage::kRead);
  std::error_code error;
  const auto type = fs::status(path, error).type();
  if (type == fs::file_type::not_found) throw input_error("no such file or folder", printable(path.string()));
  if (type != fs::file_type::directory) return std::make_unique<VideoFile>(path);
  if (fs::exists(path / kFrameDatabase, error)) return std::make_unique<FrameDatabase>(path);
  return std::make_unique<FrameFolder>(path);
}

}  // namespace vbench::video
