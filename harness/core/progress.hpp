// Progress on stderr: a bar with rate and ETA on a terminal, plain lines now and then in a log, nothing when quiet. Used by trainer and
// commands.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vbench {

/// How much the program says on stderr.
enum class Verbosity { kQuiet = -1, kNormal = 0, kVerbose = 1 };

/// "1:02:03", "4:05", "0:07".
[[nodiscard]] std::string format_duration(double seconds);

/// One activity at a time. Not for several threads at once.
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

  [[nodiscard]] bool on_terminal() const { return terminal_; }  ///< colours and redrawn lines make sense

  void info(const std::string& line);     ///< a line unless quiet; never torn by the bar
  void detail(const std::string& line);   ///< a line with -v
  void warning(const std::string& line);  ///< a line even when quiet

 private:
  void draw(bool last);
  void print(const std::string& line);
  [[nodiscard]] double eta_seconds() const;

  Verbosity verbosity_;
  int descriptor_;
  bool terminal_;
  bool active_ = false, drawn_ = false;
  std::string title_, note_;
  int64_t total_ = 0, done_ = 0;
  double seconds_per_item_ = 0;  // smoothed
  std::chrono::steady_clock::time_point started_, last_update_, last_draw_;
};

}  // namespace vbench
