#include "results/report/chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "results/report/html.hpp"

namespace vbench::report {
namespace {

// In units of the drawing, which is scaled to the width of its place.
constexpr double kWidth = 400, kHeight = 240, kLeft = 46, kRight = 10, kTop = 10, kBottom = 38;
constexpr int kTicksOfY = 6;
constexpr size_t kMostDots = 60;  // of a line; more would hide it

bool is_finite(const std::pair<double, double>& point) { return std::isfinite(point.first) && std::isfinite(point.second); }

/// From data to the drawing.
struct Scale {
  double low_x = 0, high_x = 1, high_y = 1;

  [[nodiscard]] double x(double value) const { return kLeft + (value - low_x) / (high_x - low_x) * (kWidth - kLeft - kRight); }
  [[nodiscard]] double y(double value) const { return kHeight - kBottom - value / high_y * (kHeight - kTop - kBottom); }
};

/// To the next tick above 0, so that the axis ends with one.
double rounded_up(double top) {
  const auto marks = ticks(0, top, kTicksOfY);
  const double step = marks.size() > 1 ? marks[1] : top;
  return step * std::ceil(top / step - 1e-9);
}

Scale scale_of(const Chart& chart) {
  double low_x = INFINITY, high_x = -INFINITY, high_y = chart.y_top;
  for (const auto& series : chart.series) {
    for (const auto& point : series.points) {
      if (!is_finite(point)) continue;
      low_x = std::min(low_x, point.first);
      high_x = std::max(high_x, point.first);
      high_y = std::max(high_y, point.second);
    }
  }
  if (high_x <= low_x) {
    low_x -= 0.5;
    high_x += 0.5;
  }
  return {low_x, high_x, rounded_up(high_y > 0 ? high_y : 1)};
}

std::string number(double value) { return fmt::format("{:g}", std::abs(value) < 1e9 ? std::round(value * 1e6) / 1e6 : value); }

std::string axes(const Chart& chart, const Scale& scale) {
  const double bottom = kHeight - kBottom;
  std::string svg;
  for (const double value : ticks(0, scale.high_y, kTicksOfY + 1)) {
    const double y = scale.y(value);
    svg += fmt::format(R"(<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>)", kLeft, kWidth - kRight, y, y);
    svg += fmt::format(R"(<text class="tick" x="{}" y="{:.1f}" text-anchor="end">{}</text>)", kLeft - 6, y + 3.5, number(value));
  }
  for (const double value : ticks(scale.low_x, scale.high_x, 8)) {
    const double x = scale.x(value);
    svg += fmt::format(R"(<line class="axis" x1="{:.1f}" x2="{:.1f}" y1="{}" y2="{}"/>)", x, x, bottom, bottom + 4);
    svg += fmt::format(R"(<text class="tick" x="{:.1f}" y="{}" text-anchor="middle">{}</text>)", x, bottom + 16, number(value));
  }
  svg += fmt::format(R"(<line class="axis" x1="{}" x2="{}" y1="{}" y2="{}"/>)", kLeft, kWidth - kRight, bottom, bottom);
  const double middle_x = (kLeft + kWidth - kRight) / 2, middle_y = (kTop + bottom) / 2;
  svg +=
      fmt::format(R"(<text class="label" x="{}" y="{}" text-anchor="middle">{}</text>)", middle_x, kHeight - 5, escape_html(chart.x_title));
  svg += fmt::format(R"svg(<text class="label" x="11" y="{0}" text-anchor="middle" transform="rotate(-90 11 {0})">{1}</text>)svg", middle_y,
                     escape_html(chart.y_title));
  return svg;
}

std::string line_of(const Series& series, const Scale& scale) {
  std::string path, dots;
  bool drawing = false;
  for (const auto& point : series.points) {
    if (!is_finite(point)) {
      drawing = false;
      continue;
    }
    const double x = scale.x(point.first), y = scale.y(std::max(point.second, 0.0));
    path += fmt::format("{}{:.1f} {:.1f}", drawing ? "L" : "M", x, y);
    drawing = true;
    if (series.points.size() <= kMostDots) {
      dots += fmt::format(R"(<circle cx="{:.1f}" cy="{:.1f}" r="2.4"><title>{}: {}, {}</title></circle>)", x, y, escape_html(series.name),
                          number(point.first), number(point.second));
    }
  }
  return fmt::format(R"(<g class="s{}"><path d="{}"/>{}</g>)", series.look, path, dots);
}

/// "evaluated: 3 to 41".
std::string in_words(const Series& series) {
  double low = INFINITY, high = -INFINITY;
  for (const auto& point : series.points) {
    if (!is_finite(point)) continue;
    low = std::min(low, point.second);
    high = std::max(high, point.second);
  }
  return fmt::format("{}: {} to {}", series.name, number(low), number(high));
}

}  // namespace

std::vector<double> ticks(double low, double high, int most) {
  const double rough = (high - low) / (most - 1);
  if (!std::isfinite(rough) || rough <= 0) return {low};
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1 - 1e-9)) {
      step = factor * power;
      break;
    }
  }
  if (!std::isnormal(step)) return {low};  // 0 for the tiniest ranges: no number of steps would do
  std::vector<double> all;
  const auto first = std::llround(std::ceil(low / step - 1e-9));  // whole: no -0
  for (auto i = first; static_cast<double>(i) * step <= high + 1e-9 * step; ++i) all.push_back(static_cast<double>(i) * step);
  return all;
}

std::string line_chart(const Chart& chart) {
  Chart drawn = chart;
  std::erase_if(drawn.series, [](const Series& series) { return std::none_of(series.points.begin(), series.points.end(), is_finite); });
  const auto title = escape_html(chart.title);
  if (drawn.series.empty()) return fmt::format(R"(<figure class="chart"><figcaption>{}</figcaption><p>No figures.</p></figure>)", title);
  const auto scale = scale_of(drawn);
  std::string lines, legend, words;
  for (const auto& series : drawn.series) {
    lines += line_of(series, scale);
    legend +=
        fmt::format(R"(<li><svg class="key" viewBox="0 0 24 8" aria-hidden="true"><g class="s{}"><path d="M1 4L23 4"/></g></svg>{}</li>)",
                    series.look, escape_html(series.name));
    words += (words.empty() ? "" : "; ") + escape_html(in_words(series));
  }
  return fmt::format(
      R"(<figure class="chart"><figcaption>{0}</figcaption><svg class="plot" viewBox="0 0 {1} {2}" role="img" aria-label="{0}. {3}">{4}{5}</svg>)"
      R"(<ul class="legend">{6}</ul></figure>)",
      title, kWidth, kHeight, words, axes(drawn, scale), lines, legend);
}

}  // namespace vbench::report
