// What the whole page of a report draws in a real browser, on wide and narrow screens, in the light and in the dark.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <regex>

#include "tests/browser/results_page.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::colour_of;
using test::Drawing;
using test::is_drawn;
using test::ResultsInBrowser;
using test::sample_report;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;

TEST_F(ResultsInBrowser, EverythingIsDrawnInTheLightAndInTheDark) {
  write(whole_page());
  for (const bool dark : {false, true}) {
    open_whole(dark);
    const auto all = drawings();
    const auto of_kind = [&](const std::string& kind) {
      return std::count_if(all.begin(), all.end(), [&](const Drawing& each) { return each.name.starts_with(kind + " "); });
    };
    EXPECT_GT(of_kind("curves"), 10);
    EXPECT_EQ(of_kind("matrix"), 2) << "of valid runs and of INVALID ones";
    EXPECT_EQ(of_kind("plot"), 2) << "sizes of the best head, labellings";
    EXPECT_EQ(of_kind("strip"), 12);
    EXPECT_EQ(of_kind("bar"), 4);
    for (const auto& each : all) EXPECT_TRUE(is_drawn(each.picture)) << each.name << (dark ? ", dark" : ", light");
    EXPECT_THAT(missing_curves(), IsEmpty()) << (dark ? "dark" : "light");
    EXPECT_THAT(live_->complaints(), IsEmpty());
  }
}

TEST_F(ResultsInBrowser, WhatIsEmptyIsSeenToBeEmpty) {
  const auto no_values = [](json& curve, size_t places) {
    for (const char* part : {"mean", "low", "high"}) curve[part] = std::vector<json>(places);
  };
  auto text = with_data(whole_page(), "curve-data", [&](json& all) {
    for (auto& curve : all.at(2).at("curves")) no_values(curve, all.at(2).at("x").size());
    no_values(all.at(4).at("curves").at(1), all.at(4).at("x").size());
  });
  text = with_data(text, "matrix-data", [](json& all) { all.at(1)["cells"] = json::array(); });
  text = with_data(text, "strips", [](json& all) { all.begin().value() = ""; });
  // The lines of the last chart that needs no script: labellings.
  const std::regex lines("<path d=\"[^\"]*\"/>(<circle[^>]*>.*?</circle>)*");
  const size_t last = text.find("Labels over time");
  text = text.substr(0, last) + std::regex_replace(text.substr(last), lines, "");
  for (const bool dark : {false, true}) {
    write(text);
    open_whole(dark);
    EXPECT_THAT(empty_drawings(),
                ElementsAre("curves chart-2", "matrix matrix-1", "strip violinvideo_011", "plot Labels over time, mean over heads"));
    EXPECT_THAT(missing_curves(), ElementsAre("0 of curves chart-2", "1 of curves chart-2", "1 of curves chart-4"));
  }
}

TEST_F(ResultsInBrowser, NoCurveIsDrawnWithoutTheLibraryThatDrawsThem) {
  write(std::regex_replace(whole_page(), std::regex("var uPlot="), "var nothing="));
  open_whole(false);
  std::vector<std::string> curves;
  for (const auto& each : drawings()) {
    if (each.name.starts_with("curves ")) curves.push_back(each.name);
  }
  EXPECT_GT(curves.size(), 10U);
  EXPECT_THAT(empty_drawings(), ElementsAreArray(curves));
}

/// Of the pixel that stands out most against what most of a picture is (WCAG 2.2).
double best_contrast(const cv::Mat& picture) {
  cv::Mat linear;
  picture.convertTo(linear, CV_64FC3, 1 / 255.0);
  std::vector<double> luminances;
  for (auto at = linear.begin<cv::Vec3d>(); at != linear.end<cv::Vec3d>(); ++at) {
    const auto part = [](double value) { return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4); };
    luminances.push_back(0.0722 * part((*at)[0]) + 0.7152 * part((*at)[1]) + 0.2126 * part((*at)[2]));
  }
  std::sort(luminances.begin(), luminances.end());
  const double most = luminances[luminances.size() / 2];
  return std::max((luminances.back() + 0.05) / (most + 0.05), (most + 0.05) / (luminances.front() + 0.05));
}

