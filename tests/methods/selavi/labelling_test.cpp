#include "methods/selavi/labelling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <map>

#include "tests/methods/selavi/fake_videos.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi {
namespace {

using test::FakeVideos;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr uint64_t kSeed = 5;

NetworkOptions three_clusters() {
  NetworkOptions options;
  options.divisor = 32;
  options.heads = 2;
  options.clusters = 3;
  return options;
}

LabelOptions few_labellings() {
  LabelOptions options;
  options.schedule.times = 5;
  options.warmup_batches = 2;
  options.marginals.distribution = Distribution::kUniform;
  return options;
}

/// A network, its labelling, and the passes that were asked for.
struct Bench {
  Network network;
  SelfLabelling labelling;
  std::vector<PassOrder> passes;
  int64_t interrupted_pass = -1;               ///< its second batch throws
  std::function<bool(int64_t)> readable = {};  ///< which videos a pass gives; all if empty

  explicit Bench(const LabelOptions& labels = few_labellings(), const NetworkOptions& options = three_clusters())
      : network(test::small_network(1, options)), labelling(labels, options, kSeed) {
    const FakeVideos videos(Role::kTrain);
    std::vector<int64_t> classes;
    for (int64_t i = 0; i < videos.size(); ++i) classes.push_back(videos.label(i));
    labelling.take_videos(classes);
  }

  void read(const PassOrder& order, const std::function<void(const audio_visual::Batch&)>& use) {
    constexpr int64_t kBatch = 8;
    const FakeVideos videos(Role::kTrain);
    const auto number = static_cast<int64_t>(passes.size());
    passes.push_back(order);
    int64_t batches = 0;
    for (int64_t first = 0; first < videos.size(); first += kBatch) {
      std::vector<FakeVideos::Sample> samples;
      for (int64_t i = first; i < first + kBatch; ++i) {
        RandomStream random(kSeed, "test", order.key, static_cast<uint64_t>(i));
        if (!readable || readable(i)) samples.push_back(videos.read(i, random));
      }
      if (number == interrupted_pass && batches == 1) throw Error(ErrorKind::kInterrupted, "interrupted");
      use(FakeVideos::collate(samples));
      if (++batches == order.most_batches) return;
    }
  }

  std::string before(int64_t step, int64_t epochs = 4, int64_t steps_of_epoch = 3) {
    return labelling.before_step(network, {kSeed, step / steps_of_epoch, step % steps_of_epoch, step, epochs}, steps_of_epoch,
                                 [this](const PassOrder& order, const auto& use) { read(order, use); });
  }

  [[nodiscard]] std::map<std::string, at::Tensor> copies() const {
    std::map<std::string, at::Tensor> all;
    for (const auto& [name, tensor] : network.weights()) all[name] = tensor.detach().clone();
    for (const auto& [name, tensor] : labelling.state()) all[name] = tensor.clone();
    return all;
  }
};

void expect_equal(const std::map<std::string, at::Tensor>& a, const std::map<std::string, at::Tensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, tensor] : a) EXPECT_TRUE(torch::equal(tensor, b.at(name))) << name;
}

TEST(SelfLabelling, WarmsBatchNormUpAndReadsTheSplitOnceForEveryGroupOfHeads) {
  Bench bench;
  const auto before = bench.copies();
  EXPECT_THAT(bench.before(0), HasSubstr("labels 1 of 4: NMI to the classes"));
  ASSERT_EQ(bench.passes.size(), 3U);
  EXPECT_TRUE(bench.passes[0].shuffled);
  EXPECT_EQ(bench.passes[0].most_batches, 2);
  EXPECT_FALSE(bench.passes[1].shuffled || bench.passes[2].shuffled);
  EXPECT_EQ(bench.passes[1].most_batches, 0);
  EXPECT_THAT((std::vector{bench.passes[0].key, bench.passes[1].key, bench.passes[2].key}), ElementsAre(0, 1, 2));
  const std::string statistic = "video_network.base.stem.1.num_batches_tracked";
  EXPECT_EQ(bench.copies().at(statistic).item<int64_t>(), before.at(statistic).item<int64_t>() + 2);
}

TEST(SelfLabelling, BearsModalitiesThatAreSureOfDifferentClusters) {
  Bench bench;
  const torch::NoGradGuard no_grad;
  for (int64_t head = 0; head < 2; ++head) {
    // Each product is exp(-120), far below the smallest float.
    at::Tensor(bench.network.video_head(head).output().bias).copy_(torch::tensor({120., 0., 60.}));
    at::Tensor(bench.network.audio_head(head).output().bias).copy_(torch::tensor({0., 120., 60.}));
  }
  EXPECT_THAT(bench.before(0), HasSubstr("labels 1 of 4"));
}

