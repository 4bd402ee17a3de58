// Line charts as inline SVG, in the colours of the page's theme. Used by the sections of a report.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vbench::report {

struct Series {
  std::string name;
  int look = 0;                                   ///< 0..3: colour and dashes, as .s0 to .s3 in assets/page.css
  std::vector<std::pair<double, double>> points;  ///< x, y; one that is not finite breaks the line
};

struct Chart {
  std::string title, x_title, y_title;
  std::vector<Series> series;  ///< those without points are left out
  /// The y axis begins at 0 and ends at this or at the largest value, whichever is more.
  double y_top = 0;
};

/// <figure> with title, SVG and legend; a description in words for those who cannot see it. Without points it says so.
[[nodiscard]] std::string line_chart(const Chart& chart);

/// Round numbers from `low` to `high` at most, a constant step of 1, 2 or 5 times a power of ten apart; at most `most` of them (>= 2).
[[nodiscard]] std::vector<double> ticks(double low, double high, int most);

}  // namespace vbench::report
