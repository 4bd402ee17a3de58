#include "metrics/set_tasks.hpp"

#include <ATen/ATen.h>

#include <algorithm>

#include "metrics/retrieval.hpp"

namespace vbench {

at::Tensor outlier_ranks(const at::Tensor& distances, std::span<const int64_t> outliers) {
  auto target = at::empty({static_cast<int64_t>(outliers.size())}, at::kLong);
  std::copy(outliers.begin(), outliers.end(), target.data_ptr<int64_t>());
  return target_ranks(distances, target, Ties::kByIndex);
}

}  // namespace vbench
