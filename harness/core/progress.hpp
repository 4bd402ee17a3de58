// Progress on stderr: a bar with rate and ETA on a terminal, plain lines now and then in a log, nothing when quiet. Used by trainer and
// commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vbench {

/// How much the program says on stderr.
enum class Verbosity { kQuiet = -1, kNormal = 0, kVerbose = 1 };

/// "1:02:03", "4:05", "0:07".
[[nodiscard]] std::string format_duration(double seconds);

/// One activity at a time, others may wait for it. Not for several threads at once.
class Progress {
 public:
  explicit Progress(Verbosity verbosity, int descriptor = 2);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void begin(std::string title, int64_t total, int64_t done = 0);
  /// @param note  what to show behind the bar: loss, learning rate, clips/s
  void update(int64_t done, const std::string& note);
  void end();

  /// An activity inside the present one, which waits meanwhile and whose clock stands still. Its bar goes when it ends.
  void begin_inside(std::string title, int64_t total);
  void end_inside();

  [[nodiscard]] bool on_terminal() const { return terminal_; }  ///< colours and redrawn lines make sense

  void info(const std::string& line);     ///< a line unless quiet; never torn by the bar
  void detail(const std::string& line);   ///< a line with -v
  void warning(const std::string& line);  ///< a line even when quiet

 private:
  void draw(bool last);
  void print(const std::string& line);
  void clear_bar();
  [[nodiscard]] double eta_seconds() const;

  using Time = std::chrono::steady_clock::time_point;
  struct Activity {
    bool active = false;
    std::string title = {}, note = {};
    int64_t total = 0, done = 0;
    double seconds_per_item = 0;  // smoothed
    Time started = {}, last_update = {}, last_draw = {};
  };

  Verbosity verbosity_;
  int descriptor_;
  bool terminal_;
  bool drawn_ = false;
  Activity now_;
  std::vector<Activity> waiting_;
};

/// An activity inside another one as long as this lives.
class ProgressInside {
 public:
  ProgressInside(Progress& progress, std::string title, int64_t total) : progress_(progress) {
    progress_.begin_inside(std::move(title), total);
  }
  ~ProgressInside() { progress_.end_inside(); }
  ProgressInside(const ProgressInside&) = delete;
  ProgressInside& operator=(const ProgressInside&) = delete;

 private:
  Progress& progress_;
};

}  // namespace vbench
