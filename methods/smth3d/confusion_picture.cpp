#include "methods/smth3d/confusion_picture.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "methods/smth3d/canvas.hpp"
#include "methods/smth3d/chart.hpp"
#include "metrics/confusion.hpp"

namespace vbench::smth3d {
namespace {

constexpr int kLeastForNames = 10;   // side of a cell, pixels
constexpr int kLeastForCounts = 34;  // likewise
constexpr double kWidestLabel = 420;
constexpr int kHeading = 64, kAxisTitle = 30, kScale = 20, kEdge = 16;  // at size 1
const cv::Scalar kEmptyRow(236, 236, 236);                              // BGR

int cell_side(int64_t classes) {
  constexpr double kWanted = 1800, kLargest = 110;
  if (classes <= 30) return static_cast<int>(std::min(kLargest, 1080.0 / static_cast<double>(classes)));
  return std::max(1, static_cast<int>(kWanted / static_cast<double>(classes)));
}

/// White to dark blue; half of the way is gone at a third, so that rare confusions show.
cv::Scalar colour_of(double share) {
  constexpr double kStops[][3] = {{255, 255, 255}, {239, 214, 190}, {214, 155, 96}, {172, 96, 30}, {92, 40, 8}};  // BGR
  const double place = std::pow(std::clamp(share, 0.0, 1.0), 0.65) * 4;
  const int below = std::min(3, static_cast<int>(place));
  cv::Scalar colour;
  for (int c = 0; c < 3; ++c) colour[c] = kStops[below][c] + (place - below) * (kStops[below + 1][c] - kStops[below][c]);
  return colour;
}

struct Layout {
  int64_t classes;
  int cell;
  int size;  // of headings and margins: large pictures are looked at from further away
  TextStyle label;
  int label_width;  // left of the matrix and below it
  cv::Rect matrix;
  std::vector<std::vector<std::string>> labels;  // lines of each class

