// Runs as their folders show them while they go on: what they are doing, their epochs, rows of a table, event files for TensorBoard.
// Used by `vbench watch`.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_spec.hpp"
#include "harness/train/run_log.hpp"
#include "harness/train/run_status.hpp"
#include "results/table.hpp"

namespace vbench::cli {

struct WatchedRun {
  std::filesystem::path folder;  ///< below --out
  std::string method, dataset, variant, configuration;
  int64_t seed = 0;
  std::optional<RunStatus> status;  ///< nothing: of a vbench that wrote none, or not to be read
  RunLog log;                       ///< epochs of this run, not of an earlier one in its folder
  std::string problem;              ///< of a log that cannot be read
  int64_t log_unix = 0;             ///< when the log was written

  [[nodiscard]] bool goes_on() const;
  [[nodiscard]] std::string state() const;                   ///< "training 45 %", "stopped", ...
  [[nodiscard]] std::string epoch() const;                   ///< finished or in work, "3/10"
  [[nodiscard]] std::optional<double> seconds_left() const;  ///< of training
};

/// Runs below `spec.out` that method, dataset and variant let through: those that go on first, then the newest first.
[[nodiscard]] std::vector<WatchedRun> watched_runs(const RunSpec& spec);

[[nodiscard]] Table watch_table(const std::vector<WatchedRun>& runs);

/// One line of a log, for where nothing can be redrawn. Changes whenever something happened that is worth a line.
[[nodiscard]] std::string watch_line(const WatchedRun& run);

/// Writes the event file of the run below `folder` if it has epochs that the file lacks. Files of an earlier run in the same place go.
void write_event_file(const WatchedRun& run, const std::filesystem::path& folder);

}  // namespace vbench::cli
