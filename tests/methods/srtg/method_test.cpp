#include "methods/srtg/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "harness/core/settings.hpp"
#include "harness/train/optimizer.hpp"
#include "tests/support/golden.hpp"

namespace vbench::srtg {
namespace {

using test::error_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr Config kPlain = config_of("r3d_18"), kGated = with_srtg(kPlain, Gate::kAligned);

Tuning small(const Config& config) { return {.config = config, .channels = 4}; }

clips::Options three_classes() {
  clips::Options options;
  options.classes = 3;
  return options;
}

clips::Batch batch_of(int64_t videos, std::vector<int64_t> views, int64_t frames = 4) {
  torch::manual_seed(3);
  int64_t clips = 0;
  for (const int64_t count : views) clips += count;
  clips::Batch batch{torch::randn({clips, 3, frames, 16, 16}), torch::arange(videos).remainder(3), std::move(views), {}};
  for (int64_t i = 0; i < videos; ++i) batch.ids.push_back("v" + std::to_string(i));
  return batch;
}

TEST(SrtgMethod, LossNamesAccuraciesAndTheShareOfOpenSamples) {
  SrtgMethod method(small(kGated), three_classes(), 1, at::kCPU);
  const auto loss = method.loss(batch_of(6, {1, 1, 1, 1, 1, 1}), {});
  std::vector<std::string> names;
  for (const auto& [name, value] : loss.terms) {
    names.push_back(name);
    EXPECT_GE(value, 0) << name;
    EXPECT_LE(value, 1) << name;
  }
  ASSERT_GE(names.size(), 10U);
  EXPECT_EQ(names[0], "top1");
  EXPECT_EQ(names[1], "top5");
  EXPECT_EQ(names[2], "open/layer1.0");
  EXPECT_TRUE(loss.total.requires_grad());
}

/// SGD on one batch. @return the last step's terms
std::vector<std::pair<std::string, double>> train(SrtgMethod& method, const clips::Batch& batch, double rate, int steps,
                                                  Optimizer& optimizer) {
  LossTerms loss;
  for (int step = 0; step < steps; ++step) {
    optimizer.zero_grad();
    loss = method.loss(batch, {});
    loss.total.backward();
    optimizer.step(rate);
  }
  return loss.terms;
}

std::unique_ptr<Optimizer> sgd(SrtgMethod& method) {
  return Optimizer::make({.kind = OptimizerKind::kSgd, .momentum = 0.9, .nesterov = true, .weight_decay = 1e-4}, method.parameters());
}

// SRTG needs more steps: features are multiplied by an LSTM's output, which is small at the beginning.
TEST(SrtgMethod, AFewStepsLearnABatchByHeart) {
  const auto batch = batch_of(6, {1, 1, 1, 1, 1, 1});
  for (const auto& [config, rate, steps] : {std::tuple(kPlain, 0.05, 60), std::tuple(with_srtg(kPlain), 0.02, 250)}) {
    SrtgMethod method(small(config), three_classes(), 1, at::kCPU);
    const double before = method.loss(batch, {}).total.item<double>();
    train(method, batch, rate, steps, *sgd(method));
    EXPECT_LT(method.loss(batch, {}).total.item<double>(), before / 4) << (config.recursion ? "SRTG" : "plain");
  }
}

// Sequences of one frame are always consistent in time: such a batch gives every LSTM momentum, which a closed gate must not spend.
TEST(SrtgMethod, ABatchThatClosesAGateLeavesItsRecurrenceAsItIs) {
  SrtgMethod method(small(kGated), three_classes(), 1, at::kCPU);
  const auto optimizer = sgd(method);
  train(method, batch_of(6, {1, 1, 1, 1, 1, 1}, 1), 0.05, 2, *optimizer);
  std::map<std::string, at::Tensor> before;
  for (const auto& [name, tensor] : method.weights()) before[name] = tensor.detach().clone();
  std::vector<std::string> closed, open;
  for (const auto& [name, share] : train(method, batch_of(6, {1, 1, 1, 1, 1, 1}, 8), 0.05, 1, *optimizer)) {
    if (name.starts_with("open/")) (share == 0 ? closed : open).push_back("srtg/" + name.substr(5) + ".");
  }
  ASSERT_FALSE(closed.empty() || open.empty());
  const auto is_of = [](const std::string& name, const std::vector<std::string>& blocks) {
    return std::any_of(blocks.begin(), blocks.end(), [&name](const std::string& block) { return name.starts_with(block); });
  };
  for (const auto& [name, tensor] : method.weights()) {
    if (name.find("num_batches") != std::string::npos) continue;
    const bool resting = name.find(".lstm.") != std::string::npos && is_of(name, closed);
    EXPECT_EQ(torch::equal(tensor, before[name]), resting) << name;
  }
}

TEST(SrtgMethod, WhatShowPrintsNeedsNoWeights) {
  const auto tuning = small(with_srtg(kPlain));
  const auto built = SrtgMethod(tuning, three_classes(), 1, at::kCPU).summary(), unbuilt = SrtgMethod::summary_of(tuning, three_classes());
  EXPECT_EQ(unbuilt.parameters, built.parameters);
  EXPECT_EQ(unbuilt.flops, built.flops);
  EXPECT_EQ(unbuilt.layers.size(), built.layers.size());
}

TEST(SrtgMethod, ViewsOfAVideoPassOneByOneWithTheSameResult) {
  SrtgMethod method(small(kPlain), three_classes(), 1, at::kCPU);
  const torch::NoGradGuard no_grad;
  const auto batch = batch_of(2, {3, 1});
  const auto outputs = method.infer(batch);
  EXPECT_THAT(outputs.logits.sizes(), ElementsAre(4, 3));
  for (int64_t clip = 0; clip < 4; ++clip) {
    clips::Batch alone{batch.clips.narrow(0, clip, 1), torch::zeros({1}, at::kLong), {1}, {"x"}};
    EXPECT_TRUE(torch::allclose(method.infer(alone).logits[0], outputs.logits[clip], 1e-4, 1e-5)) << clip;
  }
  const auto targets = torch::tensor({0, 0, 0, 1});
  EXPECT_TRUE(torch::allclose(method.eval_loss(batch, outputs, {}).total, at::cross_entropy_loss(outputs.logits, targets)));
}

TEST(SrtgTuning, ChannelsNarrowTheWholeNetwork) {
  const auto options = small(config_of("r2plus1d_18")).network(three_classes());
  EXPECT_THAT(options.planes, ElementsAre(4, 8, 16, 32));
  EXPECT_EQ(options.stem_channels, 4);
  EXPECT_EQ(options.stem_middle, 2);
  EXPECT_EQ(options.classes, 3);
  EXPECT_EQ((Tuning{.config = kPlain}).network({}).planes, NetworkOptions::of(kPlain, 400).planes);
}

TEST(SrtgTuning, WhatCannotBeIsNamed) {
  Tuning tuning = small(kGated);
  tuning.config.place = Place::kStart;
  EXPECT_THAT(error_of([&] { (void)tuning.network({}); }), HasSubstr("model.place"));
  tuning.clip = "16x112";
  EXPECT_THAT(error_of([&] { (void)tuning.clip_size(); }), HasSubstr("'16x112' is not the size of a clip"));
  tuning = small(config_of("r2plus1d_18"));
  EXPECT_NO_THROW((void)tuning.network({}));
  tuning.channels = 1;
  EXPECT_THAT(error_of([&] { (void)tuning.network({}); }), HasSubstr("model.channels"));
}

TEST(SrtgTuning, PlainNetworksHaveNeitherGateNorPlace) {
  Tuning plain = small(kPlain), gated = small(kGated);
  Settings of_plain, of_gated;
  plain.bind(of_plain);
  gated.bind(of_gated);
  EXPECT_THAT(error_of([&] { of_plain.set("model.gate", "aligned"); }), HasSubstr("unknown setting"));
  of_gated.set("model.gate", "june2020");
  EXPECT_EQ(gated.config.gate, Gate::kJune2020);
}

TEST(SrtgTraining, IsTheAuthorsScriptOfEachDataset) {
  const auto kinetics = published_training("kinetics-700"), hacs = published_training("hacs"), ucf = published_training("ucf101");
  EXPECT_EQ(kinetics.epochs, 130);
  EXPECT_EQ(kinetics.batch_size, 32);
  EXPECT_EQ(kinetics.optimizer.learning_rate, 0.05);
  EXPECT_THAT(hacs.schedule.steps, ElementsAre(40, 60, 75, 90, 0, 0, 0, 0));
  EXPECT_EQ(hacs.batch_size, 48);
  EXPECT_EQ(ucf.epochs, 100);
  EXPECT_EQ(ucf.schedule.kind, ScheduleKind::kMultiFactor);
  EXPECT_TRUE(ucf.optimizer.nesterov);
  EXPECT_EQ(ucf.optimizer.weight_decay, 1e-4);
}

}  // namespace
}  // namespace vbench::srtg
