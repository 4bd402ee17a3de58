#include "results/report/curve_chart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "harness/core/text.hpp"
#include "results/report/html.hpp"
#include "results/report/tables.hpp"

namespace vbench::report {
namespace {

using Json = nlohmann::json;

constexpr size_t kMostRows = 25;  // of the table: more is read by nobody

double at(const std::vector<double>& values, size_t place) { return place < values.size() ? values[place] : std::nan(""); }

bool has_values(const Curve& curve) {
  return std::any_of(curve.mean.begin(), curve.mean.end(), [](double value) { return std::isfinite(value); });
}

std::string short_number(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

/// Runs that ended sooner leave a mean of the others.
int64_t most_seeds(const Curve& curve) { return curve.seeds.empty() ? 0 : *std::max_element(curve.seeds.begin(), curve.seeds.end()); }
bool lacks_seeds(const Curve& curve, size_t place) {
  return place < curve.seeds.size() && curve.seeds[place] > 0 && curve.seeds[place] < most_seeds(curve);
}
bool seeds_lacking(const Curve& curve) {
  for (size_t i = 0; i < curve.seeds.size(); ++i) {
    if (lacks_seeds(curve, i)) return true;
  }
  return false;
}

/// Six digits are more than a chart can show, and make half the page of seventeen.
Json values_json(const std::vector<double>& values) {
  Json all = Json::array();
  for (const double value : values)
    all.push_back(std::isfinite(value) ? Json(parse_double(fmt::format("{:.6g}", value)).value_or(value)) : Json());
  return all;
}

Json chart_json(const CurveChart& chart) {
  Json curves = Json::array();
  for (const auto& curve : chart.curves) {
    Json each{{"name", printable(curve.name)}, {"mean", values_json(curve.mean)}, {"dashed", curve.dashed}};
    if (!curve.low.empty()) {
      each["low"] = values_json(curve.low);
      each["high"] = values_json(curve.high);
      if (seeds_lacking(curve)) each["seeds"] = curve.seeds;
    }
    curves.push_back(std::move(each));
  }
  return {{"logarithmic", chart.logarithmic},
          {"x", values_json(chart.x)},
          {"xTitle", printable(chart.x_title)},
          {"yTitle", printable(chart.y_title)},
          {"curves", curves}};
}

/// "loss: 2.1 at 1, 0.4 at 20".
std::string in_words(const CurveChart& chart, const Curve& curve) {
  size_t first = 0, last = 0;
  bool found = false;
  for (size_t i = 0; i < curve.mean.size(); ++i) {
    if (!std::isfinite(curve.mean[i])) continue;
    if (!found) first = i;
    found = true;
    last = i;
  }
  const auto place = [&](size_t i) { return fmt::format("{} at {}", short_number(curve.mean[i]), short_number(at(chart.x, i))); };
  return first == last ? fmt::format("{}: {}", curve.name, place(first)) : fmt::format("{}: {}, {}", curve.name, place(first), place(last));
}

std::string description(const CurveChart& chart) {
  std::string text = fmt::format("{}: lines over {}.", chart.title, chart.x_title);
  for (size_t i = 0; i < chart.curves.size() && i < kCurvesShown; ++i) text += fmt::format(" {}.", in_words(chart, chart.curves[i]));
  if (chart.curves.size() > kCurvesShown) text += fmt::format(" And {} more.", chart.curves.size() - kCurvesShown);
  return text;
}

/// Places with a value, at most kMostRows of them, the first and the last among these.
std::vector<size_t> rows_of(const CurveChart& chart) {
  std::vector<size_t> filled, rows;
  for (size_t i = 0; i < chart.x.size(); ++i) {
    if (std::any_of(chart.curves.begin(), chart.curves.end(), [&](const Curve& curve) { return std::isfinite(at(curve.mean, i)); }))
      filled.push_back(i);
  }
  if (filled.size() <= kMostRows) return filled;
  for (size_t row = 0; row < kMostRows; ++row) rows.push_back(filled[row * (filled.size() - 1) / (kMostRows - 1)]);
  return rows;
}

Cell cell_of(const Curve& curve, size_t place) {
  const double low = at(curve.low, place), high = at(curve.high, place);
  const auto mean = short_number(at(curve.mean, place));
  const bool spread = std::isfinite(low) && std::isfinite(high) && low < high;
  const auto text = spread ? fmt::format("{} ({} to {})", mean, short_number(low), short_number(high)) : mean;
  return {.text = lacks_seeds(curve, place) ? fmt::format("{}, {} of {} seeds", text, curve.seeds[place], most_seeds(curve)) : text,
          .numeric = true};
}

std::string figures_table(const CurveChart& chart) {
  Table table{.title = fmt::format("{} ({})", chart.title, chart.y_title), .header = {chart.x_title}, .rows = {}, .notes = {}};
  for (const auto& curve : chart.curves) table.header.push_back(curve.name);
  const auto rows = rows_of(chart);
  for (const size_t place : rows) {
    std::vector<Cell> row{{.text = short_number(chart.x[place]), .numeric = true}};
    for (const auto& curve : chart.curves) row.push_back(cell_of(curve, place));
    table.rows.push_back(std::move(row));
  }
  if (std::any_of(chart.curves.begin(), chart.curves.end(), [](const Curve& curve) { return !curve.low.empty(); }))
    table.notes.emplace_back("Mean over seeds, in brackets the smallest and the largest; where a run ended sooner, over the others.");
  if (rows.size() == kMostRows) table.notes.push_back(fmt::format("At most {} of the places, evenly chosen.", kMostRows));
  return html_table(table);
}

}  // namespace

CurveCharts::CurveCharts() : charts_(std::make_unique<Json>(Json::array())) {}
CurveCharts::~CurveCharts() = default;

bool CurveCharts::empty() const { return charts_->empty(); }

const Json& CurveCharts::json() const { return *charts_; }

std::string CurveCharts::add(const CurveChart& chart) {
  CurveChart drawn = chart;
  std::erase_if(drawn.curves, [](const Curve& curve) { return !has_values(curve); });
  if (drawn.curves.empty()) return "";
  const size_t number = charts_->size();
  charts_->push_back(chart_json(drawn));
  const auto words = escape_html(description(drawn));
  return fmt::format(
      "<figure class=\"chart curves\" id=\"chart-{0}\"><figcaption>{1}</figcaption>\n"
      "<div class=\"drawing\" role=\"img\" aria-label=\"{2}\" hidden></div><p class=\"readout\" aria-live=\"polite\" hidden></p>"
      "<div class=\"toggles\" role=\"group\" aria-label=\"Curves\" hidden></div>\n{3}</figure>\n",
      number, escape_html(drawn.title), words, folded("Figures", figures_table(drawn)));
}

}  // namespace vbench::report
