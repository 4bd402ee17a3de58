// A real browser without a window: what a page became in it, and how it looks. Used by the tests of reports.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::test {

/// The program and its options, without what it is to do. @param profile  folder of its own files
[[nodiscard]] std::vector<std::string> browser_words(const std::filesystem::path& profile);

/// What a test says that is skipped for want of one.
inline constexpr const char* kNoBrowser = "Chromium is not installed (Debian package chromium): no page was looked at";

class Browser {
 public:
  /// Chromium is installed. Where it does not start, tests fail.
  [[nodiscard]] static bool available();

  /// @param folder  of the test's own, for the browser's files
  explicit Browser(std::filesystem::path folder) : folder_(std::move(folder)) {}

  bool dark = false;  ///< what the user prefers
  int width = 1280, height = 1600;

  /// The document after its scripts have run. @param address  what follows the path: "#q=dog"
  [[nodiscard]] std::string document(const std::filesystem::path& page, const std::string& address = "") const;
  /// CV_8UC3, of the page's top.
  [[nodiscard]] cv::Mat picture(const std::filesystem::path& page, const std::string& address = "") const;

 private:
  /// What it writes to stdout.
  [[nodiscard]] std::string run(const std::filesystem::path& page, const std::string& address, const std::string& what) const;

  std::filesystem::path folder_;
};

}  // namespace vbench::test
