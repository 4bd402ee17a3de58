// Finds and starts the Google Benchmark programs. Used by `vbench throughput`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/throughput.hpp"

namespace vbench::cli {

/// One process of the program measures one of these.
struct MeasuredCombination {
  std::string method, dataset, variant;
  int64_t batch = 0;  ///< 0: the variant's
  std::string precision = "fp32";
  int64_t threads = 0;                      ///< 0: all cores
  std::vector<std::string> data_arguments;  ///< "--data-root=...", "--set=..."
  std::string settings;                     ///< that differ from the variant's: "epochs=3 model.bottleneck=8"
  std::string stages;                       ///< with commas between; empty: all
  double min_time = 0.5;                    ///< seconds of a repetition
};

class BenchmarkProgram {
 public:
  /// @param folder  that holds it; empty: beside vbench, or where an installation has it
  /// @throws Error kInput if it is not there or cannot be started
  explicit BenchmarkProgram(const std::filesystem::path& folder, const std::string& name = "bench_stages");

  /// @throws Error of the kind of the program's exit code with what it said, kInput for an output that cannot be believed
  [[nodiscard]] std::vector<ThroughputRow> measure(const MeasuredCombination& what, int64_t repetitions) const;
  [[nodiscard]] MachinePeak measure_peak(const std::string& precision, int64_t threads) const;

  /// Of another program than bench_stages: all that it measures. Where it does not know itself how often, that often.
  [[nodiscard]] std::vector<KernelSpeed> measure_kernels(int64_t repetitions) const;

 private:
  /// @return bytes that it had resident at most
  int64_t run(std::vector<std::string> arguments, const std::filesystem::path& output) const;

  std::filesystem::path program_;
};

/// Names of the other programs in that folder, without "bench_".
[[nodiscard]] std::vector<std::string> kernel_programs(const std::filesystem::path& folder);

}  // namespace vbench::cli
