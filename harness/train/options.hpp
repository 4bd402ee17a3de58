// Training hyper-parameters: what the trainer obeys. Methods give their published values, users override them with --set.
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace vbench {

class Settings;

enum class OptimizerKind { kAdam, kRAdam, kSgd };
enum class ScheduleKind { kConstant, kReduceOnPlateau, kStep, kCosine, kCosineByEpoch, kCosineByLoss, kMultiFactor };
enum class WarmupUnit {
  kEpoch,
  kStep,
  kGradual,  ///< by epoch, from the base rate to warmup_multiplier times it, which stays; with multiplier 1 from 0, as SeLaVi's authors do
             ///< it
};
/// What a plateau is a plateau of.
enum class PlateauFollows {
  kScore,  ///< epochs without a new best score, as the best epoch is chosen
  kLoss,   ///< the validation loss, as PyTorch's scheduler does it
};
enum class RateCycle {
  kUpstream,  ///< halved from quarter to quarter of each epoch, also where cycles of batches are off, as SRTG's authors do it
  kOff,
};

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  double learning_rate = 1e-3;
  double beta1 = 0.9;                     ///< Adam, RAdam
  double beta2 = 0.999;                   ///< Adam, RAdam
  double epsilon = 1e-8;                  ///< Adam, RAdam
  double momentum = 0.9;                  ///< SGD
  bool nesterov = false;                  ///< SGD
  double weight_decay = 0.0;              ///< L2 for Adam and SGD, decoupled for RAdam
  bool radam_degenerates_to_sgd = false;  ///< RAdam: plain momentum steps while the variance is not tractable
};

/// Epochs, increasing; the rest is 0. No vector: options of variants are compile-time values.
using Milestones = std::array<int64_t, 8>;

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kConstant;
  double factor = 0.1;                              ///< plateau, step, multi_factor: multiplier of each reduction
  int64_t patience = 2;                             ///< plateau: validated epochs without improvement that are tolerated
  PlateauFollows follows = PlateauFollows::kScore;  ///< plateau
  double threshold = 1e-4;                          ///< plateau that follows the loss: relative margin of an improvement
  double last_learning_rate = 0;                    ///< plateau: training ends when the rate is below it; 0: never
  int64_t cooldown = 3;                             ///< plateau: validated epochs after a reduction that do not count
  double min_factor = 0.0;                          ///< plateau, cosine: lower bound of the total factor
  int64_t step_epochs = 30;                         ///< step: epochs between reductions
  Milestones steps{15, 30, 40};                     ///< multi_factor: epochs after which the rate falls, increasing; empty: never
  RateCycle cycle = RateCycle::kUpstream;           ///< multi_factor: within every epoch
  int64_t warmup_epochs = 0;                        ///< any kind
  WarmupUnit warmup_unit = WarmupUnit::kEpoch;
  double warmup_multiplier = 1;  ///< gradual: of the rate after the warm-up; the number of processes that share a batch
};

struct TrainOptions {
  int64_t epochs = 100;  ///< -1: until schedule.last_learning_rate
  int64_t batch_size = 64;
  int64_t eval_batch_size = 64;
  bool drop_last = false;  ///< of the training batches, if it is not full
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  double clip_gradient_norm = -1;      ///< before the optimiser step; <= 0: off
  int64_t early_stop_epochs = 16;      ///< epochs since the best one; 0: never
  double improvement = 1e-4;           ///< relative: a score is better if score > best * (1 + improvement)
  int64_t first_validated_epoch = 0;   ///< 0-based
  int64_t validate_every = 1;          ///< epochs; the last one is validated whatever its number
  int64_t checkpoint_every_steps = 0;  ///< also within an epoch; 0: at epoch ends only

  void bind(Settings& settings);  ///< names them all ("epochs", "optimizer.learning_rate", ...)
};

}  // namespace vbench
