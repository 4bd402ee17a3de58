// What benchmark programs write, and what is not believed of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "harness/core/files.hpp"
#include "results/throughput.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

/// What Google Benchmark 1.7 writes, with a member replaced.
std::string output(const std::string& from = "", const std::string& to = "") {
  std::string text = R"({
  "context": {"date": "x", "num_cpus": 2, "method": "srtg", "variant": "mini", "dataset": "ucf101", "source": "synthetic",
    "precision": "bf16", "threads": "2", "workers": "3", "environment_cpu": "a processor"},
  "benchmarks": [
    {"name": "forward/iterations:1/repeats:2/manual_time", "run_type": "iteration", "repetition_index": 0, "real_time": 250.0,
     "time_unit": "ms", "clips_per_s": 64.0, "samples_per_s": 32.0, "batch": 8.0, "peak_bytes": 1048576.0, "gflop_per_s": 50.0},
    {"name": "forward_median", "run_type": "aggregate", "real_time": 1.0, "time_unit": "ms"},
    {"name": "load/iterations:1/repeats:2/manual_time", "run_type": "iteration", "repetition_index": 1, "real_time": 2.0,
     "time_unit": "s", "clips_per_s": 4.0, "samples_per_s": 4.0, "batch": 8.0, "peak_bytes": 0}
  ]})";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

class ThroughputOutput : public testing::Test {
 protected:
  std::string error_of(const std::string& text) {
    write_file_atomically(file_, text);
    return test::error_of([&] { (void)read_stages(file_); });
  }
  test::TemporaryFolder folder_;
  fs::path file_ = folder_ / "out.json";
};

TEST_F(ThroughputOutput, BecomesARowForEachRepetition) {
  write_file_atomically(file_, output());
  const auto rows = read_stages(file_);
  ASSERT_EQ(rows.size(), 2U) << "means over repetitions are no repetitions";
  EXPECT_EQ(rows[0].method + rows[0].variant + rows[0].dataset + rows[0].precision, "srtgminiucf101bf16");
  EXPECT_EQ(rows[0].source, Source::kSynthetic);
  EXPECT_EQ(rows[0].stage, "forward");
  EXPECT_EQ(rows[0].threads, 2);
  EXPECT_EQ(rows[0].workers, 3);
  EXPECT_EQ(rows[0].batch, 8);
  EXPECT_DOUBLE_EQ(rows[0].seconds, 0.25);
  EXPECT_DOUBLE_EQ(rows[0].gflop_per_s, 50);
  EXPECT_EQ(rows[0].peak_bytes, 1 << 20);
  EXPECT_EQ(rows[0].environment, (std::map<std::string, std::string>{{"cpu", "a processor"}}));
  EXPECT_EQ(rows[1].stage, "load");
  EXPECT_DOUBLE_EQ(rows[1].seconds, 2);
  EXPECT_EQ(rows[1].repetition, 1);
  EXPECT_TRUE(std::isnan(rows[1].gflop_per_s));
}

TEST_F(ThroughputOutput, LeavesOutStagesThatTheProgramDoesNotFind) {
  write_file_atomically(
      file_, output("\"repetition_index\": 1", "\"repetition_index\": 1, \"error_occurred\": true, \"error_message\": \"no such stage\""));
  EXPECT_EQ(read_stages(file_).size(), 1U);
}

TEST_F(ThroughputOutput, IsNotBelievedWhateverItHolds) {
  EXPECT_THAT(error_of("{"), AllOf(HasSubstr(file_.string()), HasSubstr("is no JSON")));
  EXPECT_THAT(error_of("[]"), HasSubstr("has no 'context' and 'benchmarks'"));
  EXPECT_THAT(error_of(R"({"context": {}, "benchmarks": []})"), HasSubstr("'method' is missing"));
  EXPECT_THAT(error_of(output("\"source\": \"synthetic\"", "\"source\": \"true\"")), HasSubstr("no source 'true'"));
  EXPECT_THAT(error_of(output("\"threads\": \"2\"", "\"threads\": \"-2\"")), HasSubstr("'threads' is no number"));
  EXPECT_THAT(error_of(output("\"threads\": \"2\"", "\"threads\": 2")), HasSubstr("'threads' is missing or no text"));
  EXPECT_THAT(error_of(output("forward/iter", "for\\u001bward/iter")), HasSubstr("no stage 'for\\x1bward'"));
  EXPECT_THAT(error_of(output("250.0", "-1")), HasSubstr("'real_time' is -1"));
  EXPECT_THAT(error_of(output("250.0", "1e300")), HasSubstr("'real_time' is 1e+300"));
  EXPECT_THAT(error_of(output("250.0", "\"fast\"")), HasSubstr("'real_time' is missing or no number"));
  EXPECT_THAT(error_of(output("\"ms\", \"clips", "\"weeks\", \"clips")), HasSubstr("no unit of time 'weeks'"));
  EXPECT_THAT(
      error_of(output("\"iteration\", \"repetition_index\": 0", "\"iteration\", \"error_occurred\": true, \"error_message\": \"boom\"")),
      HasSubstr("boom"));
  std::string nothing = output();
  for (size_t at = nothing.find("\"iteration\""); at != std::string::npos; at = nothing.find("\"iteration\""))
    nothing.replace(at, 11, "\"aggregate\"");
  EXPECT_THAT(error_of(nothing), HasSubstr("nothing was measured"));
}

