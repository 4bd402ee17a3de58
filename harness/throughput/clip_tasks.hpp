// Things that take clips and are timed side by side, and how their rates are printed. Used by srtg.cpp and smth3d.cpp.
#pragma once

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace vbench::throughput {

/// One thing that is measured.
struct Task {
  std::string name;
  int64_t clips;
  std::function<void()> body;
  std::vector<double> seconds = {};

  double run() {
    const auto start = std::chrono::steady_clock::now();
    body();
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    return seconds.back();
  }
  /// Of the least disturbed repetition: other work on the machine can only slow one down.
  [[nodiscard]] double clips_per_second() const {
    return seconds.empty() ? 0 : static_cast<double>(clips) / *std::min_element(seconds.begin(), seconds.end());
  }
};

/// 0: it was not measured.
inline double rate_of(const std::vector<Task>& tasks, const std::string& name) {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.name == name; });
  return found == tasks.end() ? 0 : found->clips_per_second();
}

inline std::string ratio_of(double ours, double theirs) { return theirs > 0 && ours > 0 ? fmt::format("{:.2f}x", ours / theirs) : "-"; }
inline std::string known(double rate, int digits = 1) { return rate > 0 ? fmt::format("{:.{}f}", rate, digits) : "-"; }

/// In an order of Google Benchmark's.
inline void run_tasks(std::vector<Task>& tasks, int repetitions, int argc, char** argv) {
  for (auto& task : tasks) {
    benchmark::RegisterBenchmark(task.name.c_str(),
                                 [&task](benchmark::State& state) {
                                   if (task.seconds.empty()) task.body();
                                   for (auto _ : state) state.SetIterationTime(task.run());
                                   state.SetItemsProcessed(task.clips * state.iterations());
                                 })
        ->UseManualTime()
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->ReportAggregatesOnly()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  if (!benchmark::ReportUnrecognizedArguments(argc, argv)) benchmark::RunSpecifiedBenchmarks();
}

}  // namespace vbench::throughput
