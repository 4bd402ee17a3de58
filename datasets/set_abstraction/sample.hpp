// What a set-abstraction dataset hands to a method: a set of videos with what is asked about it. Used by datasets and methods.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vbench::set_abstraction {

enum class Task {
  kAbstraction,  ///< what do these videos have in common?
  kCompletion,   ///< which candidate fits the set?
  kOddOneOut,    ///< which member does not belong?
};

/// One question. Tensors of other tasks are undefined.
struct Sample {
  Task task = Task::kAbstraction;
  std::string name;       ///< "val set 12", "completion 3/0"
  at::Tensor features;    ///< [n, D] float32: the set's videos; kCompletion: the reference
  at::Tensor labels;      ///< kAbstraction: [2^n - 1] int64, by subset in the order of power_set(n)
  at::Tensor embeddings;  ///< kAbstraction: [2^n - 1, E] float32: the videos' own, then those of the subsets' nodes
  at::Tensor query;       ///< kCompletion: [Q, D] float32
  at::Tensor distances;   ///< kCompletion: [Q] float64, ground truth; smaller fits better
  int64_t outlier = -1;   ///< kOddOneOut: index of the member
};

/// Samples of one task and one size, stacked along a first axis of B.
struct Group {
  Task task = Task::kAbstraction;
  std::vector<std::string> names;  ///< B
  at::Tensor features, labels, embeddings, query, distances;
  std::vector<int64_t> outliers;  ///< B, kOddOneOut

  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(names.size()); }
};

/// Groups in the order of their first samples.
struct Batch {
  std::vector<Group> groups;

  [[nodiscard]] int64_t size() const;                      ///< sets
  [[nodiscard]] Batch to(const at::Device& device) const;  ///< distances stay on the CPU
};

[[nodiscard]] Batch collate(const std::vector<Sample>& samples);

}  // namespace vbench::set_abstraction
