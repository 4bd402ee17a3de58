// What a reader does with the whole page of a report in a real browser: keys, buttons, light and dark.
#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>

#include "tests/browser/results_page.hpp"

namespace vbench {
namespace {

using test::ink_of;
using test::is_drawn;
using test::ResultsInBrowser;
using test::sample_report;
using testing::HasSubstr;

TEST_F(ResultsInBrowser, FollowsTheLightAndGrowsWithTheWindow) {
  live_->open(page_, {.dark = true});
  const cv::Rect top(0, 0, 1280, 300);
  EXPECT_LT(cv::mean(live_->picture(top))[1], 70);
  const auto dark = picture_of("#chart-0 .drawing");
  EXPECT_LT(cv::mean(dark)[1], 70);
  live_->prefer_dark(false);
  live_->settle();
  EXPECT_GT(cv::mean(live_->picture(top))[1], 200);
  EXPECT_GT(cv::mean(picture_of("#chart-0 .drawing"))[1], 200) << "drawn anew";
  EXPECT_TRUE(is_drawn(picture_of("#chart-0 .drawing")));
}

TEST_F(ResultsInBrowser, IsLightOrDarkAsTheReaderSays) {
  const auto brightness = [&] { return cv::mean(live_->picture({0, 0, 1280, 300}))[1]; };
  const auto choose = [&](const char* key) {  // as the system, light, dark
    focus("#theme");
    live_->press(key);
    live_->settle();
  };
  live_->open(page_);
  live_->press("Tab");
  live_->press("Tab");
  EXPECT_EQ(live_->evaluate("document.activeElement.id"), "theme") << "behind the link to the content";
  (void)picture_of("#chart-0 .drawing");
  choose("End");
  EXPECT_EQ(live_->evaluate("document.querySelector('#theme').value"), "dark");
  EXPECT_LT(brightness(), 70);
  EXPECT_LT(cv::mean(picture_of("#chart-0 .drawing"))[1], 70);
  EXPECT_TRUE(is_drawn(picture_of("#chart-0 .drawing"))) << "drawn anew";
  live_->open(page_);
  EXPECT_LT(brightness(), 70) << "the browser remembers";
  (void)live_->evaluate("window.dispatchEvent(new Event('beforeprint'))");
  EXPECT_GT(brightness(), 200) << "paper is light";
  (void)live_->evaluate("window.dispatchEvent(new Event('afterprint'))");
  EXPECT_LT(brightness(), 70);
  choose("ArrowUp");
  EXPECT_GT(brightness(), 200);
  live_->prefer_dark(true);
  live_->settle();
  EXPECT_GT(brightness(), 200) << "whatever the system likes";
  choose("Home");
  EXPECT_LT(brightness(), 70) << "as the system again";
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
