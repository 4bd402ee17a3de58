// Real runs, really killed: nothing is lost, and a resumed run ends with the bits of an unbroken one.
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <thread>

#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using namespace std::chrono_literals;
using test::json_of;
using test::Outcome;
using test::outcome;
using test::Program;
using test::run_program;
using test::small_run;
using test::TemporaryFolder;
using testing::HasSubstr;

// Many epochs of two steps each, a checkpoint at every step: most of the time something is being written.
std::vector<std::string> long_run(const std::filesystem::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> options{"--epochs",           "12", "--set", "batch_size=12", "--set", "checkpoint_every_steps=1", "--set",
                                   "early_stop_epochs=0"};
  options.insert(options.end(), more.begin(), more.end());
  return small_run(out, options);
}

const Outcome& unbroken() {
  static const TemporaryFolder folder;
  static const Outcome expected = outcome(folder.path(), json_of(long_run(folder.path())));
  return expected;
}

TEST(Interrupt, KilledAtAnyTimeAndResumedGivesTheSameBits) {
  int cut = 0;
  for (const char* moment : {"epoch 1/12", "epoch 3/12", "validation 5", "epoch 8/12", "epoch 12/12"}) {
    for (const auto delay : {0ms, 7ms}) {
      const TemporaryFolder out;
      {
        Program program(long_run(out.path()));
        ASSERT_TRUE(program.wait_for(moment, 60s)) << moment;
        std::this_thread::sleep_for(delay);
        cut += program.running() ? 1 : 0;
        program.signal(SIGKILL);
        (void)program.wait();
      }
      EXPECT_EQ(outcome(out.path(), json_of(long_run(out.path(), {"--resume"}))), unbroken()) << moment;
    }
  }
  EXPECT_GE(cut, 5) << "too few runs were still alive when they were killed";
}

TEST(Interrupt, ASignalFinishesTheStepSavesAndExitsWith130) {
  for (const int signal : {SIGINT, SIGTERM}) {
    const TemporaryFolder out;
    Program program(long_run(out.path()));
    ASSERT_TRUE(program.wait_for("epoch 3/12", 60s));
    program.signal(signal);
    const auto result = program.wait();
    EXPECT_EQ(result.exit_code, 130);
    EXPECT_THAT(result.err, HasSubstr("--resume goes on"));
    EXPECT_EQ(result.out, "") << "an interrupted run has no result";
    EXPECT_EQ(outcome(out.path(), json_of(long_run(out.path(), {"--resume"}))), unbroken());
  }
}

TEST(Interrupt, ASecondSignalStopsAtOnceAndHarmsNothing) {
  const TemporaryFolder out;
  Program program(long_run(out.path()));
  ASSERT_TRUE(program.wait_for("epoch 3/12", 60s));
  program.signal(SIGINT);
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 130);
  EXPECT_EQ(outcome(out.path(), json_of(long_run(out.path(), {"--resume"}))), unbroken());
}

TEST(Interrupt, AFinishedRunCanBeMadeLonger) {
  const TemporaryFolder out;
  ASSERT_EQ(run_program(small_run(out.path(), {"--epochs", "1"})).exit_code, 0);
  const auto longer = json_of(small_run(out.path(), {"--epochs", "2", "--resume"}));
  EXPECT_EQ(longer.at("epochs"), 2);
}

TEST(Interrupt, TwoProcessesDoNotTrainTheSameRunAtOnce) {
  const TemporaryFolder out;
  auto endless = long_run(out.path());  // a busy machine may start the second process only after a short run has ended
  std::replace(endless.begin(), endless.end(), std::string("12"), std::string("1000000"));
  Program first(endless);
  ASSERT_TRUE(first.wait_for("epoch 2/1000000", 60s));
  const auto second = run_program(long_run(out.path()));
  first.signal(SIGKILL);
  EXPECT_EQ(second.exit_code, 2);
  EXPECT_THAT(second.err, HasSubstr("another vbench is running the same experiment"));
  EXPECT_EQ(first.wait().exit_code, 128 + SIGKILL);
}

}  // namespace
}  // namespace vbench
