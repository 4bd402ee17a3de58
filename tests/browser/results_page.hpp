// The whole page of a report, open in a real browser, and what it draws. Used by the tests of that page.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

#include "harness/core/files.hpp"
#include "tests/browser/browser.hpp"
#include "tests/browser/live_page.hpp"
#include "tests/browser/pictures.hpp"
#include "tests/results/report/sample_report.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {

/// Something that is drawn, as it looks.
struct Drawing {
  std::string name;  ///< "curves chart-3"
  cv::Mat picture;
};

class ResultsInBrowser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!Browser::available()) GTEST_SKIP() << kNoBrowser;
    static const TemporaryFolder profile;
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
      const nlohmann::json has = live_->evaluate(fmt::format(
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
  [[nodiscard]] static std::string with_data(std::string text, const std::string& id, const std::function<void(nlohmann::json&)>& change) {
    const std::string begin = "<script type=\"application/json\" id=\"" + id + "\">";
    const size_t at = text.find(begin) + begin.size(), end = text.find("</script>", at);
    auto data = nlohmann::json::parse(text.substr(at, end - at));
    change(data);
    return text.replace(at, end - at, data.dump());
  }

  [[nodiscard]] static std::string whole_page() {
    auto report = sample_report();
    report.clusters = sample_page(strip_of_pictures());
    return report_page(report);
  }

  [[nodiscard]] std::string text_of(const std::string& selector) const {
    return live_->evaluate("document.querySelector('" + selector + "').textContent");
  }
  void focus(const std::string& selector) const { (void)live_->evaluate("document.querySelector('" + selector + "').focus()"); }

  TemporaryFolder folder_;
  std::filesystem::path page_ = folder_ / "page.html";
  LivePage* live_ = nullptr;
};

}  // namespace vbench::test
