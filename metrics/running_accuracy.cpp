#include "metrics/running_accuracy.hpp"

#include <ATen/ATen.h>

#include "harness/core/error.hpp"

namespace vbench {

AccuracyFigures RunningAccuracy::add(double loss, const at::Tensor& ranks) {
  const int64_t rows = ranks.numel();
  if (rows == 0) throw input_error("a batch without rows has no accuracy");
  const auto hits1 = ranks.le(1).sum().item<int64_t>(), hits5 = ranks.le(5).sum().item<int64_t>();
  ++batches_;
  samples_ += rows;
  hits1_ += hits1;
  hits5_ += hits5;
  batch_losses_ += loss;
  sample_losses_ += loss * static_cast<double>(rows);
  const auto share = [](int64_t hits, int64_t of) { return static_cast<double>(hits) / static_cast<double>(of); };
  const auto noted = every_batch_
                         ? AccuracyFigures{loss, share(hits1, rows), share(hits5, rows)}
                         : AccuracyFigures{batch_losses_ / static_cast<double>(batches_), share(hits1_, samples_), share(hits5_, samples_)};
  noted_.loss += noted.loss;
  noted_.top1 += noted.top1;
  noted_.top5 += noted.top5;
  return noted;
}

AccuracyFigures RunningAccuracy::figures() const {
  const auto n = static_cast<double>(samples_);
  return {sample_losses_ / n, static_cast<double>(hits1_) / n, static_cast<double>(hits5_) / n};
}

AccuracyFigures RunningAccuracy::upstream_figures() const {
  const auto n = static_cast<double>(batches_);
  return {noted_.loss / n, noted_.top1 / n, noted_.top5 / n};
}

}  // namespace vbench
