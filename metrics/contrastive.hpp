// Commonsense score (Mahdisoltani et al. 2018): is a classifier right among classes that look alike and mean something else? Pure
// functions of tensors. Used by the protocol of smth3d.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vbench {

/// Classes that are told apart from each other only.
struct ClassGroup {
  std::vector<int64_t> classes;
  std::vector<int64_t> merge;  ///< a number a class: those with the same count as one; as long as `classes`
};

struct GroupScore {
  at::Tensor confusion;      ///< [M, M] int64, row = true class; the merged classes in order of their first member
  double accuracy = 0;       ///< share right; NaN without samples
  double most_frequent = 0;  ///< share of the most frequent true class: what always naming it would reach; NaN without samples

  [[nodiscard]] int64_t samples() const;
};

/// Plain means over the groups that have samples; NaN if none has.
struct ContrastiveScore {
  double accuracy = 0;
  double most_frequent = 0;
  int64_t counted = 0;             ///< groups in the means
  std::vector<GroupScore> groups;  ///< all of them, in order
};

/// @param confusion  [M, M] int64, row = true class
[[nodiscard]] GroupScore group_score(const at::Tensor& confusion);
[[nodiscard]] ContrastiveScore mean_of_groups(std::vector<GroupScore> groups);

/// For every group: samples whose true class is in it, the highest logit among the group's classes (among equal ones the class that the
/// group names first), truth and prediction merged.
/// @param logits  [N, K] floating point   @param target  [N] int64 in [0, K)
/// @throws Error  kInput for shapes and types, groups without or with unknown classes; kNumeric names the first row with a NaN
[[nodiscard]] ContrastiveScore contrastive_score(const at::Tensor& logits, const at::Tensor& target, const std::vector<ClassGroup>& groups);

}  // namespace vbench
