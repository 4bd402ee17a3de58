// The benchmark program as the command starts it, on the smallest network: what is measured, stored, compared, and what is refused.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "harness/core/text.hpp"
#include "tests/cli/fixture.hpp"

namespace vbench {
namespace {

using namespace std::chrono_literals;
using test::expect_error;
using test::json_of;
using test::kInput;
using test::kUsage;
using test::run_program;
using test::TemporaryFolder;
using testing::HasSubstr;
namespace fs = std::filesystem;

using Arguments = std::vector<std::string>;

class Throughput : public testing::Test {
 protected:
  /// A measurement that takes a second; `more` adds options or changes them.
  [[nodiscard]] Arguments tiny(const Arguments& more = {}) const {
    Arguments all{"throughput"};
    const std::vector<std::pair<std::string, std::string>> usual{
        {"--method", "coot"},     {"--dataset", "youcook2"}, {"--variant", "small"}, {"--data-root", test::small_data().string()},
        {"--out", out_.string()}, {"--min-time", "0.01"},    {"--batch", "6"},       {"--threads", "1"}};
    for (const auto& [name, value] : usual) {
      if (std::find(more.begin(), more.end(), name) == more.end()) all.insert(all.end(), {name, value});
    }
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  /// A folder whose bench_stages does what a shell script says.
  [[nodiscard]] fs::path script(const std::string& name, const std::string& body) const {
    const fs::path folder = folder_ / name;
    fs::create_directories(folder);
    write_file_atomically(folder / "bench_stages", "#!/bin/sh\n" + body + "\n");
    fs::permissions(folder / "bench_stages", fs::perms::owner_all);
    return folder;
  }
  [[nodiscard]] static std::string last_argument_with(const std::string& prefix) {
    return fmt::format("for a in \"$@\"; do case \"$a\" in {0}*) out=\"${{a#{0}}}\";; esac; done", prefix);
  }

  TemporaryFolder folder_;
  fs::path out_ = folder_ / "runs";
};

TEST_F(Throughput, MeasuresEveryStageStoresItAndShowsItAgain) {
  const auto table = json_of(tiny({"--repetitions", "2"})).at(0);
  EXPECT_EQ(table.at("source"), "synthetic");
  std::map<std::string, nlohmann::json> rows;
  for (const auto& row : table.at("rows")) rows[row.at("stage")] = row;
  EXPECT_EQ(rows.size(), 8U);
  EXPECT_TRUE(rows.at("decode").at("clips_per_s").is_null()) << "features are not decoded";
  for (const char* stage : {"read", "augment", "load", "forward", "backward", "optimiser", "evaluate"}) {
    const auto& row = rows.at(stage);
    EXPECT_GT(row.at("clips_per_s").get<double>(), 0) << stage;
    EXPECT_GT(row.at("samples_per_s").get<double>(), 0) << stage;
    EXPECT_GT(row.at("peak_bytes").get<double>(), 1e7) << stage;
    EXPECT_LE(row.at("clips_per_s_min").get<double>(), row.at("clips_per_s").get<double>()) << stage;
    EXPECT_EQ(row.at("repetitions"), 2) << stage;
    EXPECT_EQ(row.at("threads"), 1) << stage;
    EXPECT_EQ(row.at("precision"), "fp32") << stage;
  }
  EXPECT_EQ(rows.at("forward").at("batch"), 6);
  for (const char* stage : {"forward", "backward", "evaluate"}) {
    EXPECT_GT(rows.at(stage).at("gflop_per_s").get<double>(), 0) << stage;
    EXPECT_GT(rows.at(stage).at("peak_share").get<double>(), 0) << stage;
    EXPECT_LT(rows.at(stage).at("peak_share").get<double>(), 1) << stage;
  }
  EXPECT_TRUE(rows.at("optimiser").at("gflop_per_s").is_null()) << "it multiplies no matrices";
  const auto stored = json_of({"throughput", "--stored", "--out", out_.string()}).at(0);
  EXPECT_EQ(stored.at("rows"), table.at("rows"));
  expect_error(run_program({"throughput", "--stored", "--out", out_.string(), "--variant", "yc2-100m"}), kInput,
               {"no measured speeds that match"});
}

TEST_F(Throughput, MeasuresEveryCombination) {
  const auto table = json_of(tiny({"--repetitions", "1", "--stage", "optimiser", "--precision", "fp32,bf16", "--batch", "2,4"})).at(0);
  std::set<std::string> seen;
  for (const auto& row : table.at("rows")) {
    seen.insert(
        fmt::format("{} {} {}", row.at("stage").get<std::string>(), row.at("precision").get<std::string>(), row.at("batch").get<int>()));
  }
  EXPECT_EQ(seen, (std::set<std::string>{"optimiser fp32 2", "optimiser fp32 4", "optimiser bf16 2", "optimiser bf16 4"}));
}

TEST_F(Throughput, TheBatchIsTheOneThatWasAskedForAlsoAmongShortOnes) {
  // 24 videos for training, 12 for evaluation: the last batch of five is short.
  const auto table = json_of(tiny({"--repetitions", "1", "--stage", "load,forward,evaluate", "--batch", "5,18"})).at(0);
  std::multiset<std::string> seen;
  for (const auto& row : table.at("rows")) {
    if (row.at("clips_per_s").is_null()) continue;
    seen.insert(fmt::format("{} {}", row.at("stage").get<std::string>(), row.at("batch").get<int>()));
    const double clips = row.at("ms_per_batch").get<double>() / 1000 * row.at("clips_per_s").get<double>();  // of one repetition
    if (row.at("stage") == "forward") {
      EXPECT_NEAR(clips, row.at("batch").get<double>(), 1e-6) << "a full batch";
    }
  }
  // What is larger than the whole split is the split.
  EXPECT_EQ(seen, (std::multiset<std::string>{"load 5", "load 18", "forward 5", "forward 18", "evaluate 5", "evaluate 12"}));
}

TEST_F(Throughput, TellsMeasurementsOfOtherSettingsApart) {
  const Arguments usual = tiny({"--repetitions", "1", "--stage", "optimiser"});
  EXPECT_FALSE(json_of(usual).at(0).at("rows").at(0).contains("settings"));
  Arguments changed = usual;
  changed.insert(changed.end(), {"--set", "loss.margin=0.5", "--set", "batch_size=3", "--set", "epochs=7", "--set", "epochs=9"});
  EXPECT_EQ(json_of(changed).at(0).at("rows").at(0).at("settings"), "epochs=9 loss.margin=0.5");
  const auto rows = json_of({"throughput", "--stored", "--out", out_.string()}).at(0).at("rows");
  ASSERT_EQ(rows.size(), 2U) << "the later one does not stand in the place of the first";
  EXPECT_EQ(rows.at(0).at("settings"), "");
  EXPECT_EQ(rows.at(1).at("settings"), "epochs=9 loss.margin=0.5");
}

TEST_F(Throughput, ComparesTwoBuildsInTurns) {
  const auto table = json_of(tiny({"--stage", "optimiser", "--repetitions", "4", "--against", VBENCH_BINARY_DIR})).at(0);
  ASSERT_EQ(table.at("rows").size(), 1U);
  const auto& row = table.at("rows").at(0);
  EXPECT_NEAR(row.at("ratio").get<double>(), row.at("clips_per_s").get<double>() / row.at("base_clips_per_s").get<double>(), 1e-9);
  EXPECT_GT(row.at("p").get<double>(), 0.0285) << "2 of 70 orders are the least that four turns can give";
  EXPECT_LE(row.at("p").get<double>(), 1);
  expect_error(run_program(tiny({"--repetitions", "3", "--against", VBENCH_BINARY_DIR})), kUsage, {"--repetitions", "at least 4"});
}

TEST_F(Throughput, RunsOtherBenchmarkProgramsStoresThemAndShowsThemAgain) {
  // A real one is run by docs_test.cpp.
  const auto program =
      script("programs", last_argument_with("--benchmark_out=") + "; cat > \"$out\" <<'END'\n" + R"({"context": {}, "benchmarks": [
    {"run_name": "small", "run_type": "aggregate", "aggregate_name": "median", "real_time": 8.0, "time_unit": "ms", "GFLOP": 2.5},
    {"run_name": "small", "run_type": "aggregate", "aggregate_name": "cv", "real_time": 0.125, "time_unit": "ms", "GFLOP": 0.5}]})" +
                             "\nEND");
  fs::rename(program / "bench_stages", program / "bench_some");
  Arguments request{"throughput", "--kernels", "some", "--programs", program.string(), "--out", out_.string()};
  const auto rows = json_of(request).at(0).at("rows");
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_EQ(rows.at(0).at("program"), "some");
  EXPECT_EQ(rows.at(0).at("benchmark"), "small");
  EXPECT_EQ(rows.at(0).at("milliseconds"), 8);
  EXPECT_EQ(rows.at(0).at("deviation"), 0.125);
  EXPECT_EQ(rows.at(0).at("figures"), "GFLOP 2.5");
  request.emplace_back("--stored");
  EXPECT_EQ(json_of(request).at(0).at("rows"), rows);
  request[2] = "all";
  EXPECT_EQ(json_of(request).at(0).at("rows"), rows);
  request[2] = "some,typo";
  const auto partly = run_program(request);
  EXPECT_EQ(partly.exit_code, 0);
  EXPECT_THAT(partly.err, HasSubstr("no measured speeds of 'typo'"));
  request[2] = "other";
  expect_error(run_program(request), kInput, {"no measured speeds of such programs"});
}

