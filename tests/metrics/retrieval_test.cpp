#include "metrics/retrieval.hpp"

#include <gmock/gmock.h>
#include <torch/types.h>

#include <cmath>
#include <limits>

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::error_of;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

std::vector<int64_t> values(const torch::Tensor& tensor) {
  const auto flat = tensor.contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

torch::Tensor longs(const std::vector<int64_t>& list) { return torch::tensor(list, torch::kLong); }

std::vector<int64_t> ranks_of(const torch::Tensor& similarity, const std::vector<int64_t>& target, Ties ties = Ties::kByIndex) {
  return values(target_ranks(similarity, longs(target), ties));
}

ErrorKind kind_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no vbench::Error was thrown";
  return ErrorKind::kInternal;
}

TEST(TargetRanks, CountCandidatesThatAreCloser) {
  const auto similarity = torch::tensor({{0.1F, 0.9F, 0.5F}, {0.3F, 0.2F, 0.1F}});
  EXPECT_THAT(ranks_of(similarity, {0, 0}), ElementsAre(3, 1));
  EXPECT_THAT(ranks_of(similarity, {2, 1}), ElementsAre(2, 2));
}

TEST(TargetRanks, LetTheSmallerIndexWinATieByDefault) {
  const auto similarity = torch::tensor({{0.5F, 0.9F, 0.5F, 0.5F}});
  EXPECT_THAT(ranks_of(similarity, {0}), ElementsAre(2));
  EXPECT_THAT(ranks_of(similarity, {2}), ElementsAre(3));
  EXPECT_THAT(ranks_of(similarity, {3}), ElementsAre(4));
}

TEST(TargetRanks, CanCountEveryTieOrNone) {
  const auto similarity = torch::tensor({{0.5F, 0.9F, 0.5F, 0.5F}});
  for (const int64_t target : {0, 2, 3}) {
    EXPECT_THAT(ranks_of(similarity, {target}, Ties::kPessimistic), ElementsAre(4));
    EXPECT_THAT(ranks_of(similarity, {target}, Ties::kOptimistic), ElementsAre(2));
  }
}

TEST(TargetRanks, GiveEveryPlaceOnceToTheCandidatesOfOneRow) {
  const auto row = torch::tensor({0.5F, 0.5F, -1.0F, 0.5F, 2.0F, -1.0F});
  EXPECT_THAT(ranks_of(row.expand({6, 6}), {0, 1, 2, 3, 4, 5}), ElementsAre(2, 3, 5, 4, 1, 6));
}

TEST(TargetRanks, SeeDifferencesThatOnlyDoubleCanHold) {
  const auto similarity = torch::tensor({{1.0, 1.0 + 1e-12}}, torch::kDouble);
  EXPECT_THAT(ranks_of(similarity, {0}, Ties::kOptimistic), ElementsAre(2));
}

TEST(TargetRanks, ReadMatricesThatAreViews) {
  const auto similarity = torch::tensor({{0.1F, 0.9F, 0.5F}, {0.3F, 0.2F, 0.1F}});
  EXPECT_THAT(ranks_of(similarity.t(), {0, 1, 0}), ElementsAre(2, 2, 1));
}

TEST(TargetRanks, OneCandidateIsAlwaysFirst) { EXPECT_THAT(ranks_of(torch::full({1, 1}, -3.0F), {0}), ElementsAre(1)); }

TEST(TargetRanks, NameTheRowOfANan) {
  for (const int64_t column : {0, 1, 2}) {  // before, at and after the target
    auto similarity = torch::zeros({4, 3});
    similarity.index_put_({2, column}, kNan);
    similarity.index_put_({3, column}, kNan);
    const auto rank = [&] { (void)ranks_of(similarity, {1, 1, 1, 1}); };
    EXPECT_THAT(error_of(rank), HasSubstr("row 2"));
    EXPECT_EQ(kind_of(rank), ErrorKind::kNumeric);
  }
}

