// Learning rate of SRTG: falls at given epochs, and within every epoch as the batches of multigrid training get smaller.
// Used by schedule.hpp.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/train/options.hpp"

namespace vbench {

struct MultiFactorOptions {
  double learning_rate = 0.1;              ///< of the first quarter
  std::vector<int64_t> steps{15, 30, 40};  ///< epochs after which the rate falls, increasing
  double factor = 0.1;                     ///< at each of them
  RateCycle cycle = RateCycle::kUpstream;
};

/// A pure function of the iteration: a resumed run needs no other state.
class MultiFactorRate {
 public:
  /// @throws Error  kUsage for steps that do not increase from 1 on and for a factor or rate outside (0, 1] and (0, inf); kInput for an
  ///                epoch without iterations
  MultiFactorRate(const MultiFactorOptions& options, int64_t iterations_per_epoch);

  /// Rate with which iteration `iteration` (0-based, counted through all epochs) is stepped. The place in the epoch is counted from 1, so
  /// that an epoch's last iteration already has the rate of a first one. Never below 1e-6.
  [[nodiscard]] double at(int64_t iteration) const;

  /// The rates of a training of so many epochs, a line for each range of epochs with the same ones: "  1-15  1.00e-01  5.00e-02 ...".
  [[nodiscard]] std::string table(int64_t epochs) const;

  /// Calls of the original's scheduler after which the rate falls.
  [[nodiscard]] const std::vector<int64_t>& step_iterations() const { return steps_; }

 private:
  double base_, factor_;
  RateCycle cycle_;
  int64_t iterations_per_epoch_;
  std::vector<int64_t> steps_;
};

}  // namespace vbench
