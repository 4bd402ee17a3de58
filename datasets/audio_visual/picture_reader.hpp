// Pictures of a video by their time, decoded from the nearest picture before them that stands for itself. Used by ClipReader and verify.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <span>
#include <vector>

namespace vbench::audio_visual {

/// One video file. Frame i is the picture that is shown at i / rate() seconds: in files of a constant rate the i-th one, in others the one
/// that sound of that time goes with. Not for several threads at once.
class PictureReader {
 public:
  /// @throws Error kInput, naming the file: cannot be opened, holds no pictures, or none that this FFmpeg decodes
  explicit PictureReader(const std::filesystem::path& path);
  ~PictureReader();
  PictureReader(const PictureReader&) = delete;
  PictureReader& operator=(const PictureReader&) = delete;

  [[nodiscard]] double rate() const;                        ///< frames a second, on average
  [[nodiscard]] int64_t frames() const { return frames_; }  ///< without decoding: as the header says, else the packets' times; at least 1

  /// Turned upright. Places behind the last picture get the last one.
  /// @param ascending  from 0; the same several times gives the same pixels
  /// @return CV_8UC3, blue, green, red, of one size; not necessarily continuous
  /// @throws Error kInput, naming the file: no picture of that time can be decoded, the pictures change their size
  [[nodiscard]] std::vector<cv::Mat> read(std::span<const int64_t> ascending);

  /// Decodes everything. @return the number of pictures. @throws Error kInput as read()
  [[nodiscard]] int64_t count();

 private:
  class Decoder;
  [[nodiscard]] double length() const;
  /// Nothing if the jump to the first place went too far.
  [[nodiscard]] std::optional<std::vector<cv::Mat>> attempt(std::span<const int64_t> ascending, bool seek);

  std::filesystem::path path_;
  std::unique_ptr<Decoder> decoder_;
  int64_t frames_;
};

}  // namespace vbench::audio_visual
