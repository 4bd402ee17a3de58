#include "datasets/transforms/scaled_crop.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "datasets/transforms/clip_tensor.hpp"
#include "harness/core/error.hpp"

namespace vbench::video {
namespace {

constexpr float kMean = 0.45F, kDeviation = 0.225F;
constexpr int kChannels = 3;

/// Where a pixel of the result comes from along one axis.
struct Tap {
  int first = 0, second = 0;  ///< neighbours: indices of pixels
  float weight = 0;           ///< of the second
};

/// Like LibTorch 1.13 to the last bit: the scale is rounded to single precision, places are not.
std::vector<Tap> taps_of(int64_t input, int64_t output, int64_t first, int64_t count) {
  const float scale = static_cast<float>(input) / static_cast<float>(output);
  const auto last = static_cast<int>(input) - 1;
  std::vector<Tap> taps;
  taps.reserve(static_cast<size_t>(count));
  for (int64_t i = first; i < first + count; ++i) {
    const double place = std::max(static_cast<double>(scale) * (static_cast<double>(i) + 0.5) - 0.5, 0.0);
    const int left = std::min(static_cast<int>(place), last);
    taps.push_back({left, std::min(left + 1, last), static_cast<float>(std::min(place - left, 1.0))});
  }
  return taps;
}

/// One row of the result: two rows of pixels blended, then neighbours.
class RowCutter {
 public:
  RowCutter(std::vector<Tap> columns, int width) : columns_(std::move(columns)), blended_(static_cast<size_t>(kChannels * width)) {
    // Nothing outside the square's columns is looked at.
    begin_ = blended_.size();
    for (const Tap& tap : columns_) {
      begin_ = std::min(begin_, static_cast<size_t>(kChannels * tap.first));
      end_ = std::max(end_, static_cast<size_t>(kChannels * (tap.second + 1)));
    }
  }

  /// @param planes  the row in the plane of each channel, in the order of the pixels
  void cut(const uint8_t* upper, const uint8_t* lower, float weight, const std::array<float*, kChannels>& planes) {
    constexpr float kScale = 1 / (255 * kDeviation), kOffset = -kMean / kDeviation;
    for (size_t i = begin_; i < end_; ++i) {
      const auto above = static_cast<float>(upper[i]), below = static_cast<float>(lower[i]);
      blended_[i] = (above + weight * (below - above)) * kScale + kOffset;
    }
    for (size_t x = 0; x < columns_.size(); ++x) {
      const Tap& tap = columns_[x];
      const float* left = &blended_[static_cast<size_t>(kChannels * tap.first)];
      const float* right = &blended_[static_cast<size_t>(kChannels * tap.second)];
      for (size_t c = 0; c < kChannels; ++c) planes[c][x] = left[c] + tap.weight * (right[c] - left[c]);
    }
  }

 private:
  std::vector<Tap> columns_;
  std::vector<float> blended_;
  size_t begin_ = 0, end_ = 0;
};

}  // namespace

ShorterSides published_sides(int64_t crop) {
  constexpr int64_t kUsual = 112, kLarger = 128;
  constexpr ShorterSides kOfUsual{128, 160}, kOfOthers{256, 320};
  if (crop > kUsual) return crop == kLarger ? kOfUsual : kOfOthers;
  const double scale = static_cast<double>(crop) / kUsual;
  return {kOfUsual.low * scale, kOfUsual.high * scale};
}

ImageSize floored_shorter_side(const ImageSize& size, int64_t shorter) {
  if (std::min(size.height, size.width) == shorter) return size;
  const auto follow = [shorter](int64_t longer, int64_t other) {
    return static_cast<int64_t>(std::floor(static_cast<double>(longer) / static_cast<double>(other) * static_cast<double>(shorter)));
  };
  if (size.width < size.height) return {follow(size.height, size.width), shorter};
  return {shorter, follow(size.width, size.height)};
}

ScaledCrop fixed_crop(const ImageSize& size, int64_t side, CropPlace place) {
  ScaledCrop crop{.scaled = floored_shorter_side(size, side), .side = side};
  const auto middle = [side](int64_t length) { return (length - side + 1) / 2; };
  crop.y = middle(crop.scaled.height);
  crop.x = middle(crop.scaled.width);
  const bool upright = crop.scaled.height > crop.scaled.width;
  int64_t& moved = upright ? crop.y : crop.x;
  if (place == CropPlace::kFirst) moved = 0;
  if (place == CropPlace::kLast) moved = (upright ? crop.scaled.height : crop.scaled.width) - side;
  return crop;
}

ScaledCrop random_crop(const ImageSize& size, const ShorterSides& sides, int64_t side, RandomStream& random) {
  const auto shorter = static_cast<int64_t>(std::nearbyint(random.uniform(sides.low, sides.high)));
  if (shorter < side) throw usage_error(fmt::format("frames of {} pixels hold no crop of {}", shorter, side));
  ScaledCrop crop{.scaled = floored_shorter_side(size, shorter), .side = side};
  const auto anywhere = [&](int64_t length) {  // the last place is left out, as published
    return static_cast<int64_t>(random.below(static_cast<uint64_t>(std::max<int64_t>(length - side, 1))));
  };
  crop.y = anywhere(crop.scaled.height);
  crop.x = anywhere(crop.scaled.width);
  crop.mirrored = random.uniform() < 0.5;
  return crop;
}

at::Tensor cut_clip(const std::vector<cv::Mat>& frames, const ScaledCrop& crop) {
  check_frames(frames);
  const ImageSize size = size_of(frames.front());
  if (crop.side < 1 || crop.y < 0 || crop.x < 0 || crop.y + crop.side > crop.scaled.height || crop.x + crop.side > crop.scaled.width) {
    throw Error(ErrorKind::kInternal,
                fmt::format("a crop of {} at {}, {} of {} x {} pixels", crop.side, crop.y, crop.x, crop.scaled.height, crop.scaled.width));
  }
  const auto rows = taps_of(size.height, crop.scaled.height, crop.y, crop.side);
  auto columns = taps_of(size.width, crop.scaled.width, crop.x, crop.side);
  if (crop.mirrored) std::reverse(columns.begin(), columns.end());
  RowCutter cutter(std::move(columns), static_cast<int>(size.width));
  const auto count = static_cast<int64_t>(frames.size());
  auto clip = at::empty({kChannels, count, crop.side, crop.side}, at::kFloat);
  const int64_t plane = count * crop.side * crop.side;
  float* red = clip.data_ptr<float>();
  for (const cv::Mat& frame : frames) {
    for (const Tap& row : rows) {
      cutter.cut(frame.ptr(row.first), frame.ptr(row.second), row.weight, {red + 2 * plane, red + plane, red});
      red += crop.side;
    }
  }
  return clip;
}

}  // namespace vbench::video
