#include "metrics/assignment.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <set>
#include <vector>

#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using Integers = std::vector<int64_t>;
using test::error_of;
using ::testing::HasSubstr;

/// The best total over all ways to pair the shorter side.
double best_by_trying(const torch::Tensor& entries, Total total) {
  auto upright = entries.to(torch::kDouble);
  if (upright.size(0) > upright.size(1)) upright = upright.t();
  const auto values = upright.contiguous();
  Integers order(values.size(1));
  std::iota(order.begin(), order.end(), 0);
  double best = total == Total::kSmallest ? std::numeric_limits<double>::infinity() : -std::numeric_limits<double>::infinity();
  do {
    double sum = 0;
    for (int64_t i = 0; i < values.size(0); ++i) sum += values.data_ptr<double>()[i * values.size(1) + order[i]];
    best = total == Total::kSmallest ? std::min(best, sum) : std::max(best, sum);
  } while (std::next_permutation(order.begin(), order.end()));
  return best;
}

/// Each column once, as many pairs as there can be, and a total that is that of the pairs.
void expect_pairs(const Assignment& found, const torch::Tensor& entries, bool all = true) {
  ASSERT_EQ(static_cast<int64_t>(found.column_of_row.size()), entries.size(0));
  std::set<int64_t> used;
  double sum = 0;
  for (int64_t i = 0; i < entries.size(0); ++i) {
    const int64_t column = found.column_of_row[i];
    if (column < 0) continue;
    ASSERT_LT(column, entries.size(1));
    EXPECT_TRUE(used.insert(column).second) << "column " << column << " is taken twice";
    sum += entries[i][column].item<double>();
  }
  if (all) {
    EXPECT_EQ(static_cast<int64_t>(used.size()), std::min(entries.size(0), entries.size(1)));
  }
  EXPECT_NEAR(found.total, sum, 1e-12);
}

TEST(Assign, FindsTheBestOfAllPairings) {
  torch::manual_seed(1);
  for (int64_t trial = 0; trial < 300; ++trial) {
    const int64_t rows = 1 + trial % 6, columns = 1 + trial / 6 % 6;
    const auto real = torch::randn({rows, columns}, torch::kDouble);
    const auto whole = torch::randint(-2, 3, {rows, columns}, torch::kLong);  // many ties
    for (const auto& entries : {real, whole, real.to(torch::kFloat), whole * (int64_t{1} << 50)}) {
      for (const Total total : {Total::kSmallest, Total::kLargest}) {
        const auto found = assign(entries, total);
        expect_pairs(found, entries);
        EXPECT_NEAR(found.total, best_by_trying(entries, total), 1e-6) << rows << "x" << columns;
      }
    }
  }
}

TEST(Assign, SolvesKnownCases) {
  const auto costs = torch::tensor({{4, 1, 3}, {2, 0, 5}, {3, 2, 2}}, torch::kLong);
  const auto cheap = assign(costs, Total::kSmallest);
  EXPECT_EQ(cheap.column_of_row, (Integers{1, 0, 2}));
  EXPECT_EQ(cheap.total, 5);
  const auto dear = assign(costs, Total::kLargest);
  EXPECT_EQ(dear.column_of_row, (Integers{0, 2, 1}));
  EXPECT_EQ(dear.total, 11);
}

TEST(Assign, LeavesTheLongerSideWithoutPartners) {
  const auto tall = torch::tensor({{1.0, 9.0}, {0.0, 8.0}, {5.0, 0.5}});
  EXPECT_EQ(assign(tall, Total::kSmallest).column_of_row, (Integers{-1, 0, 1}));
  const auto wide = assign(tall.t(), Total::kLargest);
  EXPECT_EQ(wide.column_of_row, (Integers{2, 0}));
  EXPECT_EQ(wide.total, 14);
}

TEST(Assign, FindsAHiddenPermutationInALargeMatrix) {
  torch::manual_seed(2);
  const int64_t size = 200;
  const auto hidden = torch::randperm(size);
  // Prices of rows and columns move all totals alike, so the cells that were lowered stay the best.
  auto costs = torch::rand({size, 1}, torch::kDouble) * 50 + torch::rand({1, size}, torch::kDouble) * 50 +
               torch::rand({size, size}, torch::kDouble) + 0.01;
  for (int64_t i = 0; i < size; ++i) costs[i][hidden[i]] -= 1.02;
  const auto found = assign(costs, Total::kSmallest);
  expect_pairs(found, costs);
  test::expect_same(torch::tensor(found.column_of_row, torch::kLong), hidden);
}

TEST(Assign, TellsTheTotalOfWhatIsAllTheSame) {
  const auto found = assign(torch::full({40, 60}, 3, torch::kLong), Total::kSmallest);
  EXPECT_EQ(found.total, 120);
  expect_pairs(found, torch::full({40, 60}, 3, torch::kLong));
}

TEST(Assign, AcceptsAnEmptySide) {
  EXPECT_EQ(assign(torch::zeros({2, 0}), Total::kSmallest).column_of_row, (Integers{-1, -1}));
  EXPECT_TRUE(assign(torch::zeros({0, 3}), Total::kLargest).column_of_row.empty());
}

TEST(Assign, NamesBadEntries) {
  auto entries = torch::zeros({2, 3});
  entries[1][2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(error_of([&] { (void)assign(entries, Total::kSmallest); }), HasSubstr("row 1, column 2"));
  EXPECT_THAT(error_of([] { (void)assign(torch::zeros({3}), Total::kSmallest); }), HasSubstr("matrix"));
  EXPECT_THAT(error_of([] { (void)assign(torch::zeros({3, 3}, torch::kInt), Total::kSmallest); }), HasSubstr("int64"));
  for (const int64_t extreme : {std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
    EXPECT_THAT(error_of([&] { (void)assign(torch::full({2, 2}, extreme, torch::kLong), Total::kLargest); }), HasSubstr("overflow"));
  }
}

TEST(MatchLabels, FindsTheSameTotalAlongTheCellsAsInTheMatrix) {
  torch::manual_seed(3);
  for (int64_t trial = 0; trial < 60; ++trial) {
    const int64_t samples = 20 + 40 * (trial % 7), rows = 2 + trial * 3 % 50, columns = 2 + trial * 7 % 40;
    const auto a = torch::randint(rows, {samples}, torch::kLong), b = torch::randint(columns, {samples}, torch::kLong);
    const auto table = tabulate(a, torch::where(torch::rand({samples}) < 0.5, a % columns, b));
    const auto matrix = match_labels(table), cells = match_labels(table, 0);
    EXPECT_EQ(matrix.total, cells.total) << rows << "x" << columns;
    auto counts = torch::zeros({table.rows(), table.columns()}, torch::kLong);
    for (int64_t i = 0; i < table.rows(); ++i) {
      for (const auto& cell : table.row(i)) counts[i][cell.column] = cell.count;
    }
    expect_pairs(matrix, counts);
    expect_pairs(cells, counts, /*all=*/false);
  }
}

TEST(MatchLabels, FindsNothingInNothing) {
  const auto none = tabulate(torch::empty({0}, torch::kLong), torch::empty({0}, torch::kLong));
  EXPECT_EQ(match_labels(none).total, 0);
  EXPECT_TRUE(match_labels(none).column_of_row.empty());
}

}  // namespace
}  // namespace vbench
