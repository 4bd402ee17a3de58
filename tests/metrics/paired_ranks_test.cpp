#include "metrics/paired_ranks.hpp"

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/types.h>

#include <limits>

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench {
namespace {

using rank_tiles::kernels;
using test::error_of;
using test::expect_same;
using testing::HasSubstr;

constexpr Ties kAllTies[] = {Ties::kByIndex, Ties::kPessimistic, Ties::kOptimistic};

/// Embeddings of small integers: products are exact in float32 however they are summed, and ties are many.
torch::Tensor integers(int64_t items, int64_t width, int64_t seed) {
  auto generator = torch::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::randint(-2, 3, {items, width}, generator).to(torch::kFloat);
}

torch::Tensor normals(int64_t items, int64_t width, int64_t seed) {
  auto generator = torch::make_generator<at::CPUGeneratorImpl>(seed);
  return torch::randn({items, width}, generator);
}

void expect_same_pair(const RankPair& actual, const RankPair& expected) {
  expect_same(actual.a_to_b, expected.a_to_b, "a to b");
  expect_same(actual.b_to_a, expected.b_to_a, "b to a");
}

/// The definition, from the whole matrix.
RankPair ranks_by_matrix(const torch::Tensor& a, const torch::Tensor& b, Ties ties) {
  const auto similarity = torch::mm(a.to(torch::kDouble), b.to(torch::kDouble).t());
  const auto target = torch::arange(a.size(0));
  return {target_ranks(similarity, target, ties), target_ranks(similarity.t(), target, ties)};
}

TEST(PairedRanks, KeepTheDirectionsApart) {
  // b[0] draws both queries of a; a[1] draws both queries of b.
  const auto a = torch::tensor({{1.0F, 0.0F}, {2.0F, 1.0F}});
  const auto b = torch::tensor({{2.0F, 0.0F}, {1.0F, 1.0F}});  // similarity {{2, 1}, {4, 3}}
  const auto ranks = paired_ranks(a, b);
  expect_same(ranks.a_to_b, torch::tensor({1, 2}, torch::kLong));
  expect_same(ranks.b_to_a, torch::tensor({2, 1}, torch::kLong));
}

TEST(PairedRanks, EqualTheDefinitionForEverySizeAroundATile) {
  for (const auto& kernel : kernels()) {
    for (const int64_t items : {1, 2, 3, 4, 5, 7, 8, 11, 12, 13, 15, 16, 17, 31, 32, 33, 47, 64, 65, 95, 97, 131}) {
      for (const Ties ties : kAllTies) {
        SCOPED_TRACE(testing::Message() << kernel.name << ", " << items << " items, ties " << static_cast<int>(ties));
        const auto a = integers(items, 5, items);
        const auto b = integers(items, 5, items + 1000);
        expect_same_pair(rank_tiles::paired_ranks(kernel, a, b, ties, {}), ranks_by_matrix(a, b, ties));
      }
    }
  }
}

TEST(PairedRanks, DoNotDependOnTheBlocks) {
  const auto a = integers(101, 19, 1);
  const auto b = integers(101, 19, 2);
  for (const auto& kernel : kernels()) {
    for (const Ties ties : kAllTies) {
      const auto expected = ranks_by_matrix(a, b, ties);
      for (const int64_t rows : {1, 5, 12, 13, 100, 101, 500}) {
        for (const int64_t columns : {1, 7, 32, 33, 100, 101, 500}) {
          SCOPED_TRACE(testing::Message() << kernel.name << ", blocks " << rows << " x " << columns << ", ties " << static_cast<int>(ties));
          expect_same_pair(rank_tiles::paired_ranks(kernel, a, b, ties, {rows, columns}), expected);
        }
      }
    }
  }
}

TEST(PairedRanks, DoNotDependOnTheThreads) {
  const auto a = normals(403, 37, 3);
  const auto b = a + normals(403, 37, 4);
  const auto expected = [&] {
    const test::Threads one(1);
    return paired_ranks(a, b, Ties::kByIndex, {13, 50});
  }();
  const test::Threads many(4);
  expect_same_pair(paired_ranks(a, b, Ties::kByIndex, {13, 50}), expected);
}

TEST(PairedRanks, AgreeWithTheMatrixOnRealNumbers) {
  const auto a = l2_normalize(normals(700, 96, 5));
  const auto b = l2_normalize(a + 0.3 * normals(700, 96, 6));
  expect_same_pair(paired_ranks(a, b), ranks_by_matrix(a, b, Ties::kByIndex));
  EXPECT_GT(paired_ranks(a, b).a_to_b.max().item<int64_t>(), 1) << "the case must not be trivial";
}

// With an ordinary matrix product the entries of identical rows may differ in the last bit, and these ranks jump.
TEST(PairedRanks, TieIdenticalRowsExactlyWhereverTheyLie) {
  const int64_t items = 333;
  const auto a = l2_normalize(normals(1, 301, 7)).expand({items, 301});
  const auto b = l2_normalize(normals(1, 301, 8)).expand({items, 301});
  for (const auto& kernel : kernels()) {
    const auto places = torch::arange(1, items + 1);
    const auto by_index = rank_tiles::paired_ranks(kernel, a, b, Ties::kByIndex, {50, 70});
    expect_same_pair(by_index, {places, places});
    const auto worst = rank_tiles::paired_ranks(kernel, a, b, Ties::kPessimistic, {50, 70});
    expect_same_pair(worst, {torch::full({items}, items), torch::full({items}, items)});
    const auto best = rank_tiles::paired_ranks(kernel, a, b, Ties::kOptimistic, {50, 70});
    expect_same_pair(best, {torch::ones({items}, torch::kLong), torch::ones({items}, torch::kLong)});
  }
}

TEST(PairedRanks, AreTheSameForEveryFusedInstructionSet) {
  const auto a = normals(257, 111, 9);
  const auto b = normals(257, 111, 10);
  const auto& all = kernels();
  if (all.size() < 3) GTEST_SKIP() << "this CPU has a single fused kernel";
  std::vector<float> tiles[2];
  for (int k = 0; k < 2; ++k) {  // panels of one item repeated: the entry must not depend on its place or on the instruction set
    std::vector<float> a_panel, b_panel;
    for (int64_t d = 0; d < 111; ++d) {
      a_panel.insert(a_panel.end(), all[k].rows, a[0][d].item<float>());
      b_panel.insert(b_panel.end(), all[k].columns, b[0][d].item<float>());
    }
    tiles[k].resize(all[k].rows * all[k].columns);
    all[k].product(a_panel.data(), b_panel.data(), 111, tiles[k].data());
    EXPECT_THAT(tiles[k], testing::Each(tiles[0][0])) << all[k].name;
  }
  expect_same_pair(rank_tiles::paired_ranks(all[0], a, b, Ties::kByIndex, {}), rank_tiles::paired_ranks(all[1], a, b, Ties::kByIndex, {}));
}

TEST(PairedRanks, PermuteWithTheItems) {
  const auto a = normals(150, 24, 11);
  const auto b = a + 2 * normals(150, 24, 12);
  const auto order = torch::randperm(150, torch::make_generator<at::CPUGeneratorImpl>(13), torch::kLong);
  const auto ranks = paired_ranks(a, b);
  expect_same_pair(paired_ranks(a.index({order}), b.index({order})), {ranks.a_to_b.index({order}), ranks.b_to_a.index({order})});
}

TEST(PairedRanks, SwapWithTheSets) {
  const auto a = normals(77, 9, 14);
  const auto b = a + 3 * normals(77, 9, 15);
  const auto ranks = paired_ranks(a, b);
  expect_same_pair(paired_ranks(b, a), {ranks.b_to_a, ranks.a_to_b});
  EXPECT_FALSE(torch::equal(ranks.a_to_b, ranks.b_to_a)) << "the case must tell the directions apart";
}

TEST(PairedRanks, OrderThePoliciesFromBestToWorst) {
  const auto a = integers(200, 3, 16);
  const auto b = integers(200, 3, 17);
  const auto best = paired_ranks(a, b, Ties::kOptimistic);
  const auto middle = paired_ranks(a, b);
  const auto worst = paired_ranks(a, b, Ties::kPessimistic);
  EXPECT_TRUE((best.a_to_b <= middle.a_to_b).logical_and(middle.a_to_b <= worst.a_to_b).all().item<bool>());
  EXPECT_TRUE((best.b_to_a <= middle.b_to_a).logical_and(middle.b_to_a <= worst.b_to_a).all().item<bool>());
  EXPECT_FALSE(torch::equal(best.a_to_b, worst.a_to_b));
}

TEST(PairedRanks, OneItemIsFirstAndNoItemHasNoRank) {
  expect_same_pair(paired_ranks(torch::ones({1, 3}), -torch::ones({1, 3})),
                   {torch::ones({1}, torch::kLong), torch::ones({1}, torch::kLong)});
  EXPECT_EQ(paired_ranks(torch::ones({0, 3}), torch::ones({0, 3})).b_to_a.numel(), 0);
}

TEST(PairedRanks, ReadViewsAndOtherFloats) {
  const auto a = integers(6, 40, 18);
  const auto b = integers(6, 40, 19);
  const auto expected = paired_ranks(a.t().contiguous(), b.t().contiguous());
  expect_same_pair(paired_ranks(a.t(), b.t()), expected);
  expect_same_pair(paired_ranks(a.t().to(torch::kDouble), b.t().to(torch::kBFloat16)), expected);
}

TEST(PairedRanks, NameTheSetAndTheRowOfANan) {
  const auto clean = torch::ones({5, 3});
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity()}) {
    auto spoilt = clean.clone();
    spoilt.index_put_({3, 1}, bad);
    EXPECT_THAT(error_of([&] { (void)paired_ranks(spoilt, clean); }), HasSubstr("first embeddings, row 3"));
    EXPECT_THAT(error_of([&] { (void)paired_ranks(clean, spoilt); }), HasSubstr("second embeddings, row 3"));
  }
  EXPECT_THAT(error_of([&] { (void)paired_ranks(clean * 1e20, clean * 1e20); }), HasSubstr("overflow"));
}

TEST(PairedRanks, RefuseShapesThatDisagree) {
  EXPECT_THAT(error_of([] { (void)paired_ranks(torch::ones({2, 3}), torch::ones({3, 3})); }), HasSubstr("2x3 and 3x3"));
  EXPECT_THAT(error_of([] { (void)paired_ranks(torch::ones({2, 3}), torch::ones({2, 4})); }), HasSubstr("one shape"));
  EXPECT_THAT(error_of([] { (void)paired_ranks(torch::ones({2}), torch::ones({2})); }), HasSubstr("matrices"));
  EXPECT_THAT(error_of([] { (void)paired_ranks(torch::ones({2, 0}), torch::ones({2, 0})); }), HasSubstr("width"));
}

}  // namespace
}  // namespace vbench
