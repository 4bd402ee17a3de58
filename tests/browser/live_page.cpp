#include "tests/browser/live_page.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <opencv2/imgcodecs.hpp>
#include <stdexcept>

#include "harness/core/files.hpp"
#include "tests/browser/browser.hpp"

namespace vbench::test {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kPatience = 60'000;  // milliseconds; a machine may be busy

// What the browser reads from and writes to where it is given a pipe.
constexpr int kItsInput = 3, kItsOutput = 4;

std::vector<unsigned char> from_base64(const std::string& text) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::vector<unsigned char> bytes;
  uint32_t group = 0;
  int bits = 0;
  for (const char c : text) {
    const size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) continue;
    group = group << 6 | static_cast<uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<unsigned char>(group >> bits & 0xFF));
  }
  return bytes;
}

/// How the protocol names a key.
struct Key {
  const char* name;
  const char* code;
  int number;
  const char* text;
};

Key key_of(const std::string& name) {
  static const Key kKeys[] = {{"Tab", "Tab", 9, ""},
                              {"Enter", "Enter", 13, "\r"},
                              {" ", "Space", 32, " "},
                              {"Escape", "Escape", 27, ""},
                              {"Home", "Home", 36, ""},
                              {"End", "End", 35, ""},
                              {"ArrowLeft", "ArrowLeft", 37, ""},
                              {"ArrowUp", "ArrowUp", 38, ""},
                              {"ArrowRight", "ArrowRight", 39, ""},
                              {"ArrowDown", "ArrowDown", 40, ""},
                              {"j", "KeyJ", 74, "j"},
                              {"r", "KeyR", 82, "r"}};
  for (const auto& key : kKeys) {
    if (name == key.name) return key;
  }
  throw std::invalid_argument("no such key: " + name);
}

/// In the child process, where no memory may be asked for.
void become_browser(char** words, const char* log_file, int input, int output) {
  ::setpgid(0, 0);
  const int log = ::open(log_file, O_CREAT | O_WRONLY | O_APPEND, 0644);
  ::dup2(log, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  // Out of the way first: either may lie where the other is to be.
  const int far_input = ::fcntl(input, F_DUPFD, 10), far_output = ::fcntl(output, F_DUPFD, 10);
  ::dup2(far_input, kItsInput);
  ::dup2(far_output, kItsOutput);
  ::execvp(words[0], words);
  ::_exit(127);
}

}  // namespace

