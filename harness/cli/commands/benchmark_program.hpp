// Finds and starts bench_stages. Used by `vbench throughput`.
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
  std::string stages;                       ///< with commas between; empty: all
  double min_time = 0.5;                    ///< seconds of a repetition
};

class BenchmarkProgram {
 public:
  /// @param folder  that holds it; empty: beside vbench, or where an installation has it
  /// @throws Error kInput if it is not there or cannot be started
  explicit BenchmarkProgram(const std::filesystem::path& folder);

  /// @throws Error of the kind of the program's exit code with what it said, kInput for an output that cannot be believed
  [[nodiscard]] std::vector<ThroughputRow> measure(const MeasuredCombination& what, int64_t repetitions) const;
  [[nodiscard]] MachinePeak measure_peak(const std::string& precision, int64_t threads) const;

 private:
  void run(std::vector<std::string> arguments, const std::filesystem::path& output) const;

  std::filesystem::path program_;
};

}  // namespace vbench::cli