TEST_F(Throughput, NamesOfBenchmarkProgramsAreChecked) {
  const auto programs = script("programs", "exit 0");
  fs::copy(programs / "bench_stages", programs / "bench_some");
  const auto with = [&](const std::string& names, const Arguments& more) {
    Arguments all{"throughput", "--kernels", names, "--out", out_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all);
  };
  expect_error(with("sone", {"--programs", programs.string()}), kUsage, {"unknown program 'sone'", "did you mean 'some'"});
  expect_error(with("stages", {"--programs", programs.string()}), kUsage, {"unknown program 'stages'"});
  fs::create_directory(programs / "bench_folder");
  expect_error(with("folder", {"--programs", programs.string()}), kUsage, {"unknown program 'folder'"});
  expect_error(with("some,some", {"--programs", programs.string()}), kUsage, {"given twice"});
  expect_error(with("all", {"--programs", folder_.path().string()}), kInput, {"there are no benchmark programs"});
  expect_error(with("some", {"--threads", "1"}), kUsage, {"--threads", "--kernels"});
  EXPECT_FALSE(fs::exists(out_ / "results.db"));
}

TEST_F(Throughput, SaysWhenOtherProgramsWereBusy) {
  std::atomic<bool> stop{false};
  std::vector<std::thread> others;  // this test is another program
  for (unsigned i = 0; i < std::max(1U, std::thread::hardware_concurrency()); ++i) {
    others.emplace_back([&] {
      while (!stop) {
      }
    });
  }
  const auto table = json_of(tiny({"--repetitions", "1", "--stage", "optimiser"})).at(0);
  stop = true;
  for (auto& other : others) other.join();
  EXPECT_THAT(table.at("notes").dump(), testing::ContainsRegex("Unreliable: other programs used [0-9.]+ of [0-9]+ processors meanwhile"));
}

