// Frames of one video by index, wherever they are stored: video file, folder of pictures, SQLite frame database of its own or a packed one.
// Used by the clip datasets and by the conversion; everything is reached through open_frames() or a PackedDatabase.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vbench::video {

struct ReadOptions {
  /// 0: full size. Else frames may come at a half, a quarter or an eighth of their size as long as the shorter side keeps this many pixels:
  /// JPEG data decode about twice as fast that way. A source that cannot decode smaller gives full size.
  int64_t min_shorter_side = 0;
};

/// One video. Not for several threads at once; opening one a thread is fine.
class FrameSource {
 public:
  virtual ~FrameSource() = default;
  FrameSource(const FrameSource&) = delete;
  FrameSource& operator=(const FrameSource&) = delete;

  /// How many frames can be read; at least 1. A video file is decoded to its end for that, once.
  [[nodiscard]] virtual int64_t frames() = 0;

  /// @param indices  from 0, any order, repetitions allowed
  /// @return CV_8UC3, BGR, continuous, of equal size, in the order of the request; no two share pixels
  /// @throws Error kInput naming file and frame: index out of range, damaged data, sizes that differ
  [[nodiscard]] std::vector<cv::Mat> read(std::span<const int64_t> indices, const ReadOptions& options = {});

  /// For messages: the path, with bytes that are no UTF-8 spelled out.
  [[nodiscard]] const std::string& name() const { return name_; }

 protected:
  explicit FrameSource(const std::filesystem::path& path);
  FrameSource(const std::filesystem::path& path, const std::string& inside);  ///< a video within a file of many

  /// @param ascending  strictly ascending, none negative
  [[nodiscard]] virtual std::vector<cv::Mat> read_ascending(std::span<const int64_t> ascending, const ReadOptions& options) = 0;

  [[noreturn]] void fail_past_end(int64_t index, int64_t frames, const std::string& hint = "") const;

 private:
  std::string name_;
};

/// A video whose frames are stored as encoded pictures of their own.
class EncodedFrames : public FrameSource {
 public:
  /// Gives the bytes of one picture; they are gone after the call.
  using Visit = std::function<void(int64_t index, std::string_view bytes)>;

  /// @param ascending  strictly ascending, none negative
  virtual void visit(std::span<const int64_t> ascending, const Visit& visit) = 0;

 protected:
  using FrameSource::FrameSource;
  [[nodiscard]] std::vector<cv::Mat> read_ascending(std::span<const int64_t> ascending, const ReadOptions& options) final;
};

/// A video file, a folder with `frames.db`, or a folder of pictures: whatever the path is.
/// @throws Error kInput if it is none of them, or damaged in a way that shows at once
[[nodiscard]] std::unique_ptr<FrameSource> open_frames(const std::filesystem::path& path);

}  // namespace vbench::video
