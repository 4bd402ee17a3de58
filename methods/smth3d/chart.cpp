#include "methods/smth3d/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <optional>

#include "methods/smth3d/canvas.hpp"

namespace vbench::smth3d {
namespace {

const TextStyle kTitle{13, true, kInk}, kLabel{9.5, false, kInk};
constexpr size_t kMostTicks = 8;
constexpr double kFewPoints = 40;  // which get a dot each

struct Range {
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] bool empty() const { return low > high; }
};

struct Axis {
  double low = 0, high = 1;
  bool log = false;
  std::vector<double> ticks;

  [[nodiscard]] double share(double value) const {
    if (log) return std::log(value / low) / std::log(high / low);
    return (value - low) / (high - low);
  }
};

bool drawn(const cv::Point2d& point) { return std::isfinite(point.x) && std::isfinite(point.y); }

Axis across_axis(const Range& values) {
  Axis axis{0.5, 1.5, false, {}};
  if (!values.empty() && values.high > values.low) {
    axis.low = values.low;
    axis.high = values.high;
  } else if (!values.empty()) {
    axis.low = values.low - 0.5;
    axis.high = values.low + 0.5;
  }
  for (const double tick : round_ticks(axis.low, axis.high, kMostTicks)) {
    if (tick == std::floor(tick)) axis.ticks.push_back(tick);
  }
  return axis;
}

Axis linear_axis(const Range& values) {
  Axis axis;
  if (!values.empty()) {
    // Values that differ by rounding alone are one value: no ticks lie between them.
    const double difference = values.high - values.low;
    const double span = difference > 1e-9 * std::max(std::abs(values.low), std::abs(values.high)) ? difference : 0;
    // Zero belongs to the picture unless it would flatten the curve.
    const bool from_zero = values.low >= 0 && values.low <= 0.5 * values.high;
    const double margin = span > 0 ? 0.06 * span : std::max(std::abs(values.high) * 0.25, 1e-12);
    axis.low = from_zero ? 0 : values.low - margin;
    axis.high = values.high + (values.high > 0 || span > 0 ? margin : 1);
  }
  axis.ticks = round_ticks(axis.low, axis.high, kMostTicks);
  return axis;
}

Axis up_axis(const Range& values, bool may_be_log) {
  if (!may_be_log || values.empty() || values.low <= 0 || values.high < 10 * values.low) return linear_axis(values);
  const double margin = std::pow(values.high / values.low, 0.06);
  Axis axis{values.low / margin, values.high * margin, true, {}};
  axis.ticks = log_ticks(axis.low, axis.high);
  return axis;
}

struct Plot {
  cv::Mat& picture;
  cv::Rect2d area;
  Axis x, y;