TEST(SelfLabelling, RefusesSettingsThatWouldDoNothing) {
  const auto refused = [](const std::function<void(LabelOptions&)>& change) {
    auto options = few_labellings();
    change(options);
    return test::error_of([&] { SelfLabelling(options, three_clusters(), kSeed); });
  };
  EXPECT_NO_THROW(SelfLabelling(few_labellings(), three_clusters(), kSeed));
  EXPECT_THAT(refused([](LabelOptions& options) { options.marginals.deviation = 0.2; }), HasSubstr("labels.deviation: has no effect"));
  EXPECT_THAT(refused([](LabelOptions& options) { options.marginals.redraw = true; }), HasSubstr("labels.redraw"));
  EXPECT_THAT(refused([](LabelOptions& options) { options.marginals.per_head = false; }), HasSubstr("labels.per_head"));
  EXPECT_THAT(refused([](LabelOptions& options) { options.marginals.placement = Placement::kSorted; }), HasSubstr("labels.placement"));
  const auto alone = [](LabelOptions& options) {
    options.modality = Modality::kVideo;
    options.match = MatchKind::kOff;
  };
  EXPECT_THAT(refused(alone), HasSubstr("labels.match"));
}

TEST(SelfLabelling, LabelsAgainWhenTheScheduleAsksAndWithFreshAugmentations) {
  Bench bench;
  std::vector<int64_t> steps;
  for (int64_t step = 0; step < 12; ++step) {
    const auto line = bench.before(step);
    if (!line.empty()) steps.push_back(step);
    EXPECT_EQ(line.find("NMI to the old ones") != std::string::npos, !line.empty() && step > 0) << line;
  }
  // 12 steps times (i/4)^1.5: 0, 1.5, 4.2, 7.8.
  EXPECT_THAT(steps, ElementsAre(0, 2, 5, 8));
  ASSERT_EQ(bench.passes.size(), 9U);
  for (size_t i = 0; i < bench.passes.size(); ++i) EXPECT_EQ(bench.passes[i].key, i);
  const auto history = bench.labelling.history();
  EXPECT_THAT(history.sizes(), ElementsAre(4, 13));
  EXPECT_THAT((std::vector{history[1][0].item<double>(), history[1][1].item<double>()}), ElementsAre(0, 2));
  EXPECT_EQ(history[2][0].item<double>(), 1);
  // Features have not changed, but their augmentation.
  EXPECT_GT(history[3][2].item<double>(), 0.1);
}

TEST(SelfLabelling, TransportFillsAllClustersAlike) {
  Bench bench;
  (void)bench.before(0);
  for (int64_t head = 0; head < 2; ++head) {
    const auto sizes = torch::bincount(bench.labelling.labels().select(1, head), {}, 3);
    EXPECT_GE(sizes.min().item<int64_t>(), 4) << sizes;
    EXPECT_LE(sizes.max().item<int64_t>(), 12) << sizes;
  }
}

TEST(SelfLabelling, MatchingPutsTheAudioHeadsRowsIntoTheOrderThatCostsLeast) {
  Bench bench;
  const auto before = bench.copies();
  (void)bench.before(0);
  const auto after = bench.copies();
  const auto history = bench.labelling.history()[0];
  EXPECT_LE(history[12].item<double>(), history[11].item<double>());
  for (int64_t head = 0; head < 2; ++head) {
    const auto name = head_name('a', head, 2) + ".block_forward.8.weight", video = head_name('v', head, 2) + ".block_forward.8.weight";
    const auto [sorted_before, order_before] = before.at(name).select(1, 0).sort();
    EXPECT_TRUE(torch::equal(sorted_before, std::get<0>(after.at(name).select(1, 0).sort())));
    EXPECT_TRUE(torch::equal(before.at(video), after.at(video)));
  }
  // Done once only.
  (void)bench.before(2);
  EXPECT_TRUE(torch::equal(bench.copies().at("mlp_a0.block_forward.8.weight"), after.at("mlp_a0.block_forward.8.weight")));
}

TEST(SelfLabelling, MatchingUndoesAShuffleOfTheAudioHeads) {
  // Alike but for the order of rows: the same output layer on features that are all ones.
  auto options = three_clusters();
  options.mlp = false;
  options.heads = 1;
  for (const auto kind : {MatchKind::kExact, MatchKind::kUpstream, MatchKind::kOff}) {
    auto labels = few_labellings();
    labels.match = kind;
    labels.groups = 1;
    Bench bench(labels, options);
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : bench.network.weights()) {
      if (name.starts_with("mlp_") && name.ends_with("weight")) at::Tensor(tensor).zero_();
      if (name == "mlp_v.bias") at::Tensor(tensor).copy_(torch::tensor({0.0F, 1.0F, 2.0F}));
      if (name == "mlp_a.bias") at::Tensor(tensor).copy_(torch::tensor({2.0F, 0.0F, 1.0F}));
    }
    (void)bench.before(0);
    const auto bias = test::weight(bench.network.weights(), "mlp_a.bias");
    const bool aligned = torch::equal(bias.detach(), torch::tensor({0.0F, 1.0F, 2.0F}));
    EXPECT_EQ(aligned, kind != MatchKind::kOff);
    EXPECT_NEAR(bench.labelling.history()[0][12].item<double>(), 0, 1e-4);
  }
}

