#include "methods/selavi/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <cmath>
#include <functional>

#include "harness/train/device.hpp"
#include "tests/methods/selavi/reference.hpp"
#include "tests/support/threads.hpp"

namespace vbench::selavi::test {
namespace {

using testing::HasSubstr;

static_assert(find_audio_depth("resnet18") == AudioDepth::kResNet18 && !find_audio_depth("resnet34"));

TEST(SelaviNetwork, NamesItsAudioNetworksAndSuggestsThem) {
  EXPECT_EQ(audio_depth("resnet9"), AudioDepth::kResNet9);
  EXPECT_THAT(error_of([] { (void)audio_depth("resnet19"); }), HasSubstr("resnet9"));
}

TEST(SelaviNetwork, RefusesSizesThatMakeNoNetwork) {
  const auto error = [](const std::function<void(NetworkOptions&)>& change) {
    auto options = small_options();
    change(options);
    return error_of([&] { Network network(options); });
  };
  EXPECT_THAT(error([](auto& o) { o.divisor = 3; }), HasSubstr("cannot be divided by 3"));
  EXPECT_THAT(error([](auto& o) { o.divisor = 64; }), HasSubstr("1, 2, 4, 8, 16 or 32"));
  EXPECT_THAT(error([](auto& o) { o.heads = 0; }), HasSubstr("number of heads"));
  EXPECT_THAT(error([](auto& o) { o.clusters = 0; }), HasSubstr("number of clusters"));
  EXPECT_THAT(error([](auto& o) { o.dropout = 1; }), HasSubstr("dropout"));
}

TEST(SelaviNetwork, RefusesWhatIsNoClipOrSpectrogram) {
  const auto network = small_network();
  for (const auto& shape : std::vector<std::vector<int64_t>>{{2, 1, 4, 16, 16}, {3, 4, 16, 16}, {0, 3, 4, 16, 16}})
    EXPECT_THAT(error_of([&] { (void)network.video_features(torch::zeros(shape), {}); }), HasSubstr("batch x 3 x frames x height x width"));
  for (const auto& shape : std::vector<std::vector<int64_t>>{{2, 3, 40, 50}, {2, 40, 50}, {0, 1, 40, 50}})
    EXPECT_THAT(error_of([&] { (void)network.audio_features(torch::zeros(shape), {}); }), HasSubstr("batch x 1 x filters x frames"));
}

TEST(SelaviNetwork, TakesTheSmallestInputsAndBothDepths) {
  for (const auto depth : {AudioDepth::kResNet9, AudioDepth::kResNet18}) {
    for (const int64_t divisor : {16, 32}) {
      auto options = small_options();
      options.audio = depth;
      options.divisor = divisor;
      const auto network = small_network(1, options);
      const auto features = network.features(random_input({1, 3, 1, 1, 9}), random_input({1, 1, 1, 1}), {});
      EXPECT_EQ(features.video.sizes(), (at::IntArrayRef{1, options.width()}));
      const auto logits = network.logits(features, {});
      EXPECT_EQ(logits.audio.sizes(), (at::IntArrayRef{2, 1, 7}));
      EXPECT_TRUE(logits.video.isfinite().all().item<bool>() && logits.audio.isfinite().all().item<bool>());
    }
  }
}

TEST(SelaviNetwork, BeginsWithThePublishedDistributions) {
  auto options = small_options();
  options.divisor = 4;
  const auto network = small_network(5, options);
  const auto deviation = [&](const std::string& name) { return weight(network.weights(), name).std().item<double>(); };
  const auto bound = [&](const std::string& name) { return magnitude(weight(network.weights(), name)); };
  // (2+1)D: as many weights as 16 x 16 x 27, in 36 channels between the two.
  EXPECT_NEAR(deviation("video_network.base.layer1.0.conv1.0.0.weight"), std::sqrt(2.0 / (36 * 9)), 2e-3);
  EXPECT_NEAR(deviation("video_network.base.layer4.1.conv2.0.3.weight"), std::sqrt(2.0 / (128 * 3)), 1e-3);
  EXPECT_NEAR(deviation("audio_network.base.layer4.0.conv2.weight"), std::sqrt(2.0 / (128 * 9)), 1e-3);
  EXPECT_NEAR(bound("audio_network.base.conv1.weight"), 1.0 / 7, 1e-3);
  EXPECT_NEAR(deviation("audio_network.base.conv1.weight"), 1.0 / 7 / std::sqrt(3.0), 4e-3);
  for (const auto& name : {"mlp_v1.block_forward.2.weight", "mlp_a0.block_forward.8.weight"})
    EXPECT_NEAR(bound(name), 1 / std::sqrt(128.0), 1e-3) << name;
  EXPECT_GT(bound("mlp_a1.block_forward.8.bias"), 0.03);
  EXPECT_EQ(magnitude(weight(network.weights(), "audio_network.base.bn1.weight") - 1), 0);
}

TEST(SelaviNetwork, BeginsAlikeWithAnyNumberOfHeadsAndThreads) {
  auto many = small_options();
  many.heads = 3;
  const auto network = small_network(5, many);
  const vbench::test::Threads one(1);
  const auto fewer = small_network(5);
  for (const auto& [name, tensor] : fewer.weights()) expect_same(weight(network.weights(), name), tensor, name);
  const auto other = small_network(6);
  EXPECT_GT(magnitude(other.weights().front().tensor - fewer.weights().front().tensor), 0.01);
  EXPECT_GT(magnitude(weight(fewer.weights(), "mlp_v0.block_forward.8.weight") - weight(fewer.weights(), "mlp_v1.block_forward.8.weight")),
            0.01);
}

TEST(SelaviNetwork, LearnsFromEveryTensorOfBothModalities) {
  auto network = small_network();
  const auto clips = small_clips(), spectrograms = small_spectrograms();
  const auto labels = torch::tensor({{1, 3}, {6, 0}}, torch::kLong);
  head_loss(network.forward(clips, spectrograms, {.training = true, .dropout_key = 3}), labels).total.backward();
  for (const auto& parameter : network.parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_GT(magnitude(parameter.tensor.grad()), 0) << parameter.name;
  }
  for (const auto& [name, tensor] : network.weights()) {
    if (name.ends_with("num_batches_tracked")) {
      EXPECT_EQ(tensor.item<int64_t>(), 1) << name;
    }
    if (name.ends_with("running_mean")) {
      EXPECT_GT(magnitude(tensor), 0) << name;
    }
  }
}

// A resumed run must draw what the interrupted one drew.
TEST(SelaviNetwork, DropoutMasksBelongToTheKeyAndTheHead) {
  auto options = small_options();
  options.dropout = 0.5;
  const auto network = small_network(1, options);
  const auto features = random_input({6, options.width()}, 4);
  const auto logits = [&](uint64_t key) { return network.logits({features, features}, {.training = true, .dropout_key = key}); };
  const auto first = logits(7), again = logits(7), other = logits(8);
  expect_same(again.video, first.video, "the same key");
  EXPECT_GT(magnitude(other.video - first.video), 0.01);
  const auto alone = network.audio_head(1).forward(features, {.training = true, .dropout_key = 7});
  expect_same(alone, first.audio[1], "a head on its own");
  const auto without = network.logits({features, features}, {.dropout_key = 7}).video;
  expect_same(without, network.logits({features, features}, {.dropout_key = 8}).video, "none in evaluation");
}

TEST(SelaviNetwork, OneVideoIsTooFewToTrainOn) {
  const auto network = small_network();
  const Pass training{.training = true};
  EXPECT_THAT(error_of([&] { (void)network.forward(small_clips(1), small_spectrograms(1), training); }),
              HasSubstr("too few for BatchNorm"));
  EXPECT_NO_THROW((void)network.forward(small_clips(1), small_spectrograms(1), {}));
}

TEST(SelaviNetwork, TrainsInBfloat16Autocast) {
  auto network = small_network();
  const auto clips = small_clips(4), spectrograms = small_spectrograms(4);
  const auto labels = torch::tensor({{1, 3}, {6, 0}, {2, 2}, {5, 4}}, torch::kLong);
  const auto reference = head_loss(network.forward(clips, spectrograms, {.training = true}), labels);
  HeadLoss loss;
  {
    const Autocast autocast(Precision::kBf16, at::kCPU);
    loss = head_loss(network.forward(clips, spectrograms, {.training = true}), labels);
  }
  EXPECT_EQ(loss.total.scalar_type(), at::kFloat);
  expect_close(loss.total, reference.total, {0.3, 0, "8 bits of mantissa, and other dropout masks would be as far"}, "loss");
  loss.total.backward();
  for (const auto& parameter : network.parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_EQ(parameter.tensor.grad().scalar_type(), at::kFloat) << parameter.name;
    EXPECT_TRUE(parameter.tensor.grad().isfinite().all().item<bool>()) << parameter.name;
  }
}

// Figures that torchvision publishes for its networks, without their classifiers and for three colours.
TEST(SelaviNetwork, CostsWhatItsNetworksAreKnownToCost) {
  const at::Device nowhere(at::kMeta);
  EXPECT_NEAR(static_cast<double>(Encoder::video(1, nowhere).multiply_adds({16, 112, 112})), 40.519e9 - 512 * 400, 1e6);
  const double of_two_colours = 2 * 64.0 * 49 * 112 * 112;
  EXPECT_NEAR(static_cast<double>(Encoder::audio(AudioDepth::kResNet18, 1, nowhere).multiply_adds({1, 224, 224})),
              1.814e9 - 512 * 1000 - of_two_colours, 1e6);
}

TEST(SelaviNetwork, SummaryNamesEveryLayerAndItsParameters) {
  const Network network(small_options(), at::Device(at::kMeta));
  const auto summary = summarise(network, {8, 32, 32}, {1, 40, 50});
  int64_t parameters = 0;
  for (const auto& layer : summary.layers) parameters += layer.parameters;
  EXPECT_EQ(parameters, summary.parameters);
  EXPECT_EQ(summary.layers.front().kind, "Conv3d");
  EXPECT_EQ(summary.layers.front().shape, "2x3x1x7x7");
  EXPECT_EQ(summary.layers.back().name, "mlp_a1.block_forward.8");
  EXPECT_EQ(summary.layers.back().kind, "Linear");
  EXPECT_EQ(summary.flops_of, "one clip of 8x32x32 with a spectrogram of 40x50");
  auto third = small_options();
  third.heads = 3;
  // By hand: two heads more, 32 x 32 and 32 x 7 products each.
  EXPECT_EQ(summarise(Network(third, at::Device(at::kMeta)), {8, 32, 32}, {1, 40, 50}).flops - summary.flops, 2 * 2 * (32 * 32 + 32 * 7));
}

}  // namespace
}  // namespace vbench::selavi::test
