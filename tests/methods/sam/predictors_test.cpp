#include "methods/sam/predictors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::expect_close;

constexpr Predictor kAll[] = {Predictor::kEmbeddings, Predictor::kFeatures, Predictor::kRelation, Predictor::kMeanFeature};

NetworkOptions square_options(std::vector<int64_t> scales = {1, 2, 3, 4}) {
  auto options = small_options(std::move(scales));
  options.out_features = options.in_features;
  return options;
}

TEST(SamPredictors, CosineDistanceOfZeroVectorsIsOneAndTinyNormsAreRaised) {
  const auto a = torch::tensor({{3.0F, 0.0F}}), b = torch::tensor({{6.0F, 0.0F}, {-1.0F, 0.0F}, {0.0F, 2.0F}, {0.0F, 0.0F}, {1e-9F, 0.0F}});
  expect_close(cosine_distance(a, b), torch::tensor({0.0F, 2.0F, 1.0F, 1.0F, 0.9F}), {1e-6, 0, "float32"});
}

TEST(SamPredictors, RecordsAreJudgedOneByOne) {
  const Network network(square_options(), 1, at::kCPU);
  const auto reference = random_sets(5, 3, network.options(), 2), query = random_sets(5, 4, network.options(), 3);
  for (const Predictor predictor : kAll) {
    const auto together = completion_distances(&network, predictor, reference, query);
    const auto alone = completion_distances(&network, predictor, reference.narrow(0, 3, 1), query.narrow(0, 3, 1));
    expect_close(together.narrow(0, 3, 1), alone, kDistance);
    EXPECT_EQ(together.sizes().vec(), (std::vector<int64_t>{5, 4}));
    expect_close(outlier_distances(&network, predictor, query).narrow(0, 3, 1),
                 outlier_distances(&network, predictor, query.narrow(0, 3, 1)), kDistance);
  }
}

TEST(SamPredictors, MoreOrFewerCandidatesChangeNoOthersDistance) {
  const Network network(square_options(), 4, at::kCPU);
  const auto reference = random_sets(2, 2, network.options(), 5), query = random_sets(2, 7, network.options(), 6);
  for (const Predictor predictor : {Predictor::kEmbeddings, Predictor::kFeatures, Predictor::kMeanFeature}) {
    expect_close(completion_distances(&network, predictor, reference, query).narrow(1, 0, 3),
                 completion_distances(&network, predictor, reference, query.narrow(1, 0, 3)), kDistance);
  }
}

TEST(SamPredictors, TheMeanFeatureNeedsNoNetworkAndFindsTheStranger) {
  const auto alike = torch::tensor({1.0F, 0.1F, 0.0F}), stranger = torch::tensor({0.0F, 0.2F, 1.0F});
  const auto sets = torch::stack({alike, alike * 2, stranger, alike * 0.5}).unsqueeze(0);
  EXPECT_EQ(outlier_distances(nullptr, Predictor::kMeanFeature, sets).argmax(1).item<int64_t>(), 2);
  const auto reference = sets.narrow(1, 0, 2), query = torch::stack({stranger, alike}).unsqueeze(0);
  EXPECT_EQ(completion_distances(nullptr, Predictor::kMeanFeature, reference, query).argmin(1).item<int64_t>(), 1);
}

TEST(SamPredictors, NoGradientIsRecorded) {
  const Network network(square_options(), 7, at::kCPU);
  const auto sets = random_sets(2, 3, network.options(), 8);
  for (const Predictor predictor : kAll) {
    EXPECT_FALSE(completion_distances(&network, predictor, sets, sets).requires_grad());
    EXPECT_FALSE(outlier_distances(&network, predictor, sets).requires_grad());
  }
}

TEST(SamPredictors, SinglesNeedScaleOne) {
  const auto pairs = square_options({2, 3});
  const Network network(pairs, 9, at::kCPU);
  const auto sets = random_sets(1, 3, pairs, 10);
  EXPECT_FALSE(serves(Predictor::kEmbeddings, pairs));
  EXPECT_FALSE(serves(Predictor::kFeatures, pairs));
  EXPECT_TRUE(serves(Predictor::kRelation, pairs));
  EXPECT_TRUE(serves(Predictor::kMeanFeature, pairs));
  EXPECT_TRUE(serves(Predictor::kEmbeddings, square_options({1, 3})));
  EXPECT_THAT(error_of([&] { (void)completion_distances(&network, Predictor::kEmbeddings, sets, sets); }),
              HasSubstr("scales 2 3 hold no relation"));
  EXPECT_THAT(error_of([&] { (void)outlier_distances(&network, Predictor::kFeatures, sets); }), HasSubstr("scales 2 3 hold no relation"));
}

TEST(SamPredictors, BadInputIsRefused) {
  const Network narrow(small_options(), 11, at::kCPU);
  const auto sets = random_sets(1, 3, narrow.options(), 12);
  EXPECT_THAT(error_of([&] { (void)outlier_distances(&narrow, Predictor::kRelation, sets); }), HasSubstr("8 numbers cannot be compared"));
  EXPECT_THAT(error_of([&] { (void)outlier_distances(&narrow, Predictor::kFeatures, sets.narrow(1, 0, 1)); }), HasSubstr("no odd one out"));
  EXPECT_THAT(error_of([&] { (void)outlier_distances(nullptr, Predictor::kFeatures, sets); }), HasSubstr("was given none"));
  EXPECT_THAT(error_of([&] { (void)completion_distances(nullptr, Predictor::kMeanFeature, sets[0], sets); }),
              HasSubstr("a reference of shape"));
}

}  // namespace
}  // namespace vbench::sam::test
