// Trains and evaluates one Experiment: epochs, validation, schedule, early stopping, checkpoints, resume. Knows no method.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/progress.hpp"
#include "harness/train/options.hpp"

namespace vbench {

/// One seed's job.
struct TrainJob {
  TrainOptions options;
  std::string name;  ///< "coot/yc2-100m seed 1": for messages and to recognise checkpoints
  uint64_t seed = 1;
  bool eval_only = false;
  bool resume = false;
  Precision precision = Precision::kFp32;
  std::string device = "cpu";
  std::filesystem::path folder;  ///< holds last.pth, best.pth and log.csv; those of an earlier run are renamed
  bool stretched = false;        ///< what is done in an epoch depends on how many there are, beside the learning rate's schedule
  std::map<std::string, std::string>
      settings;  ///< a resumed run must have the same (except `epochs`, unless something is stretched over them)
};

struct TrainResult {
  Evaluation evaluation;  ///< of the best epoch's weights
  int64_t epochs = 0;     ///< trained in all
  int64_t best_epoch = -1;
  std::vector<EpochRecord> history;
  /// Of this process, in items a second: read_clips_per_s, forward_clips_per_s (training's, if it trained), backward_clips_per_s (with the
  /// optimiser's step). What was not done is left out.
  std::map<std::string, double> speed;
};

/// Runs the job to its end. `folder` must exist.
/// @throws Error kNumeric for a loss or weights that are not finite (the last good checkpoint stays), kInterrupted after a signal (state
/// saved), kUsage or kInput for a checkpoint that this job cannot go on from
[[nodiscard]] TrainResult train(Experiment& experiment, const TrainJob& job, Progress& progress);

/// Evaluates the whole split once, without losses in the result.
[[nodiscard]] Evaluation evaluate(Experiment& experiment, const TrainJob& job, Progress& progress);

}  // namespace vbench
