// Runs watched from outside: finished, going on, killed; and their event files.
#include <fmt/format.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <limits>
#include <thread>

#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using namespace std::chrono_literals;
using test::expect_error;
using test::json_of;
using test::kInput;
using test::kUsage;
using test::Program;
using test::run_program;
using test::small_run;
using test::TemporaryFolder;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Of the only run below `out`.
nlohmann::json watched(const fs::path& out, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"watch", "--once", "--out", out.string()};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const auto rows = json_of(arguments).at(0).at("rows");
  EXPECT_EQ(rows.size(), 1U);
  return rows.empty() ? nlohmann::json() : rows.at(0);
}

std::vector<fs::path> event_files(const fs::path& folder) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.path().filename().string().find("tfevents") != std::string::npos) found.push_back(entry.path());
  }
  return found;
}

ino_t inode_of(const fs::path& file) {
  struct stat info {};
  EXPECT_EQ(::stat(file.c_str(), &info), 0);
  return info.st_ino;
}

TEST(Watch, ShowsAFinishedRunAndWritesItsEvents) {
  const TemporaryFolder folder;
  const fs::path out = folder / "runs", events = folder / "tb";
  const auto result = json_of(small_run(out, {"--epochs", "2"}));
  const auto row = watched(out, {"--tensorboard", events.string()});
  EXPECT_EQ(row.at("method"), "coot");
  EXPECT_EQ(row.at("variant"), "small");
  EXPECT_EQ(row.at("seed"), 1);
  EXPECT_EQ(row.at("state"), "finished");
  EXPECT_EQ(row.at("epoch"), "2/2");
  EXPECT_GT(row.at("loss").get<double>(), 0);
  EXPECT_TRUE(row.at("seconds_left").is_null());
  EXPECT_THAT(row.at("scores").get<std::string>(), HasSubstr("v2p_r1 "));
  const auto files = event_files(events);
  ASSERT_EQ(files.size(), 1U);
  EXPECT_THAT(files[0].string(), HasSubstr("tb/coot/youcook2/small-"));
  const auto bytes = read_file(files[0]);
  for (const char* tag : {"brain.Event:2", "train/total", "train/learning_rate", "val/v2p_r1", "final/v2p_r1"})
    EXPECT_THAT(bytes, HasSubstr(tag));
  const auto before = fs::last_write_time(files[0]);
  (void)watched(out, {"--tensorboard", events.string()});
  EXPECT_EQ(fs::last_write_time(files[0]), before) << "nothing new, nothing written";
  const auto inode = inode_of(files[0]);
  fs::resize_file(files[0], bytes.size() - 10);  // as if watched a while ago, and killed while writing
  (void)watched(out, {"--tensorboard", events.string()});
  EXPECT_EQ(read_file(files[0]), bytes);
  EXPECT_EQ(inode_of(files[0]), inode) << "a reader that holds it open must see what is new";
  write_file_atomically(files[0], "something else");
  (void)watched(out, {"--tensorboard", events.string()});
  EXPECT_EQ(read_file(files[0]), bytes);
}