TEST_F(Throughput, BadRequestsAreOneLineAndStoreNothing) {
  expect_error(run_program({"throughput", "--out", out_.string()}), kUsage, {"no method given", "coot"});
  expect_error(run_program({"throughput", "--method", "cot", "--out", out_.string()}), kUsage, {"cot", "coot"});
  expect_error(run_program(tiny({"--stage", "foward"})), kUsage, {"foward", "forward"});
  expect_error(run_program(tiny({"--precision", "fp16"})), kUsage, {"fp16", "bf16"});
  expect_error(run_program(tiny({"--batch", "0"})), kUsage, {"--batch", "'0' is not in 1.."});
  expect_error(run_program(tiny({"--batch", "4,,8"})), kUsage, {"--batch 4,,8", "missing"});
  expect_error(run_program(tiny({"--threads", "2,2"})), kUsage, {"--threads", "given twice"});
  expect_error(run_program(tiny({"--repetitions", "-1"})), kUsage, {"--repetitions"});
  expect_error(run_program(tiny({"--min-time", "0"})), kUsage, {"--min-time"});
  expect_error(run_program({"throughput", "--stored", "--out", out_.string()}), kInput, {"no measured speeds that match"});
  expect_error(run_program(tiny({"--stored"})), kUsage, {"--batch", "cannot stand beside --stored"});
  expect_error(run_program(tiny({"--programs", folder_.path().string()})), kInput, {"there is no bench_stages", "cmake --build"});
  expect_error(run_program(tiny({"--against", (folder_ / "none").string()})), kInput, {"there is no bench_stages"});
  EXPECT_FALSE(fs::exists(out_ / "results.db"));
}

