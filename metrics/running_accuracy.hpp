// Loss, top-1 and top-5 over the batches of an epoch: the true figures, and those that SRTG's authors write down.
// Used by the protocols of methods that name things.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace vbench {

struct AccuracyFigures {
  double loss = 0, top1 = 0, top5 = 0;
};

class RunningAccuracy {
 public:
  /// @param every_batch  what is noted after a batch is that batch's figures (training), not those of all batches so far (validation)
  explicit RunningAccuracy(bool every_batch) : every_batch_(every_batch) {}

  /// @param loss   mean over the batch
  /// @param ranks  [N] int64 of class_ranks, N > 0
  /// @return       what the original notes after this batch: its losses are averaged over batches whatever their sizes
  /// @throws Error kInput for a batch without rows
  AccuracyFigures add(double loss, const at::Tensor& ranks);

  /// Over samples: each counts the same. NaN before the first.
  [[nodiscard]] AccuracyFigures figures() const;
  /// Mean over batches of what add() gave back: the original's figure of an epoch. NaN before the first.
  [[nodiscard]] AccuracyFigures upstream_figures() const;

 private:
  bool every_batch_;
  int64_t batches_ = 0, samples_ = 0, hits1_ = 0, hits5_ = 0;
  double batch_losses_ = 0, sample_losses_ = 0;
  AccuracyFigures noted_;  // summed
};

}  // namespace vbench
