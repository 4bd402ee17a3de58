// A video file as a frame source: exact indices by decoding forward. Used by open_frames() and the conversion.
#pragma once

#include <opencv2/videoio.hpp>
#include <optional>

#include "datasets/video/frame_source.hpp"

namespace vbench::video {

/// By the extension: mp4, avi, webm and the like.
[[nodiscard]] bool is_video_name(const std::filesystem::path& file);

/// mp4, avi, webm and whatever else OpenCV's FFmpeg reads; rotation flags are applied. Frame i is the i-th picture that the decoder gives,
/// also where the frame rate varies. Seeking is not used: it is off by a few frames in some containers and by hundreds in others, and
/// finding that out costs as much as decoding. Frame counts in headers are for messages only.
class VideoFile : public FrameSource {
 public:
  /// @param known_frames  counted before (an index of the suite): spares the pass that counts; a request past the real end still fails
  explicit VideoFile(const std::filesystem::path& path, std::optional<int64_t> known_frames = std::nullopt);

  [[nodiscard]] int64_t frames() override;

  /// Reading in order, without knowing the number of frames: false at the end. Starts at frame 0; read() and frames() move the place.
  [[nodiscard]] bool next(cv::Mat& frame);

  /// What the header says, which may be wrong; 0 or less where it says nothing.
  [[nodiscard]] int64_t frames_in_header() const { return frames_in_header_; }

  /// As the file says, which may be an average; 0 where it says nothing.
  [[nodiscard]] double frames_per_second() const { return frames_per_second_; }

 protected:
  [[nodiscard]] std::vector<cv::Mat> read_ascending(std::span<const int64_t> ascending, const ReadOptions& options) override;

 private:
  void rewind();
  [[nodiscard]] bool skip_one();
  void retrieve(cv::Mat& frame);

  std::filesystem::path path_;
  cv::VideoCapture capture_;
  int64_t frames_in_header_ = 0;
  double frames_per_second_ = 0;
  int turn_ = 0;      // degrees, clockwise
  int64_t next_ = 0;  // index of the picture that the decoder gives next
  std::optional<int64_t> frames_;
};

}  // namespace vbench::video
