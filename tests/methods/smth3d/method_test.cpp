#include "methods/smth3d/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "harness/core/settings.hpp"
#include "harness/train/optimizer.hpp"
#include "tests/support/golden.hpp"

namespace vbench::smth3d {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr int64_t kClasses = 6;

static_assert(Method<Smth3d<kModel1>>);

Tuning small(double dropout = 0) { return {.config = kModel1, .divisor = 8, .dropout = dropout}; }

something::Options six_classes() {
  something::Options options;
  options.classes = kClasses;
  return options;
}

Smth3dMethod method_with(const Tuning& tuning, uint64_t seed = 1) { return {tuning, six_classes(), seed, at::kCPU}; }

clips::Batch batch_of(std::vector<int64_t> labels, std::vector<int64_t> views) {
  torch::manual_seed(3);
  int64_t clips = 0;
  for (const int64_t count : views) clips += count;
  clips::Batch batch{torch::randn({clips, 3, 5, 20, 20}), torch::tensor(labels), std::move(views), {}};
  for (size_t i = 0; i < labels.size(); ++i) batch.ids.push_back(std::to_string(i));
  return batch;
}

clips::Batch six_videos() { return batch_of({0, 1, 2, 3, 4, 5}, {1, 1, 1, 1, 1, 1}); }

TEST(Smth3dMethod, LossNamesAccuracies) {
  Smth3dMethod method(small(), six_classes(), 1, at::kCPU);
  const auto loss = method.loss(six_videos(), {});
  ASSERT_EQ(loss.terms.size(), 2U);
  EXPECT_EQ(loss.terms[0].first, "top1");
  EXPECT_EQ(loss.terms[1].first, "top5");
  EXPECT_GE(loss.terms[1].second, loss.terms[0].second);
  EXPECT_TRUE(loss.total.requires_grad());
}

TEST(Smth3dMethod, AFewStepsLearnABatchByHeart) {
  Smth3dMethod method(small(), six_classes(), 1, at::kCPU);
  const auto batch = six_videos();
  const auto optimizer = Optimizer::make({.kind = OptimizerKind::kSgd, .momentum = 0.9, .weight_decay = 1e-5}, method.parameters());
  double first = 0, last = 0;
  for (int step = 0; step < 25; ++step) {
    optimizer->zero_grad();
    const auto loss = method.loss(batch, {});
    loss.total.backward();
    optimizer->step(0.02);
    last = loss.total.item<double>();
    if (step == 0) first = last;
  }
  EXPECT_LT(last, first / 4);
}

// What a resumed run relies on: masks depend on where a step stands and on nothing that happened before it.
TEST(Smth3dMethod, AStepDrawsTheSameMasksWheneverItIsMade) {
  const auto batch = six_videos();
  const auto loss_at = [&](int64_t epoch, int64_t step, int steps_before) {
    Smth3dMethod method(small(0.3), six_classes(), 1, at::kCPU);
    for (int i = 0; i < steps_before; ++i) (void)method.loss(batch, {.seed = 4, .epoch = 0, .step = i});
    return method.loss(batch, {.seed = 4, .epoch = epoch, .step = step}).total.item<double>();
  };
  EXPECT_EQ(loss_at(1, 2, 0), loss_at(1, 2, 3));
  EXPECT_NE(loss_at(1, 2, 0), loss_at(1, 3, 0));
  EXPECT_NE(loss_at(1, 2, 0), loss_at(2, 2, 0));
}

TEST(Smth3dMethod, ClipsOfAVideoPassOneByOneWithTheSameResult) {
  Smth3dMethod method(small(), six_classes(), 1, at::kCPU);
  const torch::NoGradGuard no_grad;
  const auto batch = batch_of({1, 2}, {3, 2});
  const auto outputs = method.infer(batch);
  EXPECT_THAT(outputs.logits.sizes(), ElementsAre(2, kClasses));
  EXPECT_THAT(outputs.features.sizes(), ElementsAre(2, 64));
  EXPECT_THAT(outputs.ids, ElementsAre("0", "1"));
  std::vector<at::Tensor> features;
  for (int64_t clip = 0; clip < 5; ++clip) {
    const clips::Batch alone{batch.clips.narrow(0, clip, 1), torch::zeros({1}, at::kLong), {1}, {"x"}};
    features.push_back(method.infer(alone).features[0]);
  }
  const auto each = torch::stack(features);
  EXPECT_TRUE(torch::allclose(outputs.features, torch::stack({each.slice(0, 0, 3).mean(0), each.slice(0, 3, 5).mean(0)}), 1e-4, 1e-5));
  EXPECT_TRUE(torch::allclose(method.eval_loss(batch, outputs, {}).total, at::cross_entropy_loss(outputs.logits, batch.labels)));
}

TEST(Smth3dMethod, UnlabelledVideosHaveNoLoss) {
  Smth3dMethod method(small(), six_classes(), 1, at::kCPU);
  const torch::NoGradGuard no_grad;
  const auto mixed = batch_of({-1, 2, -1, 5}, {1, 1, 1, 1});
  const auto outputs = method.infer(mixed);
  const auto loss = method.eval_loss(mixed, outputs, {});
  EXPECT_EQ(loss.weight, 2);
  const auto labelled = torch::tensor({1, 3});
  EXPECT_TRUE(torch::allclose(loss.total, at::cross_entropy_loss(outputs.logits.index_select(0, labelled), torch::tensor({2, 5}))));
  const auto none = batch_of({-1, -1}, {1, 1});
  const auto unlabelled = method.eval_loss(none, method.infer(none), {});
  EXPECT_EQ(unlabelled.weight, 0);
  EXPECT_EQ(unlabelled.total.item<double>(), 0);
}

TEST(Smth3dMethod, WhatShowPrintsNeedsNoWeights) {
  const auto tuning = small();
  const auto built = Smth3dMethod(tuning, six_classes(), 1, at::kCPU).summary(), unbuilt = Smth3dMethod::summary_of(tuning, six_classes());
  EXPECT_EQ(unbuilt.parameters, built.parameters);
  EXPECT_EQ(unbuilt.flops, built.flops);
  EXPECT_EQ(unbuilt.layers.size(), built.layers.size());
  EXPECT_EQ(Smth3dMethod::summary_of({}, {}).parameters, 23384430) << "published";
}

TEST(Smth3dMethod, WeightsAreCalledAsTheAuthorsCallThem) {
  Smth3dMethod method(small(), six_classes(), 1, at::kCPU);
  EXPECT_EQ(method.weights().front().name, "smth3d/conv_column.block1.0.weight");
  EXPECT_EQ(method.weights().back().name, "smth3d/clf_layers.0.bias");
}

TEST(Smth3dTuning, SettingsReachTheNetworkAndWhatCannotBeIsNamed) {
  Tuning tuning;
  Settings settings;
  tuning.bind(settings);
  settings.set("model.divisor", "4");
  settings.set("model.dropout", "0.1");
  settings.set("model.show_clip", "6x16x16");
  const auto options = tuning.network(six_classes());
  EXPECT_EQ(options.divisor, 4);
  EXPECT_EQ(options.dropout, 0.1);
  EXPECT_EQ(options.classes, kClasses);
  EXPECT_EQ(tuning.clip_size(), (nn::Size3{6, 16, 16}));
  settings.set("model.divisor", "5");
  EXPECT_THAT(error_of([&] { (void)method_with(tuning); }), HasSubstr("model.divisor"));
  settings.set("model.show_clip", "6x16");
  EXPECT_THAT(error_of([&] { (void)tuning.clip_size(); }), HasSubstr("'6x16' is not the size of a clip"));
}

TEST(Smth3dTraining, IsTheAuthorsOfEachRun) {
  const auto one = Smth3d<kModel1>::training_defaults(), larger = Smth3d<kModel224>::training_defaults();
  const auto mirrored = published_training(kRunLeftRight);
  EXPECT_EQ(one.batch_size, 30);
  EXPECT_EQ(one.optimizer.learning_rate, 0.008);
  EXPECT_EQ(larger.batch_size, 5);
  EXPECT_EQ(larger.optimizer.learning_rate, 0.01);
  EXPECT_EQ(mirrored.batch_size, 40);
  EXPECT_EQ(mirrored.optimizer.learning_rate, 0.01);
  for (const auto& training : {one, larger, mirrored}) {
    EXPECT_EQ(training.epochs, -1);
    EXPECT_TRUE(training.drop_last);
    EXPECT_EQ(training.optimizer.kind, OptimizerKind::kSgd);
    EXPECT_FALSE(training.optimizer.nesterov);
    EXPECT_EQ(training.optimizer.weight_decay, 1e-5);
    EXPECT_EQ(training.schedule.follows, PlateauFollows::kLoss);
    EXPECT_EQ(training.schedule.factor, 0.5);
    EXPECT_EQ(training.schedule.patience, 2);
    EXPECT_EQ(training.schedule.cooldown, 0);
    EXPECT_EQ(training.schedule.last_learning_rate, 1e-5);
    EXPECT_EQ(training.early_stop_epochs, 0);
  }
  EXPECT_EQ(Smth3d<kModel224>::data_defaults().clip_frames, 60);
  EXPECT_EQ(Smth3d<kModel224>::data_defaults().crop, 224);
  EXPECT_EQ(Smth3d<kModel1>::data_defaults().clip_frames, 72);
}

}  // namespace
}  // namespace vbench::smth3d
