#include "methods/smth3d/pictures.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"
#include "methods/smth3d/canvas.hpp"

namespace vbench::smth3d {
namespace {

constexpr int kTileHeight = 168;   // of the contact sheet, pixels; frames are brought to it
constexpr int kVideoHeight = 160;  // least of a video
constexpr size_t kColumns = 8;
constexpr int kEdge = 20, kGap = 6, kSide = 34, kScaleWidth = 14;

void check_pairs(const std::vector<cv::Mat>& pictures, const std::vector<cv::Mat>& overlays) {
  if (pictures.empty() || pictures.size() != overlays.size()) {
    throw input_error(fmt::format("{} frames and {} overlays make no pairs", pictures.size(), overlays.size()));
  }
}

/// Evenly spread, the first and the last one among them.
std::vector<size_t> chosen_frames(size_t frames) {
  const size_t columns = std::min(frames, kColumns);
  std::vector<size_t> chosen;
  for (size_t i = 0; i < columns; ++i) chosen.push_back(columns == 1 ? 0 : (2 * i * (frames - 1) + columns - 1) / (2 * (columns - 1)));
  return chosen;
}

struct Line {
  std::string text;
  TextStyle style;
};

std::vector<Line> laid_out(const std::vector<std::string>& lines, double width) {
  std::vector<Line> all;
  for (size_t i = 0; i < lines.size(); ++i) {
    const TextStyle style = i == 0 ? TextStyle{15, true} : TextStyle{12};
    for (const auto& text : wrapped(lines[i], style, width)) all.push_back({text, style});
  }
  return all;
}

int advance(const Line& line) { return static_cast<int>(line.style.height * 1.9); }

int height_of(const std::vector<Line>& text) {
  int height = 0;
  for (const auto& line : text) height += advance(line);
  return height;
}

void draw_text(cv::Mat& sheet, const std::vector<Line>& text) {
  int y = kEdge;
  for (const auto& line : text) {
    put_text(sheet, line.text, {kEdge, y + line.style.height / 2}, line.style);
    y += advance(line);
  }
}

void draw_tile(cv::Mat& sheet, const cv::Mat& picture, const cv::Rect& area) {
  cv::Mat scaled;
  cv::resize(picture, scaled, area.size(), 0, 0, area.height < picture.rows ? cv::INTER_AREA : cv::INTER_CUBIC);
  scaled.copyTo(sheet(area));
}

void draw_mask_scale(cv::Mat& sheet, const cv::Rect& area) {
  cv::Mat ramp(256, 1, CV_8U), colours;
  for (int i = 0; i < 256; ++i) ramp.at<uint8_t>(i) = static_cast<uint8_t>(255 - i);
  cv::resize(ramp, ramp, area.size(), 0, 0, cv::INTER_LINEAR);
  cv::applyColorMap(ramp, colours, cv::COLORMAP_JET);
  colours.copyTo(sheet(area));
  put_text(sheet, "1", {area.br().x + 6.0, area.y + 6.0}, {9});
  put_text(sheet, "0", {area.br().x + 6.0, area.br().y - 6.0}, {9});
}

}  // namespace

cv::Mat overlay(const cv::Mat& picture, const at::Tensor& mask) {
  const auto values = mask.cpu().contiguous();
  if (values.dim() != 2 || values.size(0) != picture.rows || values.size(1) != picture.cols || values.scalar_type() != at::kFloat) {
    throw input_error(fmt::format("a mask must be float32 [{}, {}] as its picture", picture.rows, picture.cols));
  }
  cv::Mat grey(picture.size(), CV_8U), colours, heat, base;
  const float* share = values.data_ptr<float>();
  for (int i = 0; i < picture.rows * picture.cols; ++i) grey.data[i] = static_cast<uint8_t>(255 * std::clamp(share[i], 0.0F, 1.0F));
  cv::applyColorMap(grey, colours, cv::COLORMAP_JET);
  colours.convertTo(heat, CV_32F, 1.0 / 255);
  picture.convertTo(base, CV_32F, 1.0 / 255);
  heat += base;
  double highest = 0;
  cv::minMaxLoc(heat.reshape(1), nullptr, &highest);
  const auto* const sum = heat.ptr<float>();
  cv::Mat result(picture.size(), CV_8UC3);
  for (int i = 0; i < 3 * picture.rows * picture.cols; ++i) {
    result.data[i] = static_cast<uint8_t>(255 * (sum[i] / static_cast<float>(highest)));  // JET has no black: the maximum is positive
  }
  return result;
}

cv::Mat contact_sheet(const std::vector<cv::Mat>& pictures, const std::vector<cv::Mat>& overlays, const std::vector<std::string>& lines) {
  check_pairs(pictures, overlays);
  const auto frames = chosen_frames(pictures.size());
  const cv::Size tile(std::max(1, pictures[0].cols * kTileHeight / pictures[0].rows), kTileHeight);
  const int tiles = static_cast<int>(frames.size()) * (tile.width + kGap), left = kEdge + kSide;
  const int width = std::max(left + tiles + kScaleWidth + 24 + kEdge, 760);
  const auto text = laid_out(lines, width - 2.0 * kEdge);
  const int head = kEdge + height_of(text) + 26, below = head + kTileHeight + kGap;
  cv::Mat sheet(below + kTileHeight + kEdge, width, CV_8UC3, kPaper);
  draw_text(sheet, text);
  for (size_t i = 0; i < frames.size(); ++i) {
    const int x = left + static_cast<int>(i) * (tile.width + kGap);
    const auto number = fmt::format("{}", frames[i] + 1);
    put_text(sheet, i == 0 ? fmt::format("frame {} of {}", number, pictures.size()) : number, {x + tile.width / 2.0, head - 12.0},
             {9.5, false, kPale}, Align::kMiddle);
    draw_tile(sheet, pictures[frames[i]], {{x, head}, tile});
    draw_tile(sheet, overlays[frames[i]], {{x, below}, tile});
  }
  put_text_upward(sheet, "video", {kEdge + 8.0, head + kTileHeight / 2.0}, {10, true}, Align::kMiddle);
  put_text_upward(sheet, "Grad-CAM", {kEdge + 8.0, below + kTileHeight / 2.0}, {10, true}, Align::kMiddle);
  draw_mask_scale(sheet, {left + tiles, below, kScaleWidth, kTileHeight});
  return sheet;
}

std::vector<cv::Mat> side_by_side(const std::vector<cv::Mat>& pictures, const std::vector<cv::Mat>& overlays) {
  check_pairs(pictures, overlays);
  std::vector<cv::Mat> pairs;
  for (size_t i = 0; i < pictures.size(); ++i) {
    cv::Mat pair;
    cv::hconcat(pictures[i], overlays[i], pair);
    const int factor = (kVideoHeight + pair.rows - 1) / pair.rows;
    if (factor > 1) cv::resize(pair, pair, pair.size() * factor, 0, 0, cv::INTER_CUBIC);
    if (pair.rows % 2 == 1) cv::copyMakeBorder(pair, pair, 0, 1, 0, 0, cv::BORDER_CONSTANT);
    pairs.push_back(pair);
  }
  return pairs;
}

}  // namespace vbench::smth3d