  [[nodiscard]] cv::Point2d place(const cv::Point2d& point) const {
    return {area.x + x.share(point.x) * area.width, area.y + (1 - y.share(point.y)) * area.height};
  }
};

std::string tick_text(double tick, double step, bool log) {
  if (log) {
    const int power = static_cast<int>(std::floor(std::log10(tick) + 1e-9));
    return fmt::format("{:g}e{}", std::round(tick / std::pow(10, power)), power);
  }
  if (step <= 0) return fmt::format("{:g}", tick);
  const int decimals = std::max(0, static_cast<int>(std::ceil(-std::log10(step) - 1e-9)));
  return decimals > 4 ? fmt::format("{:g}", tick) : fmt::format("{:.{}f}", tick, decimals);
}

double step_of(const std::vector<double>& ticks) { return ticks.size() > 1 ? ticks[1] - ticks[0] : 0; }

void draw_axes(const Plot& plot, const std::string& across) {
  const auto& area = plot.area;
  const double bottom = area.y + area.height, right = area.x + area.width;
  for (const double tick : plot.y.ticks) {
    const double y = std::round(plot.place({plot.x.low, tick}).y);
    put_line(plot.picture, {area.x, y}, {right, y}, kGrid);
    put_text(plot.picture, tick_text(tick, step_of(plot.y.ticks), plot.y.log), {area.x - 6, y}, kLabel, Align::kEnd);
  }
  for (const double tick : plot.x.ticks) {
    const double x = std::round(plot.place({tick, plot.y.low}).x);
    put_line(plot.picture, {x, bottom}, {x, bottom + 4}, kPale);
    put_text(plot.picture, tick_text(tick, 1, false), {x, bottom + 16}, kLabel, Align::kMiddle);
  }
  put_line(plot.picture, {area.x, bottom}, {right, bottom}, kPale);
  put_line(plot.picture, {area.x, area.y}, {area.x, bottom}, kPale);
  put_text(plot.picture, across, {area.x + area.width / 2, bottom + 36}, kLabel, Align::kMiddle);
}

void draw_series(const Plot& plot, const Series& series) {
  std::optional<cv::Point2d> before;
  for (const auto& point : series.points) {
    if (!drawn(point)) {
      before.reset();
      continue;
    }
    const auto here = plot.place(point);
    if (before) put_line(plot.picture, *before, here, series.colour, 2);
    if (series.points.size() <= kFewPoints) cv::circle(plot.picture, here * 16, 3 * 16, series.colour, cv::FILLED, cv::LINE_AA, 4);
    before = here;
  }
}

/// Entries from left to right, in as many rows as they need. @return the height
double draw_legend(cv::Mat& picture, const std::vector<Series>& series, cv::Point2d corner, double width) {
  constexpr double kRow = 20, kSwatch = 22, kGap = 20;
  double x = corner.x, y = corner.y;
  for (const auto& each : series) {
    const double needed = kSwatch + 6 + text_width(each.name, kLabel);
    if (x > corner.x && x + needed > corner.x + width) {
      x = corner.x;
      y += kRow;
    }
    put_line(picture, {x, y}, {x + kSwatch, y}, each.colour, 3);
    put_text(picture, each.name, {x + kSwatch + 6, y}, kLabel);
    x += needed + kGap;
  }
  return y + kRow - corner.y;
}

double widest_label(const Axis& axis) {
  double widest = 0;
  for (const double tick : axis.ticks) widest = std::max(widest, text_width(tick_text(tick, step_of(axis.ticks), axis.log), kLabel));
  return widest;
}

}  // namespace

std::vector<double> round_ticks(double low, double high, size_t most) {
  const double span = high - low;
  if (!(span > 0) || most == 0) return {low};
  const double power = std::pow(10, std::floor(std::log10(span / static_cast<double>(most))));
  std::vector<double> ticks;
  for (const double step : {power, 2 * power, 5 * power, 10 * power}) {
    const double first = std::ceil(low / step - 1e-9), last = std::floor(high / step + 1e-9);
    if (last - first + 1 > static_cast<double>(most)) continue;
    const size_t count = last < first ? 0 : static_cast<size_t>(last - first) + 1;
    for (size_t i = 0; i < count; ++i) ticks.push_back((first + static_cast<double>(i)) * step + 0.0);  // no negative zero
    break;
  }
  return ticks;
}

std::vector<double> log_ticks(double low, double high) {
  std::vector<double> tens, all;
  for (double power = std::floor(std::log10(low)); power <= std::log10(high); ++power) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double tick = factor * std::pow(10, power);
      if (tick < low || tick > high) continue;
      all.push_back(tick);
      if (factor == 1) tens.push_back(tick);
    }
  }
  return tens.size() >= 3 ? tens : all;
}

cv::Mat draw_chart(const Chart& chart, const cv::Size& size) {
  constexpr double kEdge = 18, kTop = 56, kBottom = 52;
  cv::Mat picture(size, CV_8UC3, kPaper);
  std::vector<Series> series;
  Range xs, ys;
  for (const auto& each : chart.series) {
    bool any = false;
    for (const auto& point : each.points) {
      if (!drawn(point)) continue;
      any = true;
      xs.take(point.x);
      ys.take(point.y);
    }
    if (any) series.push_back(each);
  }
  const auto up = up_axis(ys, chart.may_be_log);
  const double left = kEdge + widest_label(up) + 8;
  put_text(picture, chart.title, {left, 24}, kTitle);
  const double top = kTop + draw_legend(picture, series, {left, kTop - 6}, size.width - left - kEdge);
  const Plot plot{picture, {left, top, size.width - left - kEdge, size.height - top - kBottom}, across_axis(xs), up};
  draw_axes(plot, chart.across);
  for (const auto& each : series) draw_series(plot, each);
  if (series.empty()) put_text(picture, "nothing measured yet", {size.width / 2.0, size.height / 2.0}, kLabel, Align::kMiddle);
  return picture;
}

}  // namespace vbench::smth3d
