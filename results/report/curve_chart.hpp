// Charts of curves with bands, which the page's script draws with uPlot and lets a reader ask; their figures stand beside them as a table,
// for those without a script or without eyes. Used by the sections of a report.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace vbench::report {

/// One value of a curve for each place on x; NaN: none.
struct Curve {
  std::string name;
  std::vector<double> mean;
  std::vector<double> low, high;  ///< the band; empty where one run has none
  bool dashed = false;            ///< of runs that do not count
  std::vector<int64_t> seeds{};   ///< how many the mean is of; empty where it is of one run
};

struct CurveChart {
  std::string title, x_title, y_title;
  std::vector<double> x;      ///< ascending
  std::vector<Curve> curves;  ///< those without values are left out
  bool logarithmic = false;   ///< x, where all of it is positive
};

/// Curves that a chart shows before anybody has asked for others.
inline constexpr size_t kCurvesShown = 8;

/// The charts of one page.
class CurveCharts {
 public:
  CurveCharts();
  ~CurveCharts();
  CurveCharts(const CurveCharts&) = delete;
  CurveCharts& operator=(const CurveCharts&) = delete;

  /// <figure> with title, place for the drawing, and the figures as a table. Nothing for a chart without values.
  [[nodiscard]] std::string add(const CurveChart& chart);
  [[nodiscard]] bool empty() const;
  /// What the script draws; the n-th is that of the n-th figure.
  [[nodiscard]] const nlohmann::json& json() const;

 private:
  std::unique_ptr<nlohmann::json> charts_;
};

}  // namespace vbench::report
