#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/types.h>

#include <algorithm>
#include <map>

#include "datasets/set_abstraction/power_set.hpp"
#include "methods/sam/subset_layers.hpp"

namespace vbench::sam {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// row[to] += row[from]
struct Addition {
  int64_t to, from;
};

/// Sums over all subsets by one member after the other: after member i has had its turn, a row holds the sum over the subsets that differ
/// from its own in members 0..i only. For 4 members 28 additions instead of 50.
std::vector<Addition> additions(const SubsetRange& range) {
  std::map<size_t, int64_t> row_of;
  std::vector<size_t> masks;
  for (int64_t size = range.min_size; size <= range.max_size; ++size) {
    for (const auto& subset : set_abstraction::subsets_of_size(range.n, size)) {
      masks.push_back(set_abstraction::subset_mask(subset));
      row_of[masks.back()] = static_cast<int64_t>(masks.size()) - 1;
    }
  }
  std::vector<Addition> plan;
  for (int64_t member = 0; member < range.n; ++member) {
    const size_t bit = size_t{1} << member;
    for (size_t row = 0; row < masks.size(); ++row) {
      const auto smaller = (masks[row] & bit) == 0 ? row_of.end() : row_of.find(masks[row] ^ bit);
      if (smaller != row_of.end()) plan.push_back({static_cast<int64_t>(row), smaller->second});
    }
  }
  return plan;
}

/// Derivative of the sums: what reaches a row reaches all its subsets.
std::vector<Addition> reversed(std::vector<Addition> plan) {
  std::reverse(plan.begin(), plan.end());
  for (auto& addition : plan) std::swap(addition.to, addition.from);
  return plan;
}

// A stripe of all rows stays in the cache while the additions go over it.
template <class T>
void add_in_stripes(T* data, int64_t width, const std::vector<Addition>& plan) {
  constexpr int64_t kStripe = 2048;
  at::parallel_for(0, (width + kStripe - 1) / kStripe, 4, [&](int64_t begin, int64_t end) {
    for (int64_t stripe = begin; stripe < end; ++stripe) {
      const int64_t first = stripe * kStripe, count = std::min(kStripe, width - first);
      for (const auto& addition : plan) {
        T* const to = data + addition.to * width + first;
        const T* const from = data + addition.from * width + first;
        for (int64_t i = 0; i < count; ++i) to[i] += from[i];
      }
    }
  });
}

/// @param rows  [rows, B, W] contiguous, changed in place
void add(const at::Tensor& rows, const std::vector<Addition>& plan) {
  if (rows.is_cpu()) {
    AT_DISPATCH_FLOATING_TYPES(rows.scalar_type(), "sum_over_subsets",
                               [&] { add_in_stripes(rows.data_ptr<scalar_t>(), rows.size(1) * rows.size(2), plan); });
    return;
  }
  for (const auto& addition : plan) rows[addition.to].add_(rows[addition.from]);
}

/// Arguments of the sums as one value: autograd counts every element of a vector as an input of its own.
struct Owners {
  std::vector<int64_t> sizes;
  SubsetRange range;
};

struct SumOverSubsets : torch::autograd::Function<SumOverSubsets> {
  static at::Tensor forward(AutogradContext* context, at::TensorList own, const Owners& owners) {
    const auto& [sizes, range] = owners;
    const auto& first = own.front();
    const bool complete = static_cast<int64_t>(sizes.size()) == range.max_size - range.min_size + 1;
    const std::vector<int64_t> shape{range.rows(), first.size(1), first.size(2)};
    const auto options = first.options().dtype(first.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
    auto sums = complete ? at::empty(shape, options) : at::zeros(shape, options);
    for (size_t i = 0; i < sizes.size(); ++i) sums.narrow(0, range.offset(sizes[i]), own[i].size(0)).copy_(own[i]);
    add(sums, additions(range));
    context->saved_data["sizes"] = sizes;
    context->saved_data["range"] = std::vector<int64_t>{range.n, range.min_size, range.max_size};
    context->saved_data["type"] = first.scalar_type();
    return sums;
  }

  static variable_list backward(AutogradContext* context, variable_list gradients) {
    const auto numbers = context->saved_data["range"].toIntVector();
    const SubsetRange range{numbers[0], numbers[1], numbers[2]};
    const auto rows = gradients[0].clone(at::MemoryFormat::Contiguous);
    add(rows, reversed(additions(range)));
    variable_list own;
    for (const int64_t size : context->saved_data["sizes"].toIntVector()) {
      own.push_back(rows.narrow(0, range.offset(size), range.count(size)).to(context->saved_data["type"].toScalarType()));
    }
    own.emplace_back();
    return own;
  }
};

}  // namespace

int64_t SubsetRange::count(int64_t size) const { return offset(size + 1) - offset(size); }

int64_t SubsetRange::offset(int64_t size) const {
  return set_abstraction::power_set_size(n, min_size) - set_abstraction::power_set_size(n, size);
}

int64_t SubsetRange::rows() const { return offset(max_size + 1); }

at::Tensor sum_over_subsets(const std::vector<at::Tensor>& own, const std::vector<int64_t>& sizes, const SubsetRange& range) {
  return SumOverSubsets::apply(at::TensorList(own), Owners{sizes, range});
}

}  // namespace vbench::sam
