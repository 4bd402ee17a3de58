#include "harness/core/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "harness/core/text.hpp"

namespace vbench {
namespace {

constexpr double kRedrawSeconds = 0.1;  // a terminal
constexpr double kLogSeconds = 10.0;    // a log: one line every so often
constexpr int kBarCells = 20;
constexpr std::string_view kClearLine = "\r\x1b[K";

int terminal_width(int descriptor) {
  winsize size{};
  if (::ioctl(descriptor, TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 100;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string bar(double share) {
  const int full = static_cast<int>(std::lround(share * kBarCells));
  std::string cells;
  for (int i = 0; i < kBarCells; ++i) cells += i < full ? "█" : "░";
  return cells;
}

}  // namespace

std::string format_duration(double seconds) {
  const auto whole = static_cast<int64_t>(std::llround(std::max(0.0, seconds)));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

Progress::Progress(Verbosity verbosity, int descriptor)
    : verbosity_(verbosity), descriptor_(descriptor), terminal_(::isatty(descriptor) == 1) {}

Progress::~Progress() { end(); }

void Progress::begin(std::string title, int64_t total, int64_t done) {
  end();
  const auto now = std::chrono::steady_clock::now();
  now_ = {.active = true, .title = std::move(title), .total = total, .done = done, .started = now, .last_update = now, .last_draw = now};
}

void Progress::begin_inside(std::string title, int64_t total) {
  waiting_.push_back(std::exchange(now_, {}));
  begin(std::move(title), total);
}

void Progress::end_inside() {
  if (waiting_.empty()) return;
  clear_bar();
  const auto begun = now_.started;
  now_ = std::move(waiting_.back());
  waiting_.pop_back();
  const auto waited = std::chrono::steady_clock::now() - begun;
  for (auto* time : {&now_.started, &now_.last_update, &now_.last_draw}) *time += waited;
}

void Progress::update(int64_t done, const std::string& note) {
  if (!now_.active) return;
  if (done > now_.done) {
    const double now = seconds_since(now_.last_update) / static_cast<double>(done - now_.done);
    // Exponential smoothing: the ETA follows a changing rate without jumping at every step.
    now_.seconds_per_item = now_.seconds_per_item == 0 ? now : 0.9 * now_.seconds_per_item + 0.1 * now;
    now_.last_update = std::chrono::steady_clock::now();
  }
  now_.done = done;
  now_.note = note;
  if (seconds_since(now_.last_draw) >= (terminal_ ? kRedrawSeconds : kLogSeconds)) draw(false);
}

void Progress::end() {
  if (!now_.active) return;
  draw(true);
  now_.active = false;
}

double Progress::eta_seconds() const { return now_.seconds_per_item * static_cast<double>(now_.total - now_.done); }

void Progress::draw(bool last) {
  if (verbosity_ == Verbosity::kQuiet) return;
  now_.last_draw = std::chrono::steady_clock::now();
  const double share = now_.total > 0 ? static_cast<double>(now_.done) / static_cast<double>(now_.total) : 1.0;
  const std::string time = last ? format_duration(seconds_since(now_.started)) : "ETA " + format_duration(eta_seconds());
  if (!terminal_) {
    print(fmt::format("{} {}/{} {} {}", now_.title, now_.done, now_.total, time, now_.note));
    return;
  }
  const std::string head = fmt::format("{} {} {}/{} {} ", now_.title, bar(share), now_.done, now_.total, time);
  const int head_width = static_cast<int>(head.size()) - 2 * kBarCells;  // each cell of the bar is three bytes and one column
  const int room = std::max(0, terminal_width(descriptor_) - 1 - head_width);
  const std::string line = std::string(kClearLine) + head + fit_columns(now_.note, static_cast<size_t>(room)) + (last ? "\n" : "");
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
  drawn_ = !last;
}

void Progress::clear_bar() {
  if (!drawn_) return;
  [[maybe_unused]] const auto written = ::write(descriptor_, kClearLine.data(), kClearLine.size());
  drawn_ = false;
}

void Progress::print(const std::string& text) {
  const std::string line = std::string(drawn_ ? kClearLine : "") + text + "\n";
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
  drawn_ = false;
}

void Progress::info(const std::string& line) {
  if (verbosity_ != Verbosity::kQuiet) print(line);
}

void Progress::detail(const std::string& line) {
  if (verbosity_ == Verbosity::kVerbose) print(line);
}

void Progress::warning(const std::string& line) { print("warning: " + line); }

}  // namespace vbench