TEST_F(ResultsInBrowser, CountsInMatricesCanBeRead) {
  // Of ten items: 1 to 9 of the second class are taken for the first.
  for (const int taken : {1, 3, 5, 7, 9}) {
    write(with_data(report_page(sample_report()), "matrix-data", [&](json& all) {
      all.at(0)["cells"] = json::array({{0, 0, 10}, {1, 0, taken}, {1, 1, 10 - taken}});
    }));
    for (const bool dark : {false, true}) {
      live_->open(page_, {.dark = dark});
      const auto canvas = picture_of("#matrix-0 canvas");
      constexpr int kCell = 56;  // four classes; the names before them take the rest
      const int first = canvas.cols - 4 * kCell;
      ASSERT_GT(first, 40);
      for (const int column : {0, 1}) {
        const auto cell = canvas(cv::Rect(first + column * kCell + 3, first + kCell + 3, kCell - 6, kCell - 6));
        EXPECT_GT(best_contrast(cell), 4) << taken << " of 10, column " << column << (dark ? ", dark" : ", light");
      }
    }
  }
}

TEST_F(ResultsInBrowser, BandsOfSeedsAreSeen) {
  live_->open(page_);
  // A band is a little coloured: neither as a curve nor as the card behind it.
  const auto paint = [&](const std::string& selector) {
    const auto colour = colour_of(picture_of(selector));
    return cv::countNonZero((colour > 15) & (colour <= 60));
  };
  const int with_bands = paint("#chart-0 .drawing");
  auto text = report_page(sample_report());
  write(std::regex_replace(text, std::regex("\"(low|high)\":"), "\"other\":"));
  live_->open(page_);
  EXPECT_GT(with_bands, 4 * paint("#chart-0 .drawing"));
}

TEST_F(ResultsInBrowser, AsksNobodyForAnything) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  write(report_page(report));
  live_->open(page_);
  (void)empty_drawings();
  EXPECT_THAT(live_->requests(), IsEmpty());
  EXPECT_THAT(live_->complaints(), IsEmpty()) << "nothing that the policy had to forbid";
  // A page that does ask is caught.
  write(std::regex_replace(report_page(report), std::regex("<main"), "<img src=\"other.png\" alt=\"\"><main"));
  live_->open(page_);
  EXPECT_FALSE(live_->complaints().empty() && live_->requests().empty());
}

TEST_F(ResultsInBrowser, FitsAPhone) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  write(report_page(report));
  for (const int width : {320, 360, 412}) {
    live_->open(page_, {.width = width, .height = 800, .phone = true});
    (void)live_->evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })");
    live_->settle();
    EXPECT_EQ(
        live_->evaluate("Array.from(document.querySelectorAll('body *')).filter((e) => !e.closest('.table-box, .tools, .index') &&"
                        " e.getBoundingClientRect().right > document.documentElement.clientWidth).map((e) => e.outerHTML.slice(0, 150))"),
        json::array());
    EXPECT_EQ(live_->evaluate("innerWidth"), width) << "nothing made the browser zoom out";
    EXPECT_EQ(live_->evaluate("document.documentElement.scrollWidth"), width);
    EXPECT_GT(live_->evaluate("Array.from(document.querySelectorAll('.table-box')).filter((b) => b.scrollWidth > b.clientWidth).length"), 0)
        << "wide tables scroll in their boxes";
    EXPECT_TRUE(is_drawn(picture_of("#chart-0 .drawing")));
    EXPECT_LE(live_->evaluate("document.querySelector('#chart-0 canvas').getBoundingClientRect().right"), width);
    EXPECT_LE(live_->evaluate("document.querySelector('#matrix-0 canvas').getBoundingClientRect().right"), width);
  }
}

}  // namespace
}  // namespace vbench
