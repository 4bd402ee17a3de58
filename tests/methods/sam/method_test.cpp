#include "methods/sam/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/settings.hpp"
#include "harness/train/optimizer.hpp"
#include "tests/support/golden.hpp"

namespace vbench::sam {
namespace {

using set_abstraction::Group;
using set_abstraction::Options;
using set_abstraction::Task;
using ::testing::HasSubstr;

Options small_data() {
  Options options;
  options.feature_width = 6;
  options.embedding_width = 3;
  options.nodes = 5;
  options.classes = 4;
  return options;
}

Group abstraction_group(int64_t sets, int64_t members) {
  Group group;
  group.task = Task::kAbstraction;
  group.names.assign(static_cast<size_t>(sets), "set");
  const int64_t subsets = set_abstraction::power_set_size(members);
  group.features = torch::randn({sets, members, 6});
  group.labels = torch::randint(5, {sets, subsets}, torch::kLong);
  group.embeddings = torch::randn({sets, subsets, 3});
  return group;
}

Group completion_group(int64_t members) {
  Group group;
  group.task = Task::kCompletion;
  group.names = {"record"};
  group.features = torch::randn({1, members, 6});
  group.query = torch::randn({1, 5, 6});
  group.distances = torch::arange(5, torch::kDouble).unsqueeze(0);
  return group;
}

TEST(Sam, LossOfMixedGroupsIsTheirMeanOverSets) {
  torch::manual_seed(1);
  Sam<kSam> method(Sam<kSam>::tuning_defaults(), small_data(), 1, at::kCPU);
  const auto a = abstraction_group(3, 4), b = abstraction_group(1, 2);
  const auto alone_a = method.loss({{a}}, {}), alone_b = method.loss({{b}}, {});
  const auto both = method.loss({{a, b}}, {});
  EXPECT_EQ(both.weight, 4);
  EXPECT_NEAR(both.total.item<double>(), (3 * alone_a.total.item<double>() + alone_b.total.item<double>()) / 4, 1e-6);
  both.total.backward();
  for (const auto& parameter : method.parameters()) EXPECT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
}

TEST(Sam, BatchesWithoutAbstractionHaveNoLoss) {
  torch::manual_seed(1);
  Sam<kSam> method(Sam<kSam>::tuning_defaults(), small_data(), 1, at::kCPU);
  const set_abstraction::Batch batch{{completion_group(2)}};
  const torch::NoGradGuard no_grad;
  EXPECT_EQ(method.eval_loss(batch, method.infer(batch), {}).weight, 0);
}

TEST(Sam, TrainsEveryArchitectureTowardsItsTargets) {
  torch::manual_seed(1);
  const auto group = abstraction_group(8, 4);
  const auto falls = [&](auto&& method) {
    const double before = method.loss({{group}}, {}).total.template item<double>();
    const auto optimizer = Optimizer::make({}, method.parameters());
    for (int step = 0; step < 200; ++step) {
      optimizer->zero_grad();
      method.loss({{group}}, {}).total.backward();
      optimizer->step(1e-3);
    }
    EXPECT_LT(method.loss({{group}}, {}).total.template item<double>(), 0.95 * before);
  };
  falls(Sam<kSam>(Sam<kSam>::tuning_defaults(), small_data(), 1, at::kCPU));
  falls(Sam<kRn>(Sam<kRn>::tuning_defaults(), small_data(), 1, at::kCPU));
  falls(Sam<kMeanLinear>(Sam<kMeanLinear>::tuning_defaults(), small_data(), 1, at::kCPU));
}

TEST(Sam, MeanNeedsNoTraining) {
  Sam<kMean> method(Sam<kMean>::tuning_defaults(), small_data(), 1, at::kCPU);
  EXPECT_TRUE(method.parameters().empty());
  const auto group = completion_group(3);
  const auto distances = method.infer({{group}}).front().distances;
  vbench::test::expect_close(distances, cosine_distance(group.features.mean(1, true), group.query), {1e-6, 0, "float32 rounding"});
  EXPECT_FALSE(method.infer({{abstraction_group(2, 4)}}).front().heads.has_value());
}

TEST(Sam, MeanLinearSeesTheMeanOfEachSubset) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  Sam<kMeanLinear> method(Sam<kMeanLinear>::tuning_defaults(), small_data(), 1, at::kCPU);
  auto group = abstraction_group(1, 3);
  const auto before = method.infer({{group}}).front().heads->logits;
  EXPECT_EQ(before.size(1), 7);
  group.features = group.features.mean(1, true).repeat({1, 3, 1});  // every member is the mean
  const auto after = method.infer({{group}}).front().heads->logits;
  vbench::test::expect_close(after[0][0], before[0][6], {1e-5, 0, "float32 rounding"});
}

TEST(Sam, SmallSetsAreRefusedOrEnlargedAsAsked) {
  torch::manual_seed(1);
  const torch::NoGradGuard no_grad;
  auto tuning = Sam<kRn>::tuning_defaults();
  tuning.scales = "3";
  const set_abstraction::Batch single{{completion_group(1)}}, pair{{completion_group(2)}};
  Sam<kRn> repeating(tuning, small_data(), 1, at::kCPU);
  // One video is tiled three times.
  auto tiled = single;
  tiled.groups[0].features = tiled.groups[0].features.repeat({1, 3, 1});
  vbench::test::expect_close(repeating.infer(single).front().distances, repeating.infer(tiled).front().distances,
                             {1e-6, 0, "float32 rounding"});
  // Two videos: the mean over repeating the first and repeating the second.
  auto first = pair, second = pair;
  first.groups[0].features = torch::cat({pair.groups[0].features, pair.groups[0].features.narrow(1, 0, 1)}, 1);
  second.groups[0].features = torch::cat({pair.groups[0].features, pair.groups[0].features.narrow(1, 1, 1)}, 1);
  const auto mean = (repeating.infer(first).front().distances + repeating.infer(second).front().distances) / 2;
  vbench::test::expect_close(repeating.infer(pair).front().distances, mean, {1e-6, 0, "float32 rounding"});
  tuning.small_sets = SmallSets::kRefuse;
  Sam<kRn> strict(tuning, small_data(), 1, at::kCPU);
  EXPECT_THAT(test::error_of([&] { (void)strict.infer(single); }), HasSubstr("smaller than the smallest"));
}

TEST(SamTuning, ScalesAreSortedAndChecked) {
  auto tuning = Sam<kSam>::tuning_defaults();
  tuning.scales = "3, 1";
  EXPECT_EQ(tuning.network(small_data()).scales, (std::vector<int64_t>{1, 3}));
  for (const char* bad : {"", "0", "9", "1,1", "one"}) {
    tuning.scales = bad;
    EXPECT_THAT(test::error_of([&] { (void)tuning.network(small_data()); }), HasSubstr("model.scales")) << bad;
  }
  tuning.scales = "2,3";
  EXPECT_THAT(test::error_of([&] { (void)tuning.network(small_data()); }), HasSubstr("model.predictor"));
}

TEST(SamTuning, PublishedSizesWhereTheDataSayNothing) {
  const auto options = Sam<kSam>::tuning_defaults().network({});
  EXPECT_EQ(options.in_features, 2048);
  EXPECT_EQ(options.out_features, 2048);
  EXPECT_EQ(options.bottleneck, 512);
  EXPECT_EQ(Sam<kSam>(Sam<kSam>::tuning_defaults(), {}, 1, at::kCPU).summary().parameters, 16550801);  // kinetics, as the authors' model
}

TEST(SamTuning, MeanHasNoSettingsOfANetwork) {
  Settings settings;
  auto tuning = Sam<kMean>::tuning_defaults();
  tuning.bind(settings);
  EXPECT_THAT(test::error_of([&] { settings.set("model.scales", "1"); }), HasSubstr("unknown setting"));
}

}  // namespace
}  // namespace vbench::sam