LivePage::LivePage(const fs::path& folder) : log_(folder / "browser.log") {
  auto words = browser_words(folder / "live_profile");
  words.insert(words.end(), {"--remote-debugging-pipe", "about:blank"});
  std::array<int, 2> down{}, up{};
  if (::pipe2(down.data(), O_CLOEXEC) != 0 || ::pipe2(up.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe for the browser");
  const std::string log = log_;
  std::vector<char*> argv;
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  browser_ = ::fork();
  if (browser_ == 0) become_browser(argv.data(), log.c_str(), down[0], up[1]);
  ::close(down[0]);
  ::close(up[1]);
  to_browser_ = down[1];
  from_browser_ = up[0];
  const auto target = call("Target.createTarget", {{"url", "about:blank"}});
  session_ = call("Target.attachToTarget", {{"targetId", target.at("targetId")}, {"flatten", true}}).at("sessionId");
  for (const char* domain : {"Page", "Network", "Runtime", "Log"}) call(std::string(domain) + ".enable");
}

LivePage::~LivePage() {
  ::kill(-browser_, SIGKILL);
  ::waitpid(browser_, nullptr, 0);
  ::close(to_browser_);
  ::close(from_browser_);
}

json LivePage::next_message() {
  while (received_.find('\0') == std::string::npos) {
    pollfd waiting{from_browser_, POLLIN, 0};
    std::array<char, 65536> bytes{};
    const ssize_t count = ::poll(&waiting, 1, kPatience) == 1 ? ::read(from_browser_, bytes.data(), bytes.size()) : 0;
    if (count <= 0) throw std::runtime_error("the browser says nothing any more; it wrote:\n" + (fs::exists(log_) ? read_file(log_) : ""));
    received_.append(bytes.data(), static_cast<size_t>(count));
  }
  const size_t end = received_.find('\0');
  auto message = json::parse(received_.substr(0, end));
  received_.erase(0, end + 1);
  return message;
}

void LivePage::take_event(const json& event) {
  const std::string name = event.at("method");
  const auto& parameters = event.at("params");
  events_.push_back(name);
  if (name == "Network.requestWillBeSent") {
    const std::string url = parameters.at("request").at("url");
    if (!url.starts_with("data:") && url != address_) requests_.push_back(url);
  }
  if (name == "Runtime.exceptionThrown") complaints_.push_back(parameters.at("exceptionDetails").dump());
  if (name == "Log.entryAdded") complaints_.push_back(parameters.at("entry").at("text"));
}

json LivePage::call(const std::string& method, json parameters) {
  const int64_t number = ++calls_;
  json request{{"id", number}, {"method", method}, {"params", std::move(parameters)}};
  if (!session_.empty()) request["sessionId"] = session_;
  const std::string text = request.dump() + '\0';
  for (size_t sent = 0; sent < text.size();) {
    const ssize_t count = ::write(to_browser_, text.data() + sent, text.size() - sent);
    if (count <= 0) throw std::runtime_error("the browser listens no more");
    sent += static_cast<size_t>(count);
  }
  while (true) {
    auto message = next_message();
    if (message.value("id", int64_t{0}) != number) {
      if (message.contains("method")) take_event(message);
      continue;
    }
    if (message.contains("error")) throw std::runtime_error(fmt::format("{}: {}", method, message.at("error").dump()));
    return message.at("result");
  }
}

void LivePage::wait_for(const std::string& event) {
  while (std::find(events_.begin(), events_.end(), event) == events_.end()) {
    const auto message = next_message();
    if (message.contains("method")) take_event(message);
  }
}

void LivePage::resize(const View& view) {
  call("Emulation.setDeviceMetricsOverride",
       {{"width", view.width}, {"height", view.height}, {"deviceScaleFactor", 1}, {"mobile", view.phone}});
  prefer_dark(view.dark);
}

void LivePage::open(const fs::path& page, const View& view, const std::string& address) {
  resize(view);
  events_.clear();
  call("Page.navigate", {{"url", "about:blank"}});  // so that another address of the same page is loaded anew
  wait_for("Page.loadEventFired");
  events_.clear();
  requests_.clear();
  complaints_.clear();
  address_ = "file://" + fs::absolute(page).string();
  call("Page.navigate", {{"url", address_ + address}});
  wait_for("Page.loadEventFired");
  settle();
}

void LivePage::prefer_dark(bool dark) {
  call("Emulation.setEmulatedMedia", {{"features", {{{"name", "prefers-color-scheme"}, {"value", dark ? "dark" : "light"}}}}});
}

json LivePage::evaluate(const std::string& expression) {
  const auto answer = call("Runtime.evaluate", {{"expression", expression}, {"returnByValue", true}, {"awaitPromise", true}});
  EXPECT_FALSE(answer.contains("exceptionDetails")) << expression << "\n" << answer.dump();
  return answer.at("result").value("value", json());
}

void LivePage::press(const std::string& name) {
  const Key key = key_of(name);
  json event{
      {"type", *key.text == '\0' ? "rawKeyDown" : "keyDown"}, {"key", key.name}, {"code", key.code}, {"windowsVirtualKeyCode", key.number}};
  if (*key.text != '\0') event["text"] = key.text;
  call("Input.dispatchKeyEvent", event);
  event["type"] = "keyUp";
  event.erase("text");
  call("Input.dispatchKeyEvent", event);
}

void LivePage::settle() {
  (void)evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 60))))");
}

cv::Mat LivePage::picture(const cv::Rect& area) {
  const auto answer = call("Page.captureScreenshot",
                           {{"format", "png"},
                            {"captureBeyondViewport", true},
                            {"clip", {{"x", area.x}, {"y", area.y}, {"width", area.width}, {"height", area.height}, {"scale", 1}}}});
  cv::Mat picture = cv::imdecode(from_base64(answer.at("data")), cv::IMREAD_COLOR);
  EXPECT_FALSE(picture.empty());
  return picture;
}

}  // namespace vbench::test