TEST(Watch, FollowsARunToItsEnd) {
  const TemporaryFolder folder;
  const fs::path out = folder / "runs", events = folder / "tb";
  Program run(small_run(out, {"--epochs", "12", "--set", "early_stop_epochs=0"}));
  ASSERT_TRUE(run.wait_for("epoch 2/12", 60s));
  const auto row = watched(out);
  EXPECT_THAT(row.at("state").get<std::string>(), testing::ContainsRegex("training|validating|evaluating|finished"));
  const auto result = run_program({"watch", "--out", out.string(), "--interval", "0.1", "--idle", "0.5", "--tensorboard", events.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("coot/small youcook2 seed 1: finished, 12 epochs, loss "));
  EXPECT_EQ(result.out.find('\x1b'), std::string::npos) << "nothing is redrawn in a file";
  EXPECT_EQ(run.wait().exit_code, 0);
  const auto files = event_files(events);
  ASSERT_EQ(files.size(), 1U) << "one file, however often it grew";
  EXPECT_THAT(read_file(files[0]), HasSubstr("final/"));
}

TEST(Watch, KnowsRunsThatWereKilledInterruptedOrFailed) {
  const TemporaryFolder folder;
  const auto killed = folder / "killed", stopped = folder / "stopped", failed = folder / "failed";
  for (const auto& [out, signal] : {std::pair{killed, SIGKILL}, std::pair{stopped, SIGINT}}) {
    Program run(small_run(out, {"--epochs", "40", "--set", "early_stop_epochs=0"}));
    ASSERT_TRUE(run.wait_for("epoch 2/40", 60s));
    run.signal(signal);
    (void)run.wait();
  }
  EXPECT_EQ(watched(killed).at("state"), "stopped");
  EXPECT_EQ(watched(stopped).at("state"), "interrupted");
  (void)json_of(small_run(failed, {"--epochs", "2"}));
  const auto result = run_program(small_run(failed, {"--epochs", "1", "--resume"}));
  ASSERT_EQ(result.exit_code, kUsage) << result.err;
  EXPECT_EQ(watched(failed).at("state"), "failed");
  EXPECT_THAT(json_of({"watch", "--once", "--out", failed.string()}).at(0).at("notes").dump(), HasSubstr("is 2 epochs and 0 steps old"));
}

TEST(Watch, CountsAnyNumberOfSteps) {
  const TemporaryFolder folder;
  const fs::path out = folder / "runs";
  (void)json_of(small_run(out, {"--epochs", "1"}));
  const fs::path file = test::find_file(out, "status.json");
  auto status = nlohmann::json::parse(read_file(file));
  status["state"] = "training";
  status["host"] = "elsewhere";
  status["step"] = status["steps"] = std::numeric_limits<int64_t>::max();
  write_file_atomically(file, status.dump());
  EXPECT_EQ(watched(out).at("state"), "training 100 %");
  status["steps"] = 20;
  write_file_atomically(file, status.dump());
  EXPECT_EQ(watched(out).at("state"), "finished") << "what no run can have said is not believed; the log speaks for itself";
}

TEST(Watch, CtrlCLeavesWithoutAnError) {
  const TemporaryFolder folder;
  (void)json_of(small_run(folder.path(), {"--epochs", "1"}));
  Program watch({"watch", "--out", folder.path().string(), "--interval", "0.1"});
  std::this_thread::sleep_for(1500ms);
  ASSERT_TRUE(watch.running()) << "a minute without a run has not passed";
  watch.signal(SIGINT);
  EXPECT_EQ(watch.wait().exit_code, 0);
}

TEST(Watch, BadRequestsAndDamagedLogsAreSaid) {
  const TemporaryFolder folder;
  expect_error(run_program({"watch", "--once", "--out", folder.path().string()}), kInput, {"holds no runs that match"});
  expect_error(run_program({"watch", "--idle", "0", "--out", (folder / "none").string()}), kInput, {"holds no runs that match"});
  expect_error(run_program({"watch", "--interval", "0"}), kUsage, {"--interval"});
  expect_error(run_program({"watch", "--idle", "-1"}), kUsage, {"--idle"});
  expect_error(run_program({"watch", "--method", "cot"}), kUsage, {"cot", "coot"});
  expect_error(run_program({"watch", "--format", "json"}), kUsage, {"--format", "--once"});
  const fs::path out = folder / "runs";
  (void)json_of(small_run(out, {"--epochs", "1"}));
  write_file_atomically(test::find_file(out, "log.csv"), "epoch,phase,name,value\n1,train,total");
  EXPECT_EQ(watched(out).at("state"), "log.csv damaged");
  write_file_atomically(folder / "file", "");
  expect_error(run_program({"watch", "--once", "--out", out.string(), "--tensorboard", (folder / "file").string()}), kInput,
               {"cannot create the folder"});
}

}  // namespace
}  // namespace vbench
