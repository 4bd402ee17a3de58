#include "methods/selavi/classifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>

#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

using testing::HasSubstr;

ClassifierOptions small_classes() {
  ClassifierOptions options;
  options.divisor = 16;
  options.classes = 5;
  return options;
}

Classifier classifier_of(const ClassifierOptions& options, uint64_t seed = 1) {
  Classifier classifier(options);
  classifier.initialize(seed);
  return classifier;
}

TEST(SelaviClassifier, BeginsWithOrthogonalRowsAndTheVideoNetworkOfItsSeed) {
  auto options = small_classes();
  const auto classifier = classifier_of(options, 4);
  const auto rows = weight(classifier.weights(), "classifier.weight");
  expect_close(rows.matmul(rows.t()), torch::eye(5), {1e-6, 0, "float32"}, "rows");
  EXPECT_EQ(magnitude(weight(classifier.weights(), "classifier.bias")), 0);
  const auto network = small_network(4);
  for (const auto& [name, tensor] : classifier.weights()) {
    if (name.starts_with("base.")) expect_same(tensor, weight(network.weights(), "video_network." + name), name);
  }
  options.classes = 101;  // more than features
  const auto columns = weight(classifier_of(options).weights(), "classifier.weight");
  expect_close(columns.t().matmul(columns), torch::eye(32), {1e-6, 0, "float32"}, "columns");
}

TEST(SelaviClassifier, TheBaseLearnsAtATenthOfTheHeadsRate) {
  auto options = small_classes();
  options.batch_norm = true;
  int64_t base = 0, head = 0;
  for (const auto& parameter : classifier_of(options).parameters()) {
    const bool in_base = parameter.name.starts_with("base.");
    (in_base ? base : head) += 1;
    EXPECT_EQ(parameter.learning_rate_multiplier, in_base ? 0.1 : 1) << parameter.name;
    EXPECT_EQ(parameter.weight_decay_multiplier, 1) << parameter.name;
  }
  EXPECT_GT(base, 0);
  EXPECT_EQ(head, 2) << "the authors' optimiser has no BatchNorm of the features";
}

TEST(SelaviClassifier, AFrozenBaseGetsNoGradient) {
  auto options = small_classes();
  options.frozen_base = true;
  const auto classifier = classifier_of(options);
  const auto parameters = classifier.parameters();
  ASSERT_EQ(parameters.size(), 2U);
  classifier.forward(small_clips(), {.training = true}).square().sum().backward();
  for (const auto& [name, tensor] : classifier.weights()) {
    EXPECT_EQ(tensor.grad().defined(), name.starts_with("classifier.")) << name;
  }
  EXPECT_GT(magnitude(weight(classifier.weights(), "base.stem.1.running_mean")), 0) << "statistics follow the batches";
}

TEST(SelaviClassifier, NormalisesThenNormsThenDrops) {
  auto options = small_classes();
  options.normalise = options.batch_norm = true;
  options.dropout = 0.7;
  const auto classifier = classifier_of(options);
  const auto features = random_input({6, 32}, 3) * 5;
  const auto rows = weight(classifier.weights(), "classifier.weight");
  const auto unit = features / features.norm(2, {1}, true);
  expect_close(classifier.logits(features, {}), (unit / std::sqrt(1 + 1e-5)).matmul(rows.t()), {1e-6, 0, "float32"}, "evaluation");
  const auto normed = (unit - unit.mean(0)) / (unit.var(0, false) + 1e-5).sqrt();
  const Pass pass{.training = true, .dropout_key = 9};
  const auto expected = drop(normed, 0.7, pass, 0);
  EXPECT_GT(expected.eq(0).sum().item<int64_t>(), 6 * 32 / 2);
  expect_close(classifier.logits(features, pass), expected.matmul(rows.t()), {1e-5, 0, "float32"}, "training");
}

TEST(SelaviClassifier, SummaryCountsItsLayers) {
  const auto summary = summarise(Classifier(ClassifierOptions{}, at::Device(at::kMeta)), {32, 112, 112});
  EXPECT_EQ(summary.layers.back().name, "classifier");
  // torchvision's r2plus1d_18 with 400 classes has 31,505,325.
  EXPECT_EQ(summary.parameters, 31505325 - 299 * 513);
  EXPECT_EQ(summary.flops_of, "one clip of 32x112x112");
}

TEST(SelaviClassifier, RefusesSizesThatMakeNoNetwork) {
  auto options = small_classes();
  options.classes = 0;
  EXPECT_THAT(error_of([&] { Classifier classifier(options); }), HasSubstr("number of classes"));
  options = small_classes();
  options.dropout = 1;
  EXPECT_THAT(error_of([&] { Classifier classifier(options); }), HasSubstr("dropout"));
}

}  // namespace
}  // namespace vbench::selavi::test
