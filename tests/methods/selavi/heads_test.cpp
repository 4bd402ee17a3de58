#include "methods/selavi/heads.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

using testing::HasSubstr;

Head small_head(const NetworkOptions& options) {
  Head head(options, 0, at::kCPU);
  head.initialize(3, "head.");
  return head;
}

TEST(SelaviHeads, LossIsTheMeanOfBothModalitiesAndAllHeads) {
  const Logits logits{random_input({3, 4, 5}, 1), random_input({3, 4, 5}, 2)};
  const auto labels = torch::tensor({{0, 1, 2}, {4, 4, 0}, {3, 2, 1}, {1, 0, 4}}, torch::kLong);
  const auto by_hand = [&](const at::Tensor& scores) {
    double sum = 0;
    for (int64_t head = 0; head < 3; ++head) {
      for (int64_t b = 0; b < 4; ++b) {
        const auto row = scores[head][b].to(torch::kDouble);
        sum += (row.exp().sum().log() - row[labels[b][head].item<int64_t>()]).item<double>();
      }
    }
    return sum / 12;
  };
  const auto loss = head_loss(logits, labels);
  EXPECT_NEAR(loss.video.item<double>(), by_hand(logits.video), 1e-6);
  EXPECT_NEAR(loss.audio.item<double>(), by_hand(logits.audio), 1e-6);
  EXPECT_NEAR(loss.total.item<double>(), (by_hand(logits.video) + by_hand(logits.audio)) / 2, 1e-6);
}

TEST(SelaviHeads, LabelsOfOtherShapesAreRefused) {
  const Logits logits{torch::zeros({3, 4, 5}), torch::zeros({3, 4, 5})};
  EXPECT_THAT(error_of([&] { (void)head_loss(logits, torch::zeros({3, 4}, torch::kLong)); }), HasSubstr("labels of shape 3x4"));
}

TEST(SelaviHeads, NormalisedScoresHaveLengthOneAndTheSameDirection) {
  auto options = small_options();
  const auto features = random_input({5, options.width()});
  const auto plain = small_head(options).forward(features, {});
  options.normalise = true;
  const auto unit = small_head(options).forward(features, {});
  expect_close(unit.norm(2, {1}), torch::ones({5}), {1e-6, 0, "float32"}, "length");
  expect_close(unit * plain.norm(2, {1}, true), plain, {1e-6, 0, "float32"}, "direction");
  EXPECT_EQ(magnitude(unit_rows(torch::zeros({2, 3}))), 0);
}

TEST(SelaviHeads, ALinearHeadIsOneLayerWithoutDropout) {
  auto options = small_options();
  options.mlp = false;
  const auto head = small_head(options);
  Weights weights;
  head.collect("mlp_v.", weights);
  ASSERT_EQ(weights.size(), 2U);
  EXPECT_EQ(weights[0].name, "mlp_v.weight");
  const auto features = random_input({1, options.width()});
  const auto expected = features.matmul(weights[0].tensor.t()) + weights[1].tensor;
  expect_close(head.forward(features, {.training = true}), expected, {1e-6, 0, "float32"}, "logits");
  EXPECT_EQ(head.multiply_adds(), 32 * 7);
}

}  // namespace
}  // namespace vbench::selavi::test
