// What others use, as far as it can be known on a machine whose others are not known.
#include "harness/cli/commands/other_load.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>

#include "harness/train/device.hpp"

namespace vbench::cli {
namespace {

using LoadClock = std::chrono::steady_clock;

double processor_seconds(int who) {
  rusage used{};
  ::getrusage(who, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void compute_until(LoadClock::time_point end) {
  while (LoadClock::now() < end) {
  }
}

TEST(OtherLoad, LeavesOutThisProcessAndItsChildren) {
  const double before = processor_seconds(RUSAGE_SELF) + processor_seconds(RUSAGE_CHILDREN);
  const OtherLoad others;
  const auto begun = LoadClock::now();
  const auto end = begun + std::chrono::milliseconds(500);
  const pid_t child = ::fork();
  if (child == 0) {
    compute_until(end);
    ::_exit(0);
  }
  compute_until(end);
  int status = 0;
  ::waitpid(child, &status, 0);
  const auto cores = others.cores();
  if (!cores) GTEST_SKIP() << "the kernel tells nothing here";
  const double passed = std::chrono::duration<double>(LoadClock::now() - begun).count();
  const double own = (processor_seconds(RUSAGE_SELF) + processor_seconds(RUSAGE_CHILDREN) - before) / passed;
  EXPECT_GE(*cores, 0);
  EXPECT_LE(*cores + own, static_cast<double>(available_cores()) + 0.2) << "processors are used once; ticks are coarse";
}

}  // namespace
}  // namespace vbench::cli