TEST(TargetRanks, RefuseShapesThatDisagree) {
  const auto similarity = torch::zeros({2, 3});
  EXPECT_THAT(error_of([&] { (void)ranks_of(similarity, {0}); }), HasSubstr("each of the 2 queries"));
  EXPECT_THAT(error_of([&] { (void)ranks_of(similarity, {0, 3}); }), HasSubstr("query 1: target 3 is not one of 3 candidates"));
  EXPECT_THAT(error_of([&] { (void)ranks_of(similarity, {-1, 0}); }), HasSubstr("query 0"));
  EXPECT_THAT(error_of([&] { (void)ranks_of(similarity[0], {0, 0}); }), HasSubstr("matrix"));
  EXPECT_THAT(error_of([&] { (void)target_ranks(similarity, torch::zeros({2})); }), HasSubstr("int64"));
}

TEST(RecallAt, CountsRanksUpToK) {
  const auto ranks = longs({1, 2, 5, 6});
  EXPECT_DOUBLE_EQ(recall_at(ranks, 1), 0.25);
  EXPECT_DOUBLE_EQ(recall_at(ranks, 5), 0.75);
  EXPECT_DOUBLE_EQ(recall_at(ranks, 50), 1);
}

TEST(ScoreRanks, FollowTheOriginalsConventions) {
  const auto scores = score_ranks(longs({1, 2, 5, 6, 11, 51}));
  EXPECT_DOUBLE_EQ(scores.r1, 1.0 / 6);
  EXPECT_DOUBLE_EQ(scores.r5, 3.0 / 6);
  EXPECT_DOUBLE_EQ(scores.r10, 4.0 / 6);
  EXPECT_DOUBLE_EQ(scores.r50, 5.0 / 6);
  EXPECT_DOUBLE_EQ(scores.medr, 5);  // between 5 and 6, rounded down
  EXPECT_DOUBLE_EQ(scores.meanr, 76.0 / 6);
  EXPECT_DOUBLE_EQ(scores.sum(), (1 + 3 + 5) / 6.0);
}

TEST(RetrievalScores, CarryTheDirectionInTheirNames) {
  EXPECT_THAT(retrieval_scores("s2c", longs({1, 7, 30})),
              ElementsAre(Pair("s2c_meanr", 38.0 / 3), Pair("s2c_medr", 7.0), Pair("s2c_r1", 1.0 / 3), Pair("s2c_r10", 2.0 / 3),
                          Pair("s2c_r5", 1.0 / 3), Pair("s2c_r50", 1.0)));
}

TEST(RetrievalScores, AreAllKnownMetrics) {
  for (const char* prefix : {"v2p", "p2v", "c2s", "s2c"}) {
    for (const auto& [name, value] : retrieval_scores(prefix, longs({1}))) EXPECT_TRUE(find_metric(name)) << name;
  }
}

TEST(RetrievalScores, OfNoItemsAreAnError) {
  EXPECT_THAT(error_of([] { (void)retrieval_scores("v2p", longs({})); }), HasSubstr("no items"));
  EXPECT_EQ(kind_of([] { (void)recall_at(longs({}), 1); }), ErrorKind::kInput);
}

TEST(SelectionScore, IsTheMeanOfBothFirstPlaces) {
  EXPECT_DOUBLE_EQ(selection_score({longs({1, 1, 2, 1}), longs({1, 3, 2, 2})}), (0.75 + 0.25) / 2);
}

TEST(L2Normalize, DividesByTheNorm) {
  const auto rows = torch::tensor({{3.0F, 4.0F}, {0.0F, -2.0F}});
  test::expect_close(l2_normalize(rows), torch::tensor({{0.6F, 0.8F}, {0.0F, -1.0F}}), {0, 1e-6, "float32"});
}

TEST(L2Normalize, NamesTheRowWithoutADirection) {
  auto rows = torch::ones({3, 2});
  rows[1].zero_();
  EXPECT_THAT(error_of([&] { (void)l2_normalize(rows, "vid_emb"); }), HasSubstr("vid_emb, row 1"));
  EXPECT_EQ(kind_of([&] { (void)l2_normalize(rows); }), ErrorKind::kNumeric);
  rows[1].fill_(kNan);
  EXPECT_THAT(error_of([&] { (void)l2_normalize(rows); }), HasSubstr("row 1"));
}

}  // namespace
}  // namespace vbench
