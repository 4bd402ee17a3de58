// Measured speeds: what one is, how the benchmark program's output becomes some, and the tables of them. Used by the store and by
// `vbench throughput`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"
#include "results/table.hpp"

namespace vbench {

/// One repetition of one stage.
struct ThroughputRow {
  std::string measurement;  ///< id shared by all that one command measured
  int64_t created_unix = 0;
  std::string method, variant, dataset;
  Source source = Source::kReal;
  std::string stage;  ///< "forward"
  int64_t batch = 0;  ///< samples at a time
  std::string precision;
  int64_t threads = 0, workers = 0;
  int64_t repetition = 0;
  double seconds = 0;  ///< of a batch
  double clips_per_s = 0, samples_per_s = 0;
  double gflop_per_s = std::numeric_limits<double>::quiet_NaN();  ///< NaN: not counted
  double peak_share = std::numeric_limits<double>::quiet_NaN();   ///< of the machine's measured product of matrices; NaN: not comparable
  int64_t peak_bytes = 0;                                         ///< resident at most while the stage ran
  std::map<std::string, std::string> environment;                 ///< as of a run, and peak_..., program, settings
};

/// Stages in the order in which tables show them.
[[nodiscard]] const std::vector<std::string>& throughput_stages();

/// What a machine can do at most, of the repetitions that went best.
struct MachinePeak {
  double gflop_per_s = 0, gbyte_per_s = 0;
  std::string kernel;  ///< of the products
};

/// Rows of what `bench_stages --benchmark_out=FILE` wrote; without measurement, time and share of the peak.
/// @throws Error kInput if the file is no such output, or says that something failed
[[nodiscard]] std::vector<ThroughputRow> read_stages(const std::filesystem::path& file);
[[nodiscard]] MachinePeak read_peak(const std::filesystem::path& file);

/// Adds the machine's figures to the rows.
void add_peak(std::vector<ThroughputRow>& rows, const MachinePeak& peak);

/// A table for each dataset, source and processor: medians over the repetitions of a measurement, the newest one of each kind.
[[nodiscard]] std::vector<Table> throughput_tables(const std::vector<ThroughputRow>& rows);

/// Two builds measured in turns: medians, their ratio, and how likely such a difference is by chance.
[[nodiscard]] std::vector<Table> comparison_tables(const std::vector<ThroughputRow>& base, const std::vector<ThroughputRow>& candidate);

/// One benchmark of another Google Benchmark program: a kernel, or a computation beside a plain one.
struct KernelSpeed {
  std::string measurement;  ///< id shared by all that one command measured
  int64_t created_unix = 0;
  std::string program, name;              ///< "sinkhorn", "1e6x400/table"
  double seconds = 0;                     ///< median
  double deviation = 0;                   ///< of the repetitions, as a share of their mean; NaN: there was one
  std::map<std::string, double> figures;  ///< its own counters: "items_per_second", "GFLOP", ...
  int64_t peak_bytes = 0;                 ///< resident in the whole program at most
  std::map<std::string, std::string> environment;
};

/// @param program  that wrote the file, for errors
/// @throws Error kInput as read_stages(); without measurement, program and memory
[[nodiscard]] std::vector<KernelSpeed> read_kernels(const std::filesystem::path& file, const std::string& program);

/// A table for each processor: the newest measurement of each benchmark.
[[nodiscard]] std::vector<Table> kernel_tables(const std::vector<KernelSpeed>& speeds);

}  // namespace vbench
