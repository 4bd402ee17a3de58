#include "harness/core/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include "harness/core/text.hpp"

namespace vbench {
namespace {

constexpr double kRedrawSeconds = 0.1;  // a terminal
constexpr double kLogSeconds = 10.0;    // a log: one line every so often
constexpr int kBarCells = 20;

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
  title_ = std::move(title);
  note_.clear();
  total_ = total;
  done_ = done;
  seconds_per_item_ = 0;
  active_ = true;
  drawn_ = false;
  started_ = last_update_ = last_draw_ = std::chrono::steady_clock::now();
}

void Progress::update(int64_t done, const std::string& note) {
  if (!active_) return;
  if (done > done_) {
    const double now = seconds_since(last_update_) / static_cast<double>(done - done_);
    // Exponential smoothing: the ETA follows a changing rate without jumping at every step.
    seconds_per_item_ = seconds_per_item_ == 0 ? now : 0.9 * seconds_per_item_ + 0.1 * now;
    last_update_ = std::chrono::steady_clock::now();
  }
  done_ = done;
  note_ = note;
  if (seconds_since(last_draw_) >= (terminal_ ? kRedrawSeconds : kLogSeconds)) draw(false);
}

void Progress::end() {
  if (!active_) return;
  draw(true);
  active_ = false;
}

double Progress::eta_seconds() const { return seconds_per_item_ * static_cast<double>(total_ - done_); }

void Progress::draw(bool last) {
  if (verbosity_ == Verbosity::kQuiet) return;
  last_draw_ = std::chrono::steady_clock::now();
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 1.0;
  const std::string time = last ? format_duration(seconds_since(started_)) : "ETA " + format_duration(eta_seconds());
  if (!terminal_) {
    print(fmt::format("{} {}/{} {} {}", title_, done_, total_, time, note_));
    return;
  }
  const std::string head = fmt::format("{} {} {}/{} {} ", title_, bar(share), done_, total_, time);
  const int head_width = static_cast<int>(head.size()) - 2 * kBarCells;  // each cell of the bar is three bytes and one column
  const int room = std::max(0, terminal_width(descriptor_) - 1 - head_width);
  const std::string line = "\r\x1b[K" + head + fit_columns(note_, static_cast<size_t>(room)) + (last ? "\n" : "");
  [[maybe_unused]] const auto written = ::write(descriptor_, line.data(), line.size());
  drawn_ = !last;
}

void Progress::print(const std::string& text) {
  const std::string line = (drawn_ ? "\r\x1b[K" : "") + text + "\n";
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
