// Training checkpoints: everything that a resumed run needs to end with the same bits. Written and read by the trainer.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/train/early_stopping.hpp"
#include "harness/train/loss_mean.hpp"
#include "harness/train/loss_scaler.hpp"
#include "harness/train/optimizer.hpp"
#include "harness/train/schedule.hpp"

namespace vbench {

struct TrainJob;

/// Where training stands.
struct TrainState {
  int64_t epoch = 0;                 ///< the one in work, from 0
  int64_t step = 0;                  ///< steps done of it
  int64_t global_step = 0;           ///< steps done in all
  LossMean loss;                     ///< over the steps of this epoch
  std::vector<EpochRecord> history;  ///< finished epochs
};

/// References to all that a checkpoint holds.
struct CheckpointParts {
  const TrainJob& job;
  TrainState& state;
  std::vector<NamedTensor> weights;
  Optimizer& optimizer;
  Schedule& schedule;
  BestTracker& best;
  LossScaler& scaler;
};

/// Writes the whole state, atomically. Zip format of torch.save; weights lie under "weights" as network -> name -> tensor.
void save_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts);

/// Puts a saved state back. @throws Error kInput for a damaged file, kUsage if the settings of the run differ from the saved ones
void load_checkpoint(const std::filesystem::path& path, const CheckpointParts& parts);

/// Weights alone, as network -> name -> tensor: the layout that authors publish. Names are "network/name".
void save_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& weights);
void load_weights(const std::filesystem::path& path, const std::vector<NamedTensor>& weights);

}  // namespace vbench