TEST_F(ThroughputOutput, ThePeakIsTheBestOfAllKernelsAndRepetitions) {
  const std::string text = R"({"context": {}, "benchmarks": [
    {"name": "peak/blas_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 100.0},
    {"name": "peak/own_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 120.0},
    {"name": "peak/blas_fp32/iterations:1", "run_type": "iteration", "gflop_per_s": 110.0},
    {"name": "peak/triad/iterations:1", "run_type": "iteration", "gbyte_per_s": 9.5},
    {"name": "peak/triad/iterations:1", "run_type": "iteration", "gbyte_per_s": 9.0}]})";
  write_file_atomically(file_, text);
  const auto peak = read_peak(file_);
  EXPECT_EQ(peak.gflop_per_s, 120);
  EXPECT_EQ(peak.kernel, "own_fp32");
  EXPECT_EQ(peak.gbyte_per_s, 9.5);
  write_file_atomically(file_, R"({"context": {}, "benchmarks": []})");
  EXPECT_THAT(test::error_of([&] { (void)read_peak(file_); }), HasSubstr("no peak of this machine"));
}

/// What Google Benchmark 1.7 writes of a benchmark that was repeated and of one that was not.
constexpr const char* kKernelOutput = R"({"context": {}, "benchmarks": [
  {"name": "small/table_mean", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "mean",
   "aggregate_unit": "time",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 9.0, "cpu_time": 1.0, "time_unit": "ms", "GFLOP": 3.0},
  {"name": "small/table_median", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "median",
   "aggregate_unit": "time",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 8.0, "cpu_time": 1.0, "time_unit": "ms", "GFLOP": 2.5},
  {"name": "small/table_cv", "run_name": "small/table/repeats:5/manual_time", "run_type": "aggregate", "aggregate_name": "cv",
   "aggregate_unit": "percentage",
   "repetitions": 5, "threads": 1, "iterations": 5, "real_time": 0.125, "cpu_time": 0.5, "time_unit": "ms", "GFLOP": 0.5},
  {"name": "large/real_time", "run_name": "large/real_time", "run_type": "iteration", "repetitions": 1, "repetition_index": 0,
   "threads": 1, "iterations": 1, "real_time": 2.0, "cpu_time": 1.0, "time_unit": "s", "items_per_second": 7.0}]})";

TEST_F(ThroughputOutput, OfOtherProgramsGivesMediansAndTheirOwnCounters) {
  write_file_atomically(file_, kKernelOutput);
  const auto speeds = read_kernels(file_, "bench_clustering");
  ASSERT_EQ(speeds.size(), 2U);
  EXPECT_EQ(speeds[0].name, "small/table");
  EXPECT_DOUBLE_EQ(speeds[0].seconds, 0.008);
  EXPECT_DOUBLE_EQ(speeds[0].deviation, 0.125);
  EXPECT_EQ(speeds[0].figures, (std::map<std::string, double>{{"GFLOP", 2.5}}));
  EXPECT_EQ(speeds[1].name, "large");
  EXPECT_DOUBLE_EQ(speeds[1].seconds, 2);
  EXPECT_TRUE(std::isnan(speeds[1].deviation));
  EXPECT_EQ(speeds[1].figures, (std::map<std::string, double>{{"items_per_second", 7}}));
  write_file_atomically(file_, R"({"context": {}, "benchmarks": []})");
  EXPECT_THAT(test::error_of([&] { (void)read_kernels(file_, "bench_clustering"); }),
              HasSubstr("is no output of bench_clustering: nothing was measured"));
}

TEST_F(ThroughputOutput, OfOtherProgramsMayCountAnythingButTimesAreTimes) {
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = kKernelOutput;
    text.replace(text.find(from), from.size(), to);
    write_file_atomically(file_, text);
  };
  with("\"GFLOP\": 2.5", "\"n\": -3, \"bytes\": 1e18");
  EXPECT_EQ(read_kernels(file_, "bench_clustering").at(0).figures, (std::map<std::string, double>{{"n", -3}, {"bytes", 1e18}}));
  with("8.0", "-8.0");
  EXPECT_THAT(test::error_of([&] { (void)read_kernels(file_, "bench_clustering"); }), HasSubstr("'real_time' is -8"));
}

}  // namespace
}  // namespace vbench
