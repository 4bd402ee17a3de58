#include "tests/browser/browser.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <opencv2/imgcodecs.hpp>
#include <thread>

#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::test {
namespace fs = std::filesystem;
namespace {

constexpr const char* kProgram = "chromium";
constexpr auto kLimit = std::chrono::seconds(60);  // it takes two; a machine may be busy

void redirect(const fs::path& path, int descriptor) {
  const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC, 0644);
  ::dup2(file, descriptor);
  ::close(file);
}

/// To its end, or to the limit. The program is the leader of a group, so that its own processes end with it.
int run_to_end(std::vector<std::string> words, const fs::path& out, const fs::path& err) {
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    ::setpgid(0, 0);
    redirect(out, STDOUT_FILENO);
    redirect(err, STDERR_FILENO);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  const auto end = std::chrono::steady_clock::now() + kLimit;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() > end) {
      ::kill(-child, SIGKILL);
      ::waitpid(child, &status, 0);
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

std::vector<std::string> browser_words(const fs::path& profile) {
  return {kProgram, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
          "--force-device-scale-factor=1",
          // Pages of the test's own; the browser itself has nothing to ask for.
          "--disable-background-networking", "--no-first-run", "--disable-extensions", "--disable-component-update",
          fmt::format("--user-data-dir={}", profile.string())};
}

bool Browser::available() {
  const char* path = std::getenv("PATH");
  const auto folders = split(path == nullptr ? "/usr/bin:/bin" : path, ':');
  return std::any_of(folders.begin(), folders.end(),
                     [](const std::string& folder) { return ::access((fs::path(folder) / kProgram).c_str(), X_OK) == 0; });
}

std::string Browser::run(const fs::path& page, const std::string& address, const std::string& what) const {
  auto words = browser_words(folder_ / "profile");
  words.insert(words.end(),
               {fmt::format("--blink-settings=preferredColorScheme={}", dark ? 0 : 1), fmt::format("--window-size={},{}", width, height),
                "--virtual-time-budget=2000", what, "file://" + fs::absolute(page).string() + address});
  const int code = run_to_end(words, folder_ / "out", folder_ / "err");
  EXPECT_EQ(code, 0) << read_file(folder_ / "err");
  return read_file(folder_ / "out");
}

std::string Browser::document(const fs::path& page, const std::string& address) const { return run(page, address, "--dump-dom"); }

cv::Mat Browser::picture(const fs::path& page, const std::string& address) const {
  const fs::path file = folder_ / "picture.png";
  (void)run(page, address, "--screenshot=" + file.string());
  cv::Mat picture = cv::imread(file.string());
  EXPECT_FALSE(picture.empty()) << read_file(folder_ / "err");
  return picture;
}

}  // namespace vbench::test
