// The whole page of a report in a real browser: every chart is drawn, keys reach everything, phones and dark rooms are no trouble.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>
#include <regex>

#include "harness/core/files.hpp"
#include "tests/browser/browser.hpp"
#include "tests/browser/live_page.hpp"
#include "tests/results/report/sample_report.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::Browser;
using test::LivePage;
using test::sample_report;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

/// Ink: pixels of a colour that is no grey, as curves and cells are and axes are not.
cv::Mat ink_of(const cv::Mat& picture) {
  std::vector<cv::Mat> channels;
  cv::split(picture, channels);
  const cv::Mat most = cv::max(cv::max(channels[0], channels[1]), channels[2]),
                least = cv::min(cv::min(channels[0], channels[1]), channels[2]);
  return most - least > 60;
}

class ResultsInBrowser : public testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::available()) GTEST_SKIP() << "chromium is not there: no page was looked at";
    static const test::TemporaryFolder profile;
    static LivePage shared(profile.path());  // starting a browser takes longer than everything else
    live_ = &shared;
    write(report_page(sample_report()));
  }

  void write(const std::string& text) const { write_file_atomically(page_, text); }

  /// Brought into view; nothing if it is not there or takes no place.
  [[nodiscard]] cv::Mat picture_of(const std::string& selector) const {
    const auto box = live_->evaluate(
        "(() => { const e = document.querySelector('" + selector +
        "'); if (!e) return null; for (let d = e.closest('details'); d; d = d.parentElement.closest('details')) d.open = true;"
        " e.scrollIntoView({block: 'center'}); return 1; })()");
    if (box.is_null()) return {};
    live_->settle();
    const auto area =
        live_->evaluate("(() => { const b = document.querySelector('" + selector +
                        "').getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height].map(Math.round); })()");
    const cv::Rect place(area[0], area[1], area[2], area[3]);
    return place.empty() ? cv::Mat() : live_->picture(place);
  }

  /// Whether something runs across a drawing: axes alone do not.
  [[nodiscard]] bool is_drawn(const std::string& selector) const {
    const auto picture = picture_of(selector);
    if (picture.empty()) return false;
    const auto ink = ink_of(picture);
    return cv::countNonZero(ink) > 100 && cv::boundingRect(ink).width > picture.cols / 3;
  }

  /// Numbers of the charts that show nothing.
  [[nodiscard]] std::vector<int> empty_charts() const {
    std::vector<int> empty;
    const int charts = live_->evaluate("document.querySelectorAll('.curves').length");
    for (int i = 0; i < charts; ++i) {
      if (!is_drawn("#chart-" + std::to_string(i) + " .drawing")) empty.push_back(i);
    }
    return empty;
  }

  [[nodiscard]] std::string text_of(const std::string& selector) const {
    return live_->evaluate("document.querySelector('" + selector + "').textContent");
  }
  void focus(const std::string& selector) const { (void)live_->evaluate("document.querySelector('" + selector + "').focus()"); }

  test::TemporaryFolder folder_;
  fs::path page_ = folder_ / "page.html";
  LivePage* live_ = nullptr;
};

TEST_F(ResultsInBrowser, EveryChartIsDrawn) {
  live_->open(page_);
  EXPECT_GT(live_->evaluate("document.querySelectorAll('.curves').length"), 10);
  EXPECT_THAT(empty_charts(), IsEmpty());
  EXPECT_TRUE(is_drawn("#matrix-0 .drawing"));
  EXPECT_THAT(live_->complaints(), IsEmpty());
}

TEST_F(ResultsInBrowser, AnEmptyChartIsSeenToBeEmpty) {
  auto text = report_page(sample_report());
  const std::string begin = "<script type=\"application/json\" id=\"curve-data\">";
  const size_t at = text.find(begin) + begin.size(), end = text.find("</script>", at);
  auto charts = json::parse(text.substr(at, end - at));
  for (auto& curve : charts.at(2).at("curves")) {
    for (const char* part : {"mean", "low", "high"}) curve[part] = std::vector<json>(charts.at(2).at("x").size());
  }
  write(text.replace(at, end - at, charts.dump()));
  live_->open(page_);
  EXPECT_THAT(empty_charts(), ElementsAre(2));
  // Nor does any survive without the library that draws them.
  const auto whole = report_page(sample_report());
  write(std::regex_replace(whole, std::regex("var uPlot="), "var nothing="));
  live_->open(page_);
  EXPECT_EQ(empty_charts().size(), charts.size());
}

TEST_F(ResultsInBrowser, AsksNobodyForAnything) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  write(report_page(report));
  live_->open(page_);
  (void)empty_charts();
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
    EXPECT_TRUE(is_drawn("#chart-0 .drawing"));
    EXPECT_LE(live_->evaluate("document.querySelector('#chart-0 canvas').getBoundingClientRect().right"), width);
    EXPECT_LE(live_->evaluate("document.querySelector('#matrix-0 canvas').getBoundingClientRect().right"), width);
  }
}

