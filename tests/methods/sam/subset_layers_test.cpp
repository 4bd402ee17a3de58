#include "methods/sam/subset_layers.hpp"

#include <gtest/gtest.h>
#include <torch/utils.h>

#include "datasets/set_abstraction/power_set.hpp"
#include "tests/methods/sam/reference.hpp"
#include "tests/support/threads.hpp"

namespace vbench::sam::test {
namespace {

using set_abstraction::subsets_of_size;
using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Threads;

const Tolerance kInFloat64{1e-10, 1e-10, "double"};

at::Tensor input(at::IntArrayRef shape) { return torch::randn(shape, torch::kDouble).requires_grad_(); }

/// One layer on the concatenation of every subset.
at::Tensor hidden_by_definition(const at::Tensor& members, const at::Tensor& weight, const at::Tensor& bias, int64_t scale) {
  std::vector<at::Tensor> rows;
  for (const auto& subset : subsets_of_size(members.size(0), scale)) {
    std::vector<at::Tensor> parts;
    for (const int64_t member : subset) parts.push_back(members[member]);
    rows.push_back(at::relu(at::linear(torch::cat(parts, -1), weight, bias)));
  }
  return torch::stack(rows);
}

void expect_same_derivatives(const at::Tensor& ours, const at::Tensor& theirs, const std::vector<at::Tensor>& inputs) {
  expect_close(ours, theirs, kInFloat64, "values");
  const auto direction = torch::randn_like(theirs.detach());
  const auto gradients = [&](const at::Tensor& output) {
    (output * direction).sum().backward();
    std::vector<at::Tensor> all;
    for (const auto& tensor : inputs) {
      all.push_back(tensor.grad().clone());
      at::Tensor(tensor).mutable_grad().reset();
    }
    return all;
  };
  const auto a = gradients(ours), b = gradients(theirs);
  for (size_t i = 0; i < inputs.size(); ++i) expect_close(a[i], b[i], kInFloat64, "gradient of input " + std::to_string(i));
}

TEST(SamSubsetHidden, EqualsTheLayerOnEveryConcatenationWithAllDerivatives) {
  torch::manual_seed(1);
  for (int64_t n = 1; n <= 5; ++n) {
    for (int64_t scale = 1; scale <= n; ++scale) {
      SCOPED_TRACE(std::to_string(n) + " members, scale " + std::to_string(scale));
      const auto members = input({n, 3, 4}), weight = input({5, scale * 4}), bias = input({5});
      expect_same_derivatives(subset_hidden(members, weight, bias, scale), hidden_by_definition(members, weight, bias, scale),
                              {members, weight, bias});
    }
  }
}

TEST(SamSubsetHidden, WeightsGetGradientsWhereMembersNeedNone) {
  torch::manual_seed(2);
  const auto members = torch::randn({3, 2, 4}), weight = torch::randn({5, 8}).requires_grad_(), bias = torch::randn({5}).requires_grad_();
  subset_hidden(members, weight, bias, 2).sum().backward();
  EXPECT_GT(weight.grad().abs().max().item<float>(), 0);
  EXPECT_FALSE(members.grad().defined());
}

at::Tensor sums_by_definition(const std::vector<at::Tensor>& own, const std::vector<int64_t>& sizes, const SubsetRange& range) {
  std::vector<at::Tensor> rows;
  for (int64_t size = range.min_size; size <= range.max_size; ++size) {
    for (const auto& subset : subsets_of_size(range.n, size)) {
      auto sum = torch::zeros_like(own.front()[0]);
      for (size_t i = 0; i < sizes.size(); ++i) {
        const auto parts = subsets_of_size(range.n, sizes[i]);
        for (size_t q = 0; q < parts.size(); ++q) {
          if (std::includes(subset.begin(), subset.end(), parts[q].begin(), parts[q].end())) sum = sum + own[i][static_cast<int64_t>(q)];
        }
      }
      rows.push_back(sum);
    }
  }
  return torch::stack(rows);
}

TEST(SamSumOverSubsets, EqualsTheSumOfAllContainedSubsetsWithDerivatives) {
  torch::manual_seed(3);
  const std::vector<std::vector<int64_t>> lists{{1}, {2}, {3}, {1, 2}, {1, 3}, {2, 4}, {1, 2, 3, 4}};
  for (const auto& sizes : lists) {
    for (int64_t n = sizes.back(); n <= 6; ++n) {
      const SubsetRange range{n, sizes.front(), n};
      SCOPED_TRACE(std::to_string(n) + " members, " + std::to_string(sizes.size()) + " scales");
      std::vector<at::Tensor> own;
      for (const int64_t size : sizes) own.push_back(input({range.count(size), 2, 3}));
      expect_same_derivatives(sum_over_subsets(own, sizes, range), sums_by_definition(own, sizes, range), own);
    }
  }
}

TEST(SamSumOverSubsets, StopsAtTheLargestSize) {
  torch::manual_seed(4);
  const SubsetRange whole{5, 1, 5}, part{5, 1, 2};
  const auto singles = torch::randn({5, 2, 3}), pairs = torch::randn({10, 2, 3});
  const auto all = sum_over_subsets({singles, pairs}, {1, 2}, whole);
  expect_same(sum_over_subsets({singles, pairs}, {1, 2}, part), all.narrow(0, 0, part.rows()));
}

TEST(SamSumOverSubsets, WideRowsAreCutWithoutGapsOnAnyNumberOfThreads) {
  torch::manual_seed(5);
  const SubsetRange range{4, 1, 4};
  const auto singles = torch::randn({4, 37, 1001}), quadruple = torch::randn({1, 37, 1001});
  const auto sums = [&] { return sum_over_subsets({singles, quadruple}, {1, 4}, range); };
  at::Tensor alone;
  {
    const Threads threads(1);
    alone = sums();
  }
  const Threads threads(3);
  expect_same(sums(), alone);
  expect_close(alone, sums_by_definition({singles, quadruple}, {1, 4}, range), kForward);
}

TEST(SamSubsetRange, CountsAndPlacesSubsetsAsThePowerSetDoes) {
  const SubsetRange range{5, 2, 4};
  EXPECT_EQ(range.rows(), 10 + 10 + 5);
  EXPECT_EQ(range.offset(2), 0);
  EXPECT_EQ(range.offset(4), 20);
  EXPECT_EQ(range.count(4), 5);
}

}  // namespace
}  // namespace vbench::sam::test
