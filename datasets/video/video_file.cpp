#include "datasets/video/video_file.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <set>
#include <utility>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

/// FFmpeg complains on stderr without naming a file, in the middle of progress bars. Our messages say what matters. OpenCV reads this when
/// it opens the first video; set before main(), since no thread may read the environment meanwhile.
[[maybe_unused]] const int kSilenced = ::setenv("OPENCV_FFMPEG_LOGLEVEL", "-8", 0);

/// What FFmpeg makes of damaged data may reach us as an exception of OpenCV's.
bool answer_of(const std::function<bool()>& call) {
  try {
    return call();
  } catch (const cv::Exception&) {
    return false;
  }
}

/// How far pictures are to be turned clockwise. OpenCV 4.6 says it the wrong way round, and turns its own pictures so.
int clockwise_turn(const cv::VideoCapture& capture) {
  const int degrees = static_cast<int>(capture.get(cv::CAP_PROP_ORIENTATION_META));
  const bool reversed = cv::getVersionMajor() == 4 && cv::getVersionMinor() == 6;
  return ((reversed ? -degrees : degrees) % 360 + 360) % 360;
}

bool open_single_threaded(cv::VideoCapture& capture, const std::string& file) {
#if CV_VERSION_MAJOR > 4 || (CV_VERSION_MAJOR == 4 && CV_VERSION_MINOR >= 7)
  return capture.open(file, cv::CAP_FFMPEG, {cv::CAP_PROP_N_THREADS, 1});  // several videos are read at a time
#else
  return capture.open(file, cv::CAP_FFMPEG);  // takes a decoding thread for every core
#endif
}

}  // namespace

bool is_video_name(const fs::path& file) {
  static const std::set<std::string> known{".mp4", ".m4v", ".avi", ".webm", ".mkv", ".mov", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp"};
  std::string extension = file.extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return known.contains(extension);
}

VideoFile::VideoFile(const fs::path& path, std::optional<int64_t> known_frames) : FrameSource(path), path_(path), frames_(known_frames) {
  std::error_code error;
  if (fs::is_regular_file(path, error) && fs::file_size(path, error) == 0) throw input_error("the file is empty", name());
  rewind();
  const double header = capture_.get(cv::CAP_PROP_FRAME_COUNT);  // estimates go up to 2^63 and below zero
  frames_in_header_ = std::isfinite(header) && std::abs(header) < 1e12 ? static_cast<int64_t>(header) : 0;
  const double rate = capture_.get(cv::CAP_PROP_FPS);
  frames_per_second_ = std::isfinite(rate) && rate > 0 ? rate : 0;
}

void VideoFile::rewind() {
  const StageScope decoding(ReadStage::kDecode);
  // An absolute name: FFmpeg would take "a:b.mp4" for a protocol.
  if (!answer_of([&] { return open_single_threaded(capture_, fs::absolute(path_).string()); }))
    throw input_error("cannot be opened as a video", name(),
                      "it may be cut short, of a format that FFmpeg does not know, or not be readable");
  capture_.set(cv::CAP_PROP_ORIENTATION_AUTO, 0);
  turn_ = clockwise_turn(capture_);
  next_ = 0;
}

bool VideoFile::skip_one() {
  const StageScope decoding(ReadStage::kDecode);
  if (!answer_of([&] { return capture_.grab(); })) return false;
  ++next_;
  return true;
}

void VideoFile::retrieve(cv::Mat& frame) {
  const StageScope decoding(ReadStage::kDecode);
  const bool given = answer_of([&] { return capture_.retrieve(frame); });
  if (!given || frame.empty() || frame.type() != CV_8UC3) throw input_error(fmt::format("frame {} cannot be decoded", next_ - 1), name());
  if (turn_ == 90) cv::rotate(frame, frame, cv::ROTATE_90_CLOCKWISE);
  if (turn_ == 180) cv::rotate(frame, frame, cv::ROTATE_180);
  if (turn_ == 270) cv::rotate(frame, frame, cv::ROTATE_90_COUNTERCLOCKWISE);
}

bool VideoFile::next(cv::Mat& frame) {
  if (!skip_one()) {
    if (next_ == 0) throw input_error("holds no picture that can be decoded", name(), "it may be cut short");
    frames_ = next_;
    return false;
  }
  retrieve(frame);
  return true;
}

int64_t VideoFile::frames() {
  if (frames_) return *frames_;
  rewind();
  while (skip_one()) {
  }
  if (next_ == 0) throw input_error("holds no picture that can be decoded", name(), "it may be cut short");
  frames_ = next_;
  return *frames_;
}

std::vector<cv::Mat> VideoFile::read_ascending(std::span<const int64_t> ascending, const ReadOptions&) {
  if (ascending.front() < next_ || (frames_ && next_ >= *frames_)) rewind();
  std::vector<cv::Mat> decoded;
  decoded.reserve(ascending.size());
  for (const int64_t index : ascending) {
    while (next_ <= index) {
      if (skip_one()) continue;
      const int64_t promised = std::exchange(frames_, next_).value_or(0);
      std::string hint;
      if (promised > next_) hint = fmt::format("a list says that it has {}: correct the list's number, or leave it out", promised);
      if (frames_in_header_ > next_) hint = fmt::format("its header says {}: cut short, or a frame rate that varies", frames_in_header_);
      fail_past_end(index, next_, hint);
    }
    cv::Mat frame;
    retrieve(frame);
    decoded.push_back(frame);
  }
  return decoded;
}

}  // namespace vbench::video