  [[nodiscard]] cv::Rect at(int64_t row, int64_t column) const {
    return {matrix.x + static_cast<int>(column) * cell, matrix.y + static_cast<int>(row) * cell, cell, cell};
  }
  [[nodiscard]] bool named() const { return cell >= kLeastForNames; }
};

std::vector<std::vector<std::string>> label_lines(const Layout& layout, const std::vector<std::string>& names, double width) {
  const auto most = static_cast<size_t>(std::max(1.0, layout.cell / (layout.label.height * 1.75)));
  std::vector<std::vector<std::string>> labels;
  for (const auto& name : names) labels.push_back(wrapped(name, layout.label, width, std::min<size_t>(most, 3)));
  return labels;
}

Layout layout_of(const std::vector<std::string>& names) {
  Layout layout{};
  layout.classes = static_cast<int64_t>(names.size());
  layout.cell = cell_side(layout.classes);
  layout.label.height = std::clamp(layout.cell * 0.6, 6.0, 12.0);
  layout.label_width = 40;
  if (layout.named()) {
    layout.labels = label_lines(layout, names, kWidestLabel);
    for (const auto& lines : layout.labels) {
      for (const auto& line : lines) {
        layout.label_width = std::max(layout.label_width, static_cast<int>(text_width(line, layout.label)) + 14);
      }
    }
  }
  const int side = static_cast<int>(layout.classes) * layout.cell;
  layout.size = side > 1400 ? 2 : 1;
  layout.matrix = {kEdge + layout.size * kAxisTitle + layout.label_width, layout.size * kHeading, side, side};
  return layout;
}

void draw_cells(cv::Mat& picture, const Layout& layout, const at::Tensor& confusion) {
  const auto rows = confusion.sum(1);
  const auto* const counts = confusion.data_ptr<int64_t>();
  for (int64_t row = 0; row < layout.classes; ++row) {
    const auto total = rows[row].item<int64_t>();
    for (int64_t column = 0; column < layout.classes; ++column) {
      const int64_t count = counts[row * layout.classes + column];
      const double share = total == 0 ? 0 : static_cast<double>(count) / static_cast<double>(total);
      const auto place = layout.at(row, column);
      cv::rectangle(picture, place, total == 0 ? kEmptyRow : colour_of(share), cv::FILLED);
      if (count == 0 || layout.cell < kLeastForCounts) continue;
      const TextStyle style{std::min(14.0, layout.cell * 0.24), false, share > 0.3 ? kPaper : kInk};
      const std::string text = fmt::format("{}", count);
      if (text_width(text, style) > layout.cell - 4) continue;
      put_text(picture, text, {place.x + layout.cell / 2.0, place.y + layout.cell / 2.0}, style, Align::kMiddle);
    }
  }
}

void draw_grid(cv::Mat& picture, const Layout& layout) {
  const int64_t step = layout.cell >= kLeastForCounts ? 1 : 10;
  const auto& area = layout.matrix;
  for (int64_t i = step; layout.cell >= 4 && i < layout.classes; i += step) {
    const int offset = static_cast<int>(i) * layout.cell;
    cv::line(picture, {area.x, area.y + offset}, {area.x + area.width - 1, area.y + offset}, kGrid);
    cv::line(picture, {area.x + offset, area.y}, {area.x + offset, area.y + area.height - 1}, kGrid);
  }
  cv::rectangle(picture, {area.x - 1, area.y - 1, area.width + 2, area.height + 2}, kPale);
}

void draw_names(cv::Mat& picture, const Layout& layout) {
  const double line_height = layout.label.height * 1.7;
  for (int64_t i = 0; i < layout.classes; ++i) {
    const auto& lines = layout.labels[static_cast<size_t>(i)];
    const auto row = layout.at(i, 0), column = layout.at(layout.classes - 1, i);
    for (size_t k = 0; k < lines.size(); ++k) {
      const double shift = (static_cast<double>(k) - (static_cast<double>(lines.size()) - 1) / 2) * line_height + layout.cell / 2.0;
      put_text(picture, lines[k], {row.x - 7.0, row.y + shift}, layout.label, Align::kEnd);
      put_text_upward(picture, lines[k], {column.x + shift, column.y + layout.cell + 7.0}, layout.label, Align::kEnd);
    }
  }
}

void draw_numbers(cv::Mat& picture, const Layout& layout) {
  for (const double tick : round_ticks(0, static_cast<double>(layout.classes - 1), 12)) {
    const double shift = (tick + 0.5) * layout.cell;
    put_text(picture, fmt::format("{:g}", tick), {layout.matrix.x - 6.0, layout.matrix.y + shift}, {}, Align::kEnd);
    put_text(picture, fmt::format("{:g}", tick), {layout.matrix.x + shift, layout.matrix.br().y + 14.0}, {}, Align::kMiddle);
  }
}

void draw_scale(cv::Mat& picture, const Layout& layout) {
  const int height = std::min(layout.matrix.height, layout.size * 400), width = layout.size * kScale;
  const int x = layout.matrix.br().x + 24, y = layout.matrix.y;
  for (int i = 0; i < height; ++i) {
    const auto colour = colour_of(1 - static_cast<double>(i) / (height - 1));
    cv::line(picture, {x, y + i}, {x + width, y + i}, colour);
  }
  cv::rectangle(picture, {x, y, width + 1, height}, kPale);
  for (int percent = 0; percent <= 100; percent += 20) {
    const double place = y + (1 - percent / 100.0) * (height - 1);
    put_text(picture, fmt::format("{} %", percent), {x + width + 8.0, std::clamp(place, y + 5.0, y + height - 5.0)}, {10.0 * layout.size});
  }
}

void draw_heading(cv::Mat& picture, const Layout& layout, const at::Tensor& confusion) {
  const auto videos = confusion.sum().item<int64_t>();
  const auto empty = confusion.sum(1).eq(0).sum().item<int64_t>();
  const auto text = fmt::format("{} videos of {} classes, {:.2f} % right", videos, layout.classes, 100 * diagonal_share(confusion));
  const TextStyle title{14.0 * layout.size, true}, small{10.0 * layout.size, false, kPale};
  std::string note = "Colour: share of the true class's videos";
  if (empty > 0) note += fmt::format("; grey: without videos ({})", empty);
  const double width = picture.cols - 2.0 * kEdge;
  put_text(picture, shortened(text, title, width), {kEdge, 20.0 * layout.size}, title);
  put_text(picture, shortened(note, small, width), {kEdge, 44.0 * layout.size}, small);
}

}  // namespace

cv::Mat confusion_picture(const at::Tensor& confusion, const std::vector<std::string>& names) {
  const auto counts = confusion.cpu().contiguous();
  const auto layout = layout_of(names);
  const auto& area = layout.matrix;
  const int below = layout.named() ? layout.label_width : 26, right = 24 + layout.size * (kScale + 60);
  cv::Mat picture(std::max(area.br().y + below + layout.size * kAxisTitle, kHeading + 140), std::max(area.br().x + right, 420), CV_8UC3,
                  kPaper);
  draw_heading(picture, layout, counts);
  draw_cells(picture, layout, counts);
  draw_grid(picture, layout);
  if (layout.named()) {
    draw_names(picture, layout);
  } else {
    draw_numbers(picture, layout);
  }
  draw_scale(picture, layout);
  const TextStyle title{11.0 * layout.size, true};
  put_text_upward(picture, "true class", {kEdge + 6.0 * layout.size, area.y + area.height / 2.0}, title, Align::kMiddle);
  put_text(picture, "predicted class", {area.x + area.width / 2.0, area.br().y + below + 12.0 * layout.size}, title, Align::kMiddle);
  return picture;
}

}  // namespace vbench::smth3d
