// When labels are computed again (section 3.1: often in the beginning, ever more rarely later). Used by the method before each step.
#pragma once

#include <cstdint>
#include <vector>

namespace vbench::selavi {

struct RelabelOptions {
  int64_t times = 100;  ///< labellings of a whole run, the first before the first step
  double power = 1.5;   ///< of their growing distance
};

/// Steps before which labels are computed again: epochs * iterations * x^power for evenly spaced x in [0, 1].
/// Where several entries lie between two steps, each step takes one; the rest wait, as in the authors' code.
class RelabelSchedule {
 public:
  /// @param iterations   steps of an epoch
  /// @param start_epoch  of a continued run: entries up to its first step are dropped; 0: a fresh run, nothing is
  RelabelSchedule(const RelabelOptions& options, int64_t epochs, int64_t iterations, int64_t start_epoch = 0);

  /// Asked before every step, numbered over the whole run; takes an entry if one is due.
  [[nodiscard]] bool due(int64_t step);

  /// What is left, the next one last; the first never comes up.
  [[nodiscard]] const std::vector<double>& entries() const { return entries_; }

 private:
  std::vector<double> entries_;
};

}  // namespace vbench::selavi
