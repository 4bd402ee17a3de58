// Learning-rate schedules: constant, reduce on plateau, step, multi-factor and cosines, each with warm-up. Used by the trainer and its
// checkpoints.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/train/multi_factor.hpp"
#include "harness/train/options.hpp"

namespace vbench {

/// Gives the learning rate of the next step: base rate x factor.
///
/// While epoch < warmup_epochs the factor is that of the warm-up alone, for every kind: (epoch + 1) / warmup_epochs, or by step
/// (step + 1) / (warmup_epochs x steps_per_epoch + 1), or gradually (m - 1) epoch / warmup_epochs + 1 for a multiplier m above 1 and
/// epoch / warmup_epochs for 1. Afterwards, with epochs counted from the start of training, and m times that after a gradual warm-up:
///  - constant: 1
///  - plateau: max(factor^reductions, min_factor); a reduction follows more than `patience` validated epochs without improvement. The
///  `cooldown`
///    validated epochs after a reduction do not count, nor do epochs without validation or in the warm-up. Of the score, an improvement is
///    a new best epoch; of the loss, it is a loss below best x (1 - threshold), and reductions of the rate by 1e-8 or less do not happen,
///    as in PyTorch's ReduceLROnPlateau.
///  - step: factor^floor(epoch / step_epochs)
///  - cosine: from 1 at the first step after the warm-up along half a cosine to min_factor, which the step after the last one would have;
///    it changes with every step
///  - cosine_by_epoch: min_factor + (1 - min_factor) (1 + cos(pi e / epochs)) / 2 in epoch e, constant within an epoch
///  - multi_factor: SRTG's, by epochs and by quarters of an epoch (multi_factor.hpp); the total rate is at least 1e-6
///  - cosine_by_loss: the same with the last validation loss in the place of e, 0 before the first: what SAM's authors ran by mistake
class Schedule {
 public:
  /// @param epochs  planned length of the training, on which the cosines depend; -1: until the schedule is_over()
  /// @throws Error kInput if an epoch has no steps, kUsage for schedules that never end if they must
  [[nodiscard]] static std::unique_ptr<Schedule> make(const ScheduleOptions& options, double base_learning_rate, int64_t steps_per_epoch,
                                                      int64_t epochs);

  /// Of the next step.
  [[nodiscard]] double learning_rate() const;

  /// The rate is below the last one that was asked for.
  [[nodiscard]] bool is_over() const;

  /// What is known of the rates before the training starts; empty but for multi_factor.
  [[nodiscard]] std::string table() const { return multi_factor_ ? multi_factor_->table(epochs_) : ""; }

  void step() { ++steps_; }  ///< after each training step
  /// After each epoch; `improved` and the validation's loss count only if validated.
  void step_epoch(bool validated, bool improved, std::optional<double> validation_loss = {});

  /// Counters, the last loss and the best one alone; the options are not part of it.
  [[nodiscard]] std::vector<double> state() const;
  /// @throws Error kInput for a state that no schedule can have given
  void load_state(const std::vector<double>& state);

 private:
  Schedule(const ScheduleOptions& options, double base, int64_t steps_per_epoch, int64_t epochs);
  [[nodiscard]] double warmup_factor() const;
  [[nodiscard]] double factor_of_kind() const;
  [[nodiscard]] double cosine_factor() const;
  [[nodiscard]] double half_cosine(double progress) const;
  [[nodiscard]] double plateau_factor(int64_t reductions) const;
  [[nodiscard]] bool is_new_best(double loss);
  [[nodiscard]] bool may_reduce() const;

  ScheduleOptions options_;
  double base_;
  std::optional<MultiFactorRate> multi_factor_;
  int64_t steps_per_epoch_, epochs_;
  int64_t epoch_ = 0, steps_ = 0;                                 // done so far
  int64_t reductions_ = 0, bad_epochs_ = 0, cooling_epochs_ = 0;  // plateau only
  double loss_ = 0;                                               // of the last validation
  std::optional<double> best_loss_;                               // plateau of the loss only
};

}  // namespace vbench