TEST_F(ResultsInBrowser, FollowsTheLightAndGrowsWithTheWindow) {
  live_->open(page_, {.dark = true});
  const cv::Rect top(0, 0, 1280, 300);
  EXPECT_LT(cv::mean(live_->picture(top))[1], 70);
  const auto dark = picture_of("#chart-0 .drawing");
  EXPECT_LT(cv::mean(dark)[1], 70);
  EXPECT_THAT(empty_charts(), IsEmpty());
  live_->prefer_dark(false);
  live_->settle();
  EXPECT_GT(cv::mean(live_->picture(top))[1], 200);
  EXPECT_GT(cv::mean(picture_of("#chart-0 .drawing"))[1], 200) << "drawn anew";
  EXPECT_TRUE(is_drawn("#chart-0 .drawing"));
}

TEST_F(ResultsInBrowser, KeysReachEverythingAndAreSeenWhereTheyAre) {
  live_->open(page_);
  live_->press("Tab");
  EXPECT_EQ(text_of(":focus"), "Skip to the content");
  live_->press("Enter");
  EXPECT_EQ(live_->evaluate("document.activeElement.id"), "content");
  const int wanted = live_->evaluate(
      "Array.from(document.querySelectorAll('main a, main button, main summary, main [tabindex=\"0\"]')).filter((e) => "
      "e.checkVisibility()).length");
  ASSERT_GT(wanted, 20);
  int reached = 0;
  for (int i = 0; i < wanted; ++i) {
    live_->press("Tab");
    const auto look = live_->evaluate(
        "(() => { const e = document.activeElement, s = getComputedStyle(e);"
        " return [document.querySelector('main').contains(e), s.outlineStyle, parseFloat(s.outlineWidth)]; })()");
    if (!look[0].get<bool>()) break;
    ++reached;
    ASSERT_NE(look[1], "none") << "after " << i << " steps";
    ASSERT_GE(look[2], 1);
  }
  EXPECT_EQ(reached, wanted);
  EXPECT_EQ(live_->evaluate("document.querySelectorAll('[tabindex]:not([tabindex=\"0\"]):not([tabindex=\"-1\"])').length"), 0)
      << "in the order of the page";
}

TEST_F(ResultsInBrowser, ButtonsHideCurves) {
  live_->open(page_);
  const std::string drawing = "#chart-0 .drawing";
  const int before = cv::countNonZero(ink_of(picture_of(drawing)));
  focus("#chart-0 .toggle");
  EXPECT_THAT(text_of("#chart-0 .toggle"), HasSubstr("learning_rate=0.001"));
  live_->press(" ");
  live_->settle();
  EXPECT_EQ(live_->evaluate("document.querySelector('#chart-0 .toggle').getAttribute('aria-pressed')"), "false");
  const int after = cv::countNonZero(ink_of(picture_of(drawing)));
  EXPECT_LT(after, before * 3 / 4);
  live_->press("Enter");
  live_->settle();
  EXPECT_EQ(cv::countNonZero(ink_of(picture_of(drawing))), before);
}

TEST_F(ResultsInBrowser, ArrowKeysReadChartsAndMatrices) {
  live_->open(page_);
  (void)picture_of("#chart-0 .drawing");
  focus("#chart-0 .drawing");
  live_->press("ArrowRight");
  EXPECT_THAT(text_of("#chart-0 .readout"), HasSubstr("epoch 1: "));
  live_->press("ArrowRight");
  // Training loss of epoch 2: 2 * (1.2 - 2/12) * (1.1, 1.2, 1.3), by hand.
  EXPECT_THAT(text_of("#chart-0 .readout"), HasSubstr("epoch 2: yc2-100m learning_rate=0.001: 2.48 (2.273 to 2.687); "));
  live_->press("End");
  EXPECT_THAT(text_of("#chart-0 .readout"), HasSubstr("epoch 12: "));
  live_->press("Escape");
  EXPECT_EQ(text_of("#chart-0 .readout"), "");
  (void)picture_of("#matrix-0 .drawing");
  focus("#matrix-0 .drawing");
  live_->press("ArrowDown");
  EXPECT_EQ(text_of("#matrix-0 .readout"), "archery, rightly named: 10 of 10, 100.0 %");
  live_->press("ArrowDown");
  EXPECT_EQ(text_of("#matrix-0 .readout"), "bowling, taken for archery: 4 of 10, 40.0 %");
}

TEST_F(ResultsInBrowser, HostileNamesAreShownAndDoNothing) {
  live_->open(page_);
  EXPECT_EQ(live_->evaluate("document.title"), "2 methods on 2 datasets");
  EXPECT_EQ(live_->evaluate("document.querySelectorAll('main img, main i:not(.swatch)').length"), 0);
  EXPECT_THAT(text_of("main"), HasSubstr(test::kHostileVideo));
}

TEST_F(ResultsInBrowser, KeysOfClustersAreTheirsAlone) {
  auto report = sample_report();
  report.clusters = test::sample_page();
  write(report_page(report));
  live_->open(page_);
  live_->press("j");
  EXPECT_EQ(live_->evaluate("location.hash"), "") << "far from the clusters";
  (void)live_->evaluate("document.querySelector('#cards').scrollIntoView()");
  live_->settle();
  live_->press("j");
  EXPECT_EQ(live_->evaluate("location.hash"), "#cluster-0");
  live_->open(page_, {}, "#runs");
  EXPECT_EQ(live_->evaluate("document.querySelectorAll('.card:not([hidden])').length"), 4) << "a link to a section is no search";
}

}  // namespace
}  // namespace vbench
