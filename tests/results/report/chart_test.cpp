#include "results/report/chart.hpp"
#include "tests/results/report/page_parts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

namespace vbench::report {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// Numbers that a pattern's first group finds, in order.
std::vector<double> numbers(const std::string& text, const std::string& pattern) {
  std::vector<double> found;
  const std::regex expression(pattern);
  for (auto at = std::sregex_iterator(text.begin(), text.end(), expression); at != std::sregex_iterator(); ++at)
    found.push_back(std::stod((*at)[1]));
  return found;
}

Chart one_line(const std::vector<std::pair<double, double>>& points) {
  return {.title = "Title", .x_title = "across", .y_title = "up", .series = {{"line", 0, points}}};
}

TEST(Ticks, AreRoundAndWithinTheirRange) {
  EXPECT_THAT(ticks(0, 1, 6),
              ElementsAre(0, testing::DoubleEq(0.2), testing::DoubleEq(0.4), testing::DoubleEq(0.6), testing::DoubleEq(0.8), 1));
  EXPECT_THAT(ticks(0, 37, 6), ElementsAre(0, 10, 20, 30));
  EXPECT_THAT(ticks(3, 28, 6), ElementsAre(5, 10, 15, 20, 25));
  EXPECT_FALSE(std::signbit(ticks(0, 37, 6).front()));
  for (const double high : {1e-3, 0.7, 5.0, 99.0, 123456.0}) EXPECT_LE(ticks(0, high, 6).size(), 6U) << high;
  EXPECT_THAT(ticks(2, 2, 6), ElementsAre(2));
}

TEST(Ticks, AreFewWhateverTheRange) {
  for (const double high : {2.5e-323, 1e-310, 3e-308, 1e-300, 1e300, 1e308, 1.7e308}) {
    const auto all = ticks(0, high, 6);
    EXPECT_THAT(all, testing::Each(testing::Truly([](double tick) { return std::isfinite(tick); }))) << high;
    EXPECT_LE(all.size(), 6U) << high;
    EXPECT_EQ(all.at(0), 0) << high;
  }
}

TEST(LineChart, PutsPointsWhereTheyBelong) {
  const auto svg = line_chart(one_line({{1, 0}, {2, 5}, {3, 10}}));
  const auto x = numbers(svg, "cx=\"([0-9.]+)\""), y = numbers(svg, "cy=\"([0-9.]+)\"");
  ASSERT_EQ(x.size(), 3U);
  EXPECT_NEAR(x[1] - x[0], x[2] - x[1], 0.11);
  EXPECT_NEAR(y[0] - y[1], y[1] - y[2], 0.11) << "upwards";
  EXPECT_GT(y[0], y[2] + 100);
  const auto axis = numbers(svg, "class=\"axis\" x1=\"[0-9.]+\" x2=\"[0-9.]+\" y1=\"([0-9.]+)\"");
  EXPECT_NEAR(y[0], axis.back(), 0.1) << "0 lies on the axis";
}

TEST(LineChart, HasTitlesLegendAndWords) {
  auto chart = one_line({{1, 2}, {2, 8}});
  chart.series.push_back({"nothing", 1, {}});
  const auto svg = line_chart(chart);
  for (const char* text : {"<figcaption>Title</figcaption>", ">across<", ">up<", "line: 2 to 8"}) EXPECT_THAT(svg, HasSubstr(text));
  EXPECT_THAT(svg, Not(HasSubstr("nothing"))) << "a line without points has no place in the legend";
  EXPECT_EQ(count(svg, "<li>"), 1U);
}

TEST(LineChart, BreaksLinesWhereThereIsNoNumber) {
  const auto svg = line_chart(one_line({{1, 1}, {2, 2}, {3, NAN}, {4, INFINITY}, {5, 3}, {6, 4}}));
  const std::string path = svg.substr(svg.find("<path"), svg.find("/>", svg.find("<path")) - svg.find("<path"));
  EXPECT_EQ(count(path, "M"), 2U) << path;
  EXPECT_EQ(count(svg, "<circle"), 4U);
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(LineChart, ManyPointsAreALineWithoutDots) {
  std::vector<std::pair<double, double>> points;
  for (int i = 0; i < 400; ++i) points.emplace_back(i, i);
  EXPECT_EQ(count(line_chart(one_line(points)), "<circle"), 0U);
}

TEST(LineChart, OnePointOrOneValueIsNoTrouble) {
  for (const auto& points : {std::vector<std::pair<double, double>>{{3, 4}}, {{1, 0}, {2, 0}}}) {
    const auto svg = line_chart(one_line(points));
    EXPECT_THAT(svg, HasSubstr("<circle"));
    EXPECT_THAT(svg, Not(HasSubstr("nan")));
  }
  EXPECT_THAT(line_chart(one_line({})), HasSubstr("No figures"));
}

TEST(LineChart, TinyAndHugeNumbersStayNumbers) {
  for (const double value : {2.5e-323, 1e-310, 1e15, 1e308}) {
    const auto svg = line_chart(one_line({{1, value}, {2, value}}));
    EXPECT_THAT(svg, Not(HasSubstr("nan"))) << value;
    EXPECT_THAT(svg, Not(HasSubstr("inf"))) << value;
  }
}

TEST(LineChart, TextsCannotBreakOut) {
  auto chart = one_line({{1, 1}, {2, 2}});
  chart.title = chart.x_title = chart.y_title = chart.series[0].name = "\"><script>x</script>";
  EXPECT_THAT(line_chart(chart), Not(HasSubstr("<script")));
  EXPECT_THAT(line_chart(chart), Not(HasSubstr("\"\">")));
}

}  // namespace
}  // namespace vbench::report
