#include "harness/train/run_status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <limits>
#include <nlohmann/json.hpp>

#include "harness/core/files.hpp"
#include "harness/train/run_log.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using testing::HasSubstr;

TEST(RunStatus, SaysWhatTheRunIsDoing) {
  const test::TemporaryFolder folder;
  StatusFile file(folder.path(), 10);
  EXPECT_FALSE(read_run_status(folder.path())) << "nothing before the run does something";
  file.begin(RunState::kTraining, 3, 20, 5);
  auto status = read_run_status(folder.path());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RunState::kTraining);
  EXPECT_EQ(status->epoch, 3);
  EXPECT_EQ(status->epochs, 10);
  EXPECT_EQ(status->step, 5);
  EXPECT_EQ(status->steps, 20);
  EXPECT_EQ(status->process, ::getpid());
  EXPECT_EQ(is_alive(*status), true);
  file.update(6);
  EXPECT_EQ(read_run_status(folder.path())->step, 5) << "not at every step: training must not wait for a disk";
  file.end(RunState::kFailed, "the loss is not finite");
  status = read_run_status(folder.path());
  EXPECT_EQ(status->state, RunState::kFailed);
  EXPECT_EQ(status->reason, "the loss is not finite");
  EXPECT_EQ(status->step, 6);
}

TEST(RunStatus, KnowsThatAProcessIsGone) {
  const test::TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    StatusFile(folder.path(), 10).begin(RunState::kTraining, 1, 20);
    ::raise(SIGKILL);
  }
  siginfo_t info{};
  ::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  const auto status = read_run_status(folder.path());
  ASSERT_TRUE(status);
  EXPECT_EQ(status->state, RunState::kTraining) << "its last word";
  EXPECT_EQ(is_alive(*status), false) << "though nobody has asked yet how it ended";
  int ended = 0;
  ::waitpid(child, &ended, 0);
  EXPECT_EQ(is_alive(*status), false);
}

TEST(RunStatus, IsNotFooledByALaterProcessOfTheSameNumberAndKnowsNothingOfOtherMachines) {
  const test::TemporaryFolder folder;
  StatusFile(folder.path(), 10).begin(RunState::kTraining, 1, 20);
  auto status = *read_run_status(folder.path());
  --status.process_begun;
  EXPECT_EQ(is_alive(status), false);
  status.host = "elsewhere";
  EXPECT_EQ(is_alive(status), std::nullopt);
}

TEST(RunStatus, IsNothingInAFileThatHoldsNone) {
  const test::TemporaryFolder folder;
  for (const char* content : {"", "{", "[]", "{\"state\": \"training\"}", "\xFF\xFE", "{\"state\": 3}"}) {
    write_file_atomically(folder / "status.json", content);
    EXPECT_FALSE(read_run_status(folder.path())) << content;
  }
  StatusFile(folder.path(), 10).begin(RunState::kTraining, 1, 20);
  auto object = nlohmann::json::parse(read_file(folder / "status.json"));
  object["state"] = "sleeping";
  write_file_atomically(folder / "status.json", object.dump());
  EXPECT_FALSE(read_run_status(folder.path()));
}

TEST(RunStatus, IsNothingWhereNoRunCanBe) {
  const test::TemporaryFolder folder;
  StatusFile(folder.path(), -1).begin(RunState::kTraining, 1, 20, 20);
  const auto object = nlohmann::json::parse(read_file(folder / "status.json"));
  EXPECT_TRUE(read_run_status(folder.path())) << "a schedule may end the epochs";
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min(), kHighest = std::numeric_limits<int64_t>::max();
  const std::vector<std::pair<const char*, int64_t>> impossible{{"epoch", -1},
                                                                {"epochs", -2},
                                                                {"step", -1},
                                                                {"step", 21},
                                                                {"step", kHighest},
                                                                {"steps", -1},
                                                                {"begun_unix", kLowest},
                                                                {"begun_unix", -1},
                                                                {"phase_begun_unix", -1},
                                                                {"updated_unix", -1},
                                                                {"process", -1},
                                                                {"process_begun", -1}};
  for (const auto& [name, value] : impossible) {
    auto damaged = object;
    damaged[name] = value;
    write_file_atomically(folder / "status.json", damaged.dump());
    EXPECT_FALSE(read_run_status(folder.path())) << name << " " << value;
  }
}

