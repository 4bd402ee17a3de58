#include "datasets/transforms/clip_tensor.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include "harness/core/error.hpp"

namespace vbench::video {
namespace {

struct Line {
  float factor, offset;
};

// One row of interleaved pixels into the rows of three planes.
void spread_row(const uint8_t* pixels, int width, const std::array<Line, 3>& lines, float* first, float* second, float* third) {
  for (int x = 0; x < width; ++x) {
    first[x] = static_cast<float>(pixels[3 * x]) * lines[0].factor + lines[0].offset;
    second[x] = static_cast<float>(pixels[3 * x + 1]) * lines[1].factor + lines[1].offset;
    third[x] = static_cast<float>(pixels[3 * x + 2]) * lines[2].factor + lines[2].offset;
  }
}

}  // namespace

void check_frames(const std::vector<cv::Mat>& frames) {
  if (frames.empty()) throw input_error("a clip without frames");
  for (size_t i = 0; i < frames.size(); ++i) {
    const cv::Mat& frame = frames[i];
    if (frame.empty() || frame.dims != 2 || frame.type() != CV_8UC3)
      throw input_error(fmt::format("frame {} of a clip is no 8-bit image of three channels", i));
    if (frame.size() != frames.front().size())
      throw input_error(fmt::format("frame {} of a clip has {} x {} pixels, the first one {} x {}", i, frame.cols, frame.rows,
                                    frames.front().cols, frames.front().rows));
  }
}

at::Tensor clip_tensor(const std::vector<cv::Mat>& frames, const Normalisation& normalisation) {
  check_frames(frames);
  const int height = frames.front().rows, width = frames.front().cols;
  const auto count = static_cast<int64_t>(frames.size());
  std::array<Line, 3> lines{};
  for (size_t c = 0; c < 3; ++c) {
    const double deviation = normalisation.deviation[c];
    lines[c] = {static_cast<float>(1 / (255 * deviation)), static_cast<float>(-normalisation.mean[c] / deviation)};
  }
  auto clip = at::empty({3, count, height, width}, at::kFloat);
  float* values = clip.data_ptr<float>();
  const int64_t row = width, image = row * height, plane = image * count;
  for (int64_t t = 0; t < count; ++t) {
    for (int y = 0; y < height; ++y) {
      float* first = values + t * image + y * row;
      spread_row(frames[static_cast<size_t>(t)].ptr(y), width, lines, first, first + plane, first + 2 * plane);
    }
  }
  return clip;
}

at::Tensor interpolate_clip(const at::Tensor& clip, const ClipSize& size) {
  if (clip.size(1) == size.frames && clip.size(2) == size.height && clip.size(3) == size.width) return clip;
  return at::upsample_trilinear3d(clip.unsqueeze(0), {size.frames, size.height, size.width}, false).squeeze(0);
}

}  // namespace vbench::video
