#include "harness/train/options.hpp"

#include "harness/core/settings.hpp"

namespace vbench {

void TrainOptions::bind(Settings& settings) {
  settings.integer("epochs", epochs, "passes over the training split; -1: until schedule.last_learning_rate", {-1, 1e6});
  settings.integer("batch_size", batch_size, "items a training step", {1, 1e6});
  settings.integer("eval_batch_size", eval_batch_size, "items an evaluation step", {1, 1e6});
  settings.flag("drop_last", drop_last, "leave out an epoch's last training batch if it is not full, unless it is the only one");
  settings.choice("optimizer", optimizer.kind, "update rule",
                  {{"adam", OptimizerKind::kAdam}, {"radam", OptimizerKind::kRAdam}, {"sgd", OptimizerKind::kSgd}});
  settings.number("optimizer.learning_rate", optimizer.learning_rate, "base learning rate", {0, 1e3});
  settings.number("optimizer.beta1", optimizer.beta1, "Adam, RAdam: decay of the first moment", {0, 1});
  settings.number("optimizer.beta2", optimizer.beta2, "Adam, RAdam: decay of the second moment", {0, 1});
  settings.number("optimizer.epsilon", optimizer.epsilon, "Adam, RAdam: added to the root of the second moment", {0, 1});
  settings.number("optimizer.momentum", optimizer.momentum, "SGD: momentum", {0, 1});
  settings.flag("optimizer.nesterov", optimizer.nesterov, "SGD: Nesterov momentum");
  settings.number("optimizer.weight_decay", optimizer.weight_decay, "L2 for Adam and SGD, decoupled for RAdam", {0, 1e3});
  settings.flag("optimizer.radam_degenerates_to_sgd", optimizer.radam_degenerates_to_sgd,
                "RAdam: momentum steps while the variance is intractable");
  settings.choice("schedule", schedule.kind, "learning-rate schedule",
                  {{"constant", ScheduleKind::kConstant},
                   {"plateau", ScheduleKind::kReduceOnPlateau},
                   {"step", ScheduleKind::kStep},
                   {"cosine", ScheduleKind::kCosine},
                   {"cosine_by_epoch", ScheduleKind::kCosineByEpoch},
                   {"cosine_by_loss", ScheduleKind::kCosineByLoss},
                   {"multi_factor", ScheduleKind::kMultiFactor}});
  settings.number("schedule.factor", schedule.factor, "plateau, step, multi_factor: multiplier of each reduction", {0, 1});
  settings.integer("schedule.patience", schedule.patience, "plateau: validated epochs without improvement that are tolerated", {0, 1e6});
  settings.choice("schedule.follows", schedule.follows, "plateau: of the score that chooses the best epoch, or of the validation loss",
                  {{"score", PlateauFollows::kScore}, {"loss", PlateauFollows::kLoss}});
  settings.number("schedule.threshold", schedule.threshold, "plateau of the loss: relative margin of an improvement", {0, 1});
  settings.number("schedule.last_learning_rate", schedule.last_learning_rate,
                  "plateau: training ends when the learning rate is below it; 0: never", {0, 1e3});
  settings.integer("schedule.cooldown", schedule.cooldown, "plateau: validated epochs after a reduction that do not count", {0, 1e6});
  settings.number("schedule.min_factor", schedule.min_factor, "plateau, cosine: lower bound of the total factor", {0, 1});
  settings.integer("schedule.step_epochs", schedule.step_epochs, "step: epochs between reductions", {1, 1e6});
  settings.integers("schedule.steps", schedule.steps, "multi_factor: epochs after which the rate falls, increasing; empty: never");
  settings.choice("schedule.cycle", schedule.cycle, "multi_factor: halve the rate from quarter to quarter of every epoch, or not",
                  {{"upstream", RateCycle::kUpstream}, {"off", RateCycle::kOff}});
  settings.integer("schedule.warmup_epochs", schedule.warmup_epochs, "epochs of rising learning rate", {0, 1e6});
  settings.choice("schedule.warmup_unit", schedule.warmup_unit, "the learning rate rises per epoch or per step",
                  {{"epoch", WarmupUnit::kEpoch}, {"step", WarmupUnit::kStep}, {"gradual", WarmupUnit::kGradual}});
  settings.number("schedule.warmup_multiplier", schedule.warmup_multiplier,
                  "gradual: the rate rises from the base rate to so many times it and stays there; 1: from 0 to the base rate", {1, 1e6});
  settings.number("clip_gradient_norm", clip_gradient_norm, "largest gradient norm, applied before the update; <= 0: off");
  settings.integer("early_stop_epochs", early_stop_epochs, "stop after so many epochs without a new best; 0: never", {0, 1e6});
  settings.number("improvement", improvement, "relative margin by which a new best must be better", {0, 1});
  settings.integer("first_validated_epoch", first_validated_epoch, "first epoch (from 0) that is validated", {0, 1e6});
  settings.integer("validate_every", validate_every, "validate every so many epochs, and after the last one", {1, 1e6});
  settings.integer("checkpoint_every_steps", checkpoint_every_steps, "also save within an epoch, every so many steps; 0: epoch ends only",
                   {0, 1e9});
}

}  // namespace vbench
