#include "harness/cli/commands/other_load.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "harness/train/device.hpp"

namespace vbench::cli {
namespace {

using Clock = std::chrono::steady_clock;

/// Seconds that the processors of this process were busy, or taken by another guest of the same hardware.
std::optional<double> busy_seconds() {
  cpu_set_t ours;
  if (::sched_getaffinity(0, sizeof(ours), &ours) != 0) return std::nullopt;
  double ticks = 0;
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line) && line.rfind("cpu", 0) == 0;) {
    int cpu = -1;
    double user = 0, nice = 0, system = 0, idle = 0, waits = 0, interrupts = 0, soft = 0, stolen = 0;
    std::istringstream fields(line.substr(3));
    if (line[3] == ' ' || !(fields >> cpu >> user >> nice >> system >> idle >> waits >> interrupts >> soft >> stolen)) continue;
    if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &ours)) ticks += user + nice + system + interrupts + soft + stolen;
  }
  if (ticks == 0) return std::nullopt;  // a sandbox that tells nothing
  return ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); }

double own_seconds() {
  double seconds = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    if (::getrusage(who, &used) == 0) seconds += seconds_of(used.ru_utime) + seconds_of(used.ru_stime);
  }
  return seconds;
}

}  // namespace

OtherLoad::OtherLoad() : busy_(busy_seconds()), own_(own_seconds()), begun_(Clock::now()) {}

std::optional<double> OtherLoad::cores() const {
  const auto busy = busy_seconds();
  const double passed = std::chrono::duration<double>(Clock::now() - begun_).count();
  if (!busy || !busy_ || passed <= 0) return std::nullopt;
  return std::max(0.0, (*busy - *busy_ - (own_seconds() - own_)) / passed);
}

std::string OtherLoad::doubt() const {
  constexpr double kTolerated = 0.1;  // of all processors: the system's own work stays below
  const auto all = static_cast<double>(available_cores());
  const auto others = cores();
  if (!others || *others <= kTolerated * all) return "";
  return fmt::format("other programs used {:.1f} of {:.0f} processors meanwhile", *others, all);
}

}  // namespace vbench::cli
