#include "methods/sam/ordering.hpp"

#include <torch/types.h>

namespace vbench::sam {
namespace {

/// The enlarged versions of a set that is too small; the set itself where it is not.
std::vector<at::Tensor> enlarged(const Network& network, const at::Tensor& sets) {
  if (sets.size(1) >= network.min_scale()) return {sets};
  const auto how = network.enlargement(sets.size(1));
  if (how.tiles > 1) return enlarged(network, sets.repeat({1, how.tiles, 1}));
  std::vector<at::Tensor> all;
  for (const auto& repeats : how.repeats) {  // of every choice, each member is appended alone
    for (const int64_t index : repeats) {
      for (auto& set : enlarged(network, torch::cat({sets, sets.narrow(1, index, 1)}, 1))) all.push_back(std::move(set));
    }
  }
  return all;
}

template <class Distances>
at::Tensor mean_over(const std::vector<at::Tensor>& sets, const Distances& distances) {
  at::Tensor sum;
  for (const auto& set : sets) sum = sum.defined() ? sum + distances(set) : distances(set);
  return (sum / static_cast<double>(sets.size())).to(torch::kCPU, torch::kFloat);
}

}  // namespace

at::Tensor Ordering::completion(const at::Tensor& reference, const at::Tensor& query) const {
  const bool repeat = network != nullptr && small_sets == SmallSets::kRepeat;
  const auto sets = repeat ? enlarged(*network, reference) : std::vector<at::Tensor>{reference};
  return mean_over(sets, [&](const at::Tensor& set) { return completion_distances(network, predictor, set, query); });
}

at::Tensor Ordering::odd_one_out(const at::Tensor& sets) const {
  const bool repeat = network != nullptr && small_sets == SmallSets::kRepeat;
  const auto all = repeat ? enlarged(*network, sets) : std::vector<at::Tensor>{sets};
  // Repeated members stand behind the original ones, whose distances are asked for.
  return mean_over(all, [&](const at::Tensor& set) { return outlier_distances(network, predictor, set).narrow(1, 0, sets.size(1)); });
}

}  // namespace vbench::sam