TEST_F(Throughput, AProgramThatFailsOrLiesIsReported) {
  const auto with = [&](const fs::path& programs) { return run_program(tiny({"--programs", programs.string()})); };
  expect_error(with(script("fails", "echo 'bench_stages: features are missing' >&2; exit 3")), kInput,
               {"bench_stages", "features are missing"});
  expect_error(with(script("dies", "kill -9 $$")), 5, {"ended by signal 9", "memory"});
  expect_error(with(script("stopped", "exit 130")), 130, {"bench_stages: interrupted"});
  expect_error(with(script("silent", "exit 0")), kInput, {"cannot open the file"});
  expect_error(with(script("broken", last_argument_with("--benchmark_out=") + "; echo '{\"context\":' > \"$out\"")), kInput,
               {"is no JSON"});
  const auto text = script("text", "");
  fs::permissions(text / "bench_stages", fs::perms::owner_read);
  expect_error(with(text), kInput, {::geteuid() == 0 ? "" : "is no program that may be started"});
  expect_error(run_program(tiny({"--set", "no_such_setting=1"})), kUsage, {"no_such_setting"});
  expect_error(run_program(tiny({"--source", "real", "--data-root", (folder_ / "none").string()})), kInput, {"bench_stages", "youcook2"});
}

TEST_F(Throughput, AProgramWritesWhereNobodyElseDoes) {
  const fs::path temporary = folder_ / "tmp";
  fs::create_directory(temporary);
  test::ProgramOptions options;
  options.environment = {{"TMPDIR", temporary.string()}};
  const auto programs = script("looks", last_argument_with("--benchmark_out=") + "; stat -c %a \"${out%/*}\" >&2; exit 3");
  const auto result = run_program(tiny({"--programs", programs.string()}), options);
  expect_error(result, kInput, {"bench_stages: 700"});
  EXPECT_TRUE(fs::is_empty(temporary)) << "nothing is left behind";
}

TEST_F(Throughput, WaitsForAStoreThatAnotherProcessWrites) {
  fs::create_directories(out_);
  const auto first = run_program(tiny({"--stage", "optimiser", "--repetitions", "1"}));
  ASSERT_EQ(first.exit_code, 0) << first.err;
  sqlite3* writer = nullptr;
  ASSERT_EQ(sqlite3_open((out_ / "results.db").c_str(), &writer), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(writer, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  std::thread later([&] {
    std::this_thread::sleep_for(2500ms);  // longer than the measurement
    sqlite3_exec(writer, "COMMIT", nullptr, nullptr, nullptr);
  });
  const auto second = run_program(tiny({"--stage", "optimiser", "--repetitions", "1"}));
  later.join();
  sqlite3_close(writer);
  EXPECT_EQ(second.exit_code, 0) << second.err;
}

TEST_F(Throughput, CtrlCEndsTheProgramItStarted) {
  const auto programs = script("slow", "trap 'touch \"" + (folder_ / "ended").string() + "\"; exit 1' TERM; touch \"" +
                                           (folder_ / "begun").string() + "\"; while :; do sleep 0.05; done");
  test::Program program(tiny({"--programs", programs.string()}));
  for (int i = 0; i < 200 && !fs::exists(folder_ / "begun"); ++i) std::this_thread::sleep_for(50ms);
  ASSERT_TRUE(fs::exists(folder_ / "begun"));
  program.signal(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 130);
  EXPECT_TRUE(fs::exists(folder_ / "ended"));
}

}  // namespace
}  // namespace vbench
