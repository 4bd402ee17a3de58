// From a video's place on disk to the pictures of its clips: decodes once, forward, keeps only what is looked at. Used by SomethingData.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>
#include <string>
#include <vector>

#include "datasets/clips/clip_reader.hpp"
#include "datasets/something/augmentor.hpp"
#include "datasets/something/clip_frames.hpp"
#include "datasets/something/options.hpp"
#include "harness/core/random.hpp"

namespace vbench::something {

inline constexpr double kFramesPerSecond = 12;  ///< of the official videos

/// All that one training clip draws beside its class: independent of the video, so that it need not be known before it is decoded.
struct ClipDraw {
  double degrees = 0;      ///< counter-clockwise
  double x = 0, y = 0;     ///< place of the crop, shares in [0, 1)
  double start = 0;        ///< share in [0, 1) of the possible first frames
  int64_t frame_rate = 0;  ///< resampled to it; 0: as the video is
  bool mirror = false, reverse = false;
};
[[nodiscard]] ClipDraw draw_clip(const Options& options, RandomStream& random);

/// Safe on several threads.
class ClipReader {
 public:
  /// Opens the video of an item's place. @param known_frames  as Media::open()
  using Open = std::function<std::shared_ptr<video::FrameSource>(const std::string& place, std::optional<int64_t> known_frames)>;

  /// @param options  checked
  ClipReader(const Options& options, Open open, size_t items);

  // Pictures of all clips one behind the other: 8-bit, blue, green, red, `crop` pixels a side.
  // @param index  of the item: the number of its frames is remembered. @throws Error kInput if the video cannot be read

  [[nodiscard]] std::vector<cv::Mat> train(size_t index, const clips::ClipItem& item, const ClipDraw& draw) const;
  [[nodiscard]] std::vector<cv::Mat> evaluate(size_t index, const clips::ClipItem& item) const;

  /// [V, 3, T, H, W] float32: red, green, blue, normalised. @param clips  V; -1: one of all pictures
  [[nodiscard]] static at::Tensor tensor(const std::vector<cv::Mat>& pictures, int64_t clips);

 private:
  /// Which frames are looked at, of how many at how many a second.
  using Choice = std::function<std::vector<int64_t>(int64_t frames, double rate)>;
  using Change = std::function<cv::Mat(const cv::Mat& frame)>;

  /// @param needed  frames from the first on after which the choice is known; 0: the whole video's
  [[nodiscard]] std::vector<cv::Mat> read(size_t index, const clips::ClipItem& item, const Choice& choice, const Change& change,
                                          int64_t needed) const;

  Options options_;
  Open open_;
  std::unique_ptr<std::atomic<int64_t>[]> frames_;  ///< of the items; 0: not counted yet
};

}  // namespace vbench::something
