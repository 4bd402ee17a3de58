// log.csv in a run's folder: every loss term, figure and score of every epoch, for plots and for reading. Written by the trainer, read by
// `vbench watch`.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/core/run_record.hpp"

namespace vbench {

/// The last evaluation: of the best epoch, or of --eval-only.
struct FinalEvaluation {
  std::map<std::string, double> loss;
  Scores scores;
};

/// Replaces the file atomically. Rows "epoch,phase,name,value": epoch from 1, or empty for the last evaluation; phase train, val or final.
/// Learning rate and seconds stand in the phase train.
void write_run_log(const std::filesystem::path& path, const std::vector<EpochRecord>& history, const FinalEvaluation* last);

/// What such a file holds. `improved` is not among it.
struct RunLog {
  std::vector<EpochRecord> history;
  std::optional<FinalEvaluation> last;
};
/// Nothing if there is no such file. @throws Error kInput with the line that is wrong
[[nodiscard]] std::optional<RunLog> read_run_log(const std::filesystem::path& path);

}  // namespace vbench
