#include "metrics/classification.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <limits>

#include "harness/core/error.hpp"
#include "metrics/retrieval.hpp"

namespace vbench {

at::Tensor class_ranks(const at::Tensor& logits, const at::Tensor& target) { return target_ranks(logits, target, Ties::kByIndex); }

double accuracy_at(const at::Tensor& ranks, int64_t k) {
  if (k < 1) throw input_error(fmt::format("accuracy among the {} best is not defined", k));
  if (ranks.numel() == 0) return std::numeric_limits<double>::quiet_NaN();
  return recall_at(ranks, k);
}

double top_k_accuracy(const at::Tensor& logits, const at::Tensor& target, int64_t k) {
  const auto ranks = class_ranks(logits, target);
  if (k > logits.size(1)) throw input_error(fmt::format("accuracy among the {} best of {} classes is not defined", k, logits.size(1)));
  return accuracy_at(ranks, k);
}

}  // namespace vbench
