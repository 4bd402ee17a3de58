#include "harness/core/child_process.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/stop_signal.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

TEST(ChildProcess, GivesTheExitCodeAndTheEndOfStderr) {
  const auto good = vbench::run_program("/bin/sh", {"-c", "echo to stdout; echo to stderr >&2; exit 3"});
  EXPECT_EQ(good.exit_code, 3);
  EXPECT_EQ(good.error, "to stderr\n");
  EXPECT_EQ(vbench::run_program("/bin/sh", {"-c", "kill -9 $$"}).exit_code, 128 + 9);
}

TEST(ChildProcess, IsNotStoppedByMuchThatItSays) {
  const auto talkative = vbench::run_program("/bin/sh", {"-c", "i=0; while [ $i -lt 20000 ]; do echo line $i >&2; i=$((i+1)); done"});
  EXPECT_EQ(talkative.exit_code, 0);
  EXPECT_LE(talkative.error.size(), 4096U);
  EXPECT_TRUE(talkative.error.ends_with("line 19999\n")) << talkative.error;
}

TEST(ChildProcess, TakesArgumentsAsTheyAre) {
  const test::TemporaryFolder folder;
  const std::string hostile = "a b; touch " + (folder / "made").string() + " $(touch x) '\"*";
  EXPECT_EQ(vbench::run_program("/bin/sh", {"-c", "printf %s \"$1\" >&2", "sh", hostile}).error, hostile);
  EXPECT_FALSE(std::filesystem::exists(folder / "made"));
}

TEST(ChildProcess, TellsHowMuchMemoryItHadAtMost) {
  // dd reads blocks of that size into memory.
  const auto used =
      vbench::run_program("/bin/sh", {"-c", "exec dd if=/dev/zero of=/dev/null bs=50000000 count=20 2> /dev/null"}).peak_bytes;
  EXPECT_GT(used, 50'000'000);
  EXPECT_LT(used, 80'000'000);
}

TEST(ChildProcess, ThatEndsWithAStopRequestWasInterrupted) {
  // Without a stderr it is looked at every 20 ms only: it has mostly ended when the request is seen.
  for (int i = 0; i < 3; ++i) {
    const pid_t stopped = ::fork();
    if (stopped == 0) {
      install_stop_signal();
      try {
        (void)vbench::run_program("/bin/sh", {"-c", "exec 2>&-; sleep 0.1; kill -TERM $PPID; exit 1"});
      } catch (const Error& error) {
        ::_exit(exit_code(error.kind()));
      }
      ::_exit(0);
    }
    int status = 0;
    ::waitpid(stopped, &status, 0);
    EXPECT_EQ(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 130);
  }
}

TEST(ChildProcess, HasAnEmptyStdin) { EXPECT_EQ(vbench::run_program("/bin/cat", {}).exit_code, 0); }

TEST(ChildProcess, ThatCannotBeStartedIsAnError) {
  const test::TemporaryFolder folder;
  EXPECT_NE(test::error_of([&] { (void)vbench::run_program(folder / "none", {}); }).find("cannot be started: No such file"),
            std::string::npos);
  write_file_atomically(folder / "text", "no program");
  EXPECT_NE(test::error_of([&] { (void)vbench::run_program(folder / "text", {}); }).find("cannot be started"), std::string::npos);
}

}  // namespace
}  // namespace vbench
