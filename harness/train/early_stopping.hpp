// Which epoch is the best one, and when to stop waiting for a better one. Used by the trainer and its checkpoints.
#pragma once

#include <cstdint>
#include <vector>

namespace vbench {

/// The first score is always a best one; a later one must be above best x (1 + improvement). The product is taken literally, as COOT's
/// authors do: at a best of 0 any positive score is better, and below 0 the bar sinks under the best score. Scores are fractions 0..1, so
/// that is academic.
class BestTracker {
 public:
  /// @param improvement  relative margin
  /// @param patience     epochs after the best one that are trained in vain before the end; 0: never stop
  BestTracker(double improvement, int64_t patience) : improvement_(improvement), patience_(patience) {}

  /// @return whether this validated epoch (from 0) is the new best one
  /// @throws Error kNumeric for a score that is not finite
  bool update(int64_t epoch, double score);

  /// Asked before an epoch: is the last one done `patience` or more epochs after the best one? Never true before the first validation.
  [[nodiscard]] bool should_stop(int64_t next_epoch) const;

  [[nodiscard]] int64_t best_epoch() const { return best_epoch_; }  ///< -1 before the first validation
  [[nodiscard]] double best_score() const { return best_score_; }   ///< 0 before the first validation

  [[nodiscard]] std::vector<double> state() const { return {static_cast<double>(best_epoch_), best_score_}; }
  /// @throws Error kInput for a state that no tracker can have given
  void load_state(const std::vector<double>& state);

 private:
  double improvement_;
  int64_t patience_;
  int64_t best_epoch_ = -1;
  double best_score_ = 0;
};

}  // namespace vbench
