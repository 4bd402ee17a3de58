// A page that stays open in a real browser: it is asked, given keys and looked at (Chrome DevTools Protocol over a pipe). Used by the tests
// of reports.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::test {

struct View {
  int width = 1280, height = 1000;
  bool phone = false;  ///< as phones lay out pages
  bool dark = false;   ///< what the user prefers
};

class LivePage {
 public:
  /// Starts a browser. @param folder  of the test's own, for the browser's files
  explicit LivePage(const std::filesystem::path& folder);
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;
  ~LivePage();

  /// Waits until it is loaded and has settled.
  void open(const std::filesystem::path& page, const View& view = {}, const std::string& address = "");
  /// The window or the screen, without loading anything.
  void resize(const View& view);
  /// What the user prefers, from now on.
  void prefer_dark(bool dark);
  /// The value of an expression, after promises.
  nlohmann::json evaluate(const std::string& expression);
  /// A key as people press it: "Tab", "Enter", " ", "ArrowRight", "j".
  void press(const std::string& key);
  /// After what is to be drawn has been drawn.
  void settle();
  /// CV_8UC3. @param area  of the whole page, in its pixels
  [[nodiscard]] cv::Mat picture(const cv::Rect& area);

  /// What was asked for since the page was opened, itself left out, and what its scripts complained of.
  [[nodiscard]] const std::vector<std::string>& requests() const { return requests_; }
  [[nodiscard]] const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  nlohmann::json call(const std::string& method, nlohmann::json parameters = nlohmann::json::object());
  [[nodiscard]] nlohmann::json next_message();
  void take_event(const nlohmann::json& event);
  void wait_for(const std::string& event);

  std::filesystem::path log_;
  pid_t browser_ = -1;
  int to_browser_ = -1, from_browser_ = -1;
  int64_t calls_ = 0;
  std::string session_, received_, address_;
  std::vector<std::string> events_, requests_, complaints_;
};

}  // namespace vbench::test