TEST(RunStatus, KeepsItsLastWordOnAFullDisk) {
  const test::TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    StatusFile file(folder.path(), 10);
    file.begin(RunState::kTraining, 3, 20, 5);
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{40, 40};  // bytes: half a status
    ::setrlimit(RLIMIT_FSIZE, &limit);
    file.begin(RunState::kTraining, 4, 20);
    ::_exit(0);
  }
  int ended = 0;
  ::waitpid(child, &ended, 0);
  EXPECT_EQ(ended, 0);
  const auto status = read_run_status(folder.path());
  ASSERT_TRUE(status) << "half a file is none";
  EXPECT_EQ(status->epoch, 3);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "nothing is left lying about";
}

TEST(RunStatus, ThatCannotBeWrittenStopsNothing) {
  const test::TemporaryFolder folder;
  StatusFile file(folder / "none" / "deeper", 10);
  EXPECT_NO_THROW(file.begin(RunState::kTraining, 1, 20));
  EXPECT_NO_THROW(file.end(RunState::kFinished));
}

std::vector<EpochRecord> two_epochs() {
  EpochRecord first, second;
  first.epoch = 0;
  first.learning_rate = 0.1;
  first.seconds = 2.5;
  first.train_loss = {{"total", 3}, {"top1", 0.25}};
  second.epoch = 1;
  second.learning_rate = 0.01;
  second.seconds = 2;
  second.train_loss = {{"total", 2}};
  second.val_loss = {{"total", 2.25}};
  second.scores = {{"top1", 0.5}, {"top5", std::nan("")}};
  return {first, second};
}

TEST(RunLog, IsReadAsItWasWritten) {
  const test::TemporaryFolder folder;
  const FinalEvaluation last{{{"total", 1.5}}, {{"top1", 0.625}}};
  write_run_log(folder / "log.csv", two_epochs(), &last);
  const auto log = read_run_log(folder / "log.csv");
  ASSERT_TRUE(log);
  ASSERT_EQ(log->history.size(), 2U);
  EXPECT_EQ(log->history[0].train_loss, two_epochs()[0].train_loss) << "figures of training batches are no scores";
  EXPECT_EQ(log->history[0].learning_rate, 0.1);
  EXPECT_EQ(log->history[0].seconds, 2.5);
  EXPECT_TRUE(log->history[0].scores.empty());
  EXPECT_EQ(log->history[1].epoch, 1);
  EXPECT_EQ(log->history[1].val_loss, two_epochs()[1].val_loss);
  EXPECT_EQ(log->history[1].scores.at("top1"), 0.5);
  EXPECT_TRUE(std::isnan(log->history[1].scores.at("top5")));
  ASSERT_TRUE(log->last);
  EXPECT_EQ(log->last->loss.at("total"), 1.5);
  EXPECT_EQ(log->last->scores.at("top1"), 0.625);
  EXPECT_FALSE(read_run_log(folder / "none.csv"));
}

TEST(RunLog, NamesTheLineThatIsWrong) {
  const test::TemporaryFolder folder;
  const auto message = [&](const std::string& text) {
    write_file_atomically(folder / "log.csv", text);
    return test::error_of([&] { (void)read_run_log(folder / "log.csv"); });
  };
  const std::string header = "epoch,phase,name,value\n";
  EXPECT_THAT(message("epoch,phase\n1,train,total,3\n"), HasSubstr("line 1 is no row"));
  for (const char* bad : {"1,train,total", "0,train,total,1", "-1,train,total,1", "x,train,total,1", "1,test,total,1", "1,final,total,1",
                          ",train,total,1", "1,train,,1", "1,train,total,much", ""})
    EXPECT_THAT(message(header + "1,train,total,3\n" + bad + "\n"), HasSubstr("line 3 is no row of a run's log: '" + std::string(bad)))
        << bad;
}

}  // namespace
}  // namespace vbench