TEST(SelfLabelling, WhatIsInterruptedHasNotBegun) {
  Bench whole;
  (void)whole.before(0);
  for (const int64_t interrupted : {0, 1, 2}) {
    Bench bench;
    bench.interrupted_pass = interrupted;
    EXPECT_THAT(test::error_of([&] { (void)bench.before(0); }), HasSubstr("interrupted"));
    EXPECT_EQ(bench.labelling.labels().count_nonzero().item<int64_t>(), 0);
    EXPECT_EQ(bench.labelling.done(), 0);
    // Also in another process.
    Bench resumed;
    const auto saved = bench.copies();
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : resumed.network.weights()) at::Tensor(tensor).copy_(saved.at(name));
    for (const auto& [name, tensor] : resumed.labelling.state()) at::Tensor(tensor).copy_(saved.at(name));
    for (auto* again : {&bench, &resumed}) {
      EXPECT_FALSE(again->before(0).empty());
      expect_equal(again->copies(), whole.copies());
    }
  }
}

TEST(SelfLabelling, AResumedRunGoesOnInTheSchedule) {
  auto options = few_labellings();
  options.marginals = {.distribution = Distribution::kGauss};
  Bench whole(options);
  for (int64_t step = 0; step < 12; ++step) (void)whole.before(step);
  for (const int64_t stop : {0, 1, 2, 6, 8, 9}) {
    Bench first(options), second(options);
    for (int64_t step = 0; step < stop; ++step) (void)first.before(step);
    const auto saved = first.copies();
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : second.network.weights()) at::Tensor(tensor).copy_(saved.at(name));
    for (const auto& [name, tensor] : second.labelling.state()) at::Tensor(tensor).copy_(saved.at(name));
    for (int64_t step = stop; step < 12; ++step) (void)second.before(step);
    expect_equal(second.copies(), whole.copies());
  }
}

TEST(SelfLabelling, VideosThatCannotBeReadKeepTheirLabels) {
  Bench bench;
  bench.readable = [](int64_t index) { return index % 5 != 0; };
  (void)bench.before(0);
  const auto labels = bench.labelling.labels();
  EXPECT_EQ(labels[0].count_nonzero().item<int64_t>() + labels[5].count_nonzero().item<int64_t>(), 0);
  EXPECT_GT(labels.count_nonzero().item<int64_t>(), 10);
  auto many = three_clusters();
  many.clusters = 20;
  Bench starved(few_labellings(), many);
  starved.readable = [](int64_t index) { return index % 8 < 2; };
  EXPECT_THAT(test::error_of([&] { (void)starved.before(0); }),
              HasSubstr("6 of 24 training videos could be read, too few for 20 clusters"));
}

TEST(SelfLabelling, OneModalityNeedsTheOtherNeitherForFeaturesNorForMatching) {
  auto options = few_labellings();
  options.modality = Modality::kAudio;
  Bench bench(options);
  const auto before = bench.copies();
  EXPECT_THAT(bench.before(0), ::testing::Not(HasSubstr("aligned")));
  const auto after = bench.copies();
  for (const auto& [name, tensor] : before) {
    if (name.starts_with("video_network") || name.starts_with("mlp_v")) {
      EXPECT_TRUE(torch::equal(tensor, after.at(name))) << name;
    }
  }
  EXPECT_FALSE(torch::equal(before.at("audio_network.base.bn1.running_mean"), after.at("audio_network.base.bn1.running_mean")));
  EXPECT_TRUE(torch::equal(before.at("mlp_a0.block_forward.8.weight"), after.at("mlp_a0.block_forward.8.weight")));
}

TEST(SelfLabelling, WhatCannotBeIsNamed) {
  auto many = three_clusters();
  many.clusters = 25;
  EXPECT_THAT(test::error_of([&] { Bench(few_labellings(), many); }), HasSubstr("25 clusters cannot be filled by 24 videos"));
  auto groups = few_labellings();
  groups.groups = 3;
  EXPECT_THAT(test::error_of([&] { Bench{groups}; }), HasSubstr("labels.groups"));
  Bench bench;
  EXPECT_THAT(test::error_of([&] { (void)bench.before(0, -1); }), HasSubstr("whose length must be known"));
}

}  // namespace
}  // namespace vbench::selavi
