// status.json in a run's folder: what the run is doing, between the epochs that log.csv has. Written by the trainer, read by `vbench
// watch`.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace vbench {

enum class RunState { kTraining, kValidating, kEvaluating, kFinished, kInterrupted, kFailed };
[[nodiscard]] std::string to_string(RunState state);
[[nodiscard]] constexpr bool has_ended(RunState state) { return state >= RunState::kFinished; }

struct RunStatus {
  RunState state = RunState::kTraining;
  std::string reason;            ///< of a run that was interrupted or failed
  int64_t epoch = 0;             ///< in work, from 1; 0: nothing is trained
  int64_t epochs = 0;            ///< in all; -1: the schedule ends them
  int64_t step = 0, steps = 0;   ///< done and in all of this epoch or evaluation
  int64_t begun_unix = 0;        ///< the run
  int64_t phase_begun_unix = 0;  ///< this epoch or evaluation
  int64_t updated_unix = 0;
  std::string host;  ///< on which the process runs
  int64_t process = 0, process_begun = 0;
};

/// The last word of the process that writes the file, and never a reason for a run to fail: what cannot be written is left out.
class StatusFile {
 public:
  StatusFile(const std::filesystem::path& run_folder, int64_t epochs);

  void begin(RunState state, int64_t epoch, int64_t steps, int64_t step = 0);
  /// Writes every two seconds at most.
  void update(int64_t step);
  void end(RunState state, const std::string& reason = "");

 private:
  void write();

  std::filesystem::path file_;
  RunStatus status_;
  std::chrono::steady_clock::time_point written_;
};

/// Nothing if there is no such file, or if what it holds is no status: half a file after a power failure, or somebody else's.
[[nodiscard]] std::optional<RunStatus> read_run_status(const std::filesystem::path& run_folder);

/// Whether the process that wrote it is still there; nothing for one on another machine.
[[nodiscard]] std::optional<bool> is_alive(const RunStatus& status);

}  // namespace vbench
