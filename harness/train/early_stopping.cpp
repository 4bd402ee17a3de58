#include "harness/train/early_stopping.hpp"

#include <cmath>

#include "harness/core/error.hpp"

namespace vbench {

bool BestTracker::update(int64_t epoch, double score) {
  if (!std::isfinite(score))
    throw Error(ErrorKind::kNumeric, "the score that selects the best epoch is not finite", "epoch " + std::to_string(epoch + 1));
  if (best_epoch_ >= 0 && !(score > best_score_ * (1 + improvement_))) return false;
  best_epoch_ = epoch;
  best_score_ = score;
  return true;
}

bool BestTracker::should_stop(int64_t next_epoch) const {
  const int64_t last_epoch = next_epoch - 1;
  return patience_ > 0 && best_epoch_ >= 0 && last_epoch - best_epoch_ >= patience_;
}

void BestTracker::load_state(const std::vector<double>& state) {
  const bool good = state.size() == 2 && state[0] >= -1 && state[0] < 1e15 && state[0] == std::floor(state[0]) && std::isfinite(state[1]);
  if (!good) throw input_error("the best epoch's state is not an epoch and a score", "checkpoint");
  best_epoch_ = static_cast<int64_t>(state[0]);
  best_score_ = state[1];
}

}  // namespace vbench
