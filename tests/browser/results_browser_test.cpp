// The whole page of a report in a real browser: every chart is drawn, keys reach everything, phones and dark rooms are no trouble.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <opencv2/imgproc.hpp>
#include <regex>

#include "harness/core/files.hpp"
#include "tests/browser/browser.hpp"
#include "tests/browser/live_page.hpp"
#include "tests/browser/pictures.hpp"
#include "tests/results/report/sample_report.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::Browser;
using test::colour_of;
using test::ink_of;
using test::is_drawn;
using test::LivePage;
using test::sample_report;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
namespace fs = std::filesystem;

/// Something that is drawn, as it looks.
struct Drawing {
  std::string name;  ///< "curves chart-3"
  cv::Mat picture;
};

class ResultsInBrowser : public testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::available()) GTEST_SKIP() << test::kNoBrowser;
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

  /// Opens the page in a window so high that all of it is in sight, charts that were folded too.
  void open_whole(bool dark) const {
    live_->open(page_, {.dark = dark});
    const int height = live_->evaluate(
        "(() => { document.querySelectorAll('details:has(.chart)').forEach((d) => { d.open = true; });"
        " return document.documentElement.scrollHeight; })()");
    live_->resize({.height = height, .dark = dark});
    live_->settle();
  }

  /// All that an open page draws, from one picture of it.
  [[nodiscard]] std::vector<Drawing> drawings() const {
    const auto boxes =
        live_->evaluate(R"js(Array.from(document.querySelectorAll('.drawing, svg.plot, .strip:not(.gone), .bar')).map((e) => {
      const b = e.getBoundingClientRect(), f = e.closest('figure, article');
      const kind = e.closest('.curves, .matrix');
      return [(kind ? kind.classList[1] : e.classList[0]) + ' ' + (f.id || f.querySelector('figcaption').textContent),
              Math.round(b.x + scrollX), Math.round(b.y + scrollY), Math.round(b.width), Math.round(b.height)]; }))js");
    const cv::Rect all(0, 0, 1280, live_->evaluate("document.documentElement.scrollHeight"));
    const auto whole = live_->picture(all);
    std::vector<Drawing> found;
    for (const auto& box : boxes) {
      const cv::Rect place = cv::Rect(box[1], box[2], box[3], box[4]) & all;
      found.push_back({box[0], place.empty() ? cv::Mat() : whole(place)});
    }
    return found;
  }

  /// Those in which nothing runs from side to side.
  [[nodiscard]] std::vector<std::string> empty_drawings() const {
    std::vector<std::string> empty;
    for (const auto& drawing : drawings()) {
      if (!is_drawn(drawing.picture)) empty.push_back(drawing.name);
    }
    return empty;
  }

  /// Curves that are not seen though no other one is shown: "2 of curves chart-0", from 0.
  [[nodiscard]] std::vector<std::string> missing_curves() const {
    std::vector<std::string> missing;
    const int most = live_->evaluate("Math.max(...Array.from(document.querySelectorAll('.toggles')).map((t) => t.children.length))");
    for (int curve = 0; curve < most; ++curve) {
      const json has = live_->evaluate(fmt::format(
          "Array.from(document.querySelectorAll('.toggles')).map((t) => {{ Array.from(t.children).forEach((b, i) => {{"
          " if ((b.getAttribute('aria-pressed') === 'true') !== (i === {0})) b.click(); }}); return t.children.length > {0}; }})",
          curve));
      live_->settle();
      const auto all = drawings();
      size_t chart = 0;
      for (const auto& drawing : all) {
        if (!drawing.name.starts_with("curves")) continue;
        if (has.at(chart++).get<bool>() && !is_drawn(drawing.picture)) missing.push_back(fmt::format("{} of {}", curve, drawing.name));
      }
    }
    return missing;
  }

  /// A page with some of its data replaced. @param id  of their element
  [[nodiscard]] static std::string with_data(std::string text, const std::string& id, const std::function<void(json&)>& change) {
    const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
    const size_t at = text.find(begin) + begin.size(), end = text.find("</script>", at);
    auto data = json::parse(text.substr(at, end - at));
    change(data);
    return text.replace(at, end - at, data.dump());
  }

  [[nodiscard]] static std::string whole_page() {
    auto report = sample_report();
    report.clusters = test::sample_page(test::strip_of_pictures());
    return report_page(report);
  }

  [[nodiscard]] std::string text_of(const std::string& selector) const {
    return live_->evaluate("document.querySelector('" + selector + "').textContent");
  }
  void focus(const std::string& selector) const { (void)live_->evaluate("document.querySelector('" + selector + "').focus()"); }

  test::TemporaryFolder folder_;
  fs::path page_ = folder_ / "page.html";
  LivePage* live_ = nullptr;
};

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
