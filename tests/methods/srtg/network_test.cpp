#include "methods/srtg/network.hpp"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include <functional>
#include <limits>

#include "harness/train/device.hpp"
#include "harness/train/optimizer.hpp"
#include "methods/srtg/pool.hpp"
#include "tests/methods/srtg/reference.hpp"
#include "tests/support/threads.hpp"

namespace vbench::srtg::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;

static_assert(config_of("srtg_r3d_34").recursion && !config_of("r3d_34").recursion);
static_assert(!is_valid({.block = BlockKind::kBasic, .builder = Builder::kIpDepthwise}));
static_assert(!is_valid({.place = Place::kStart}));
static_assert(!is_valid({.gate = Gate::kAligned}), "a gate needs the recursion");

Network small_network(const Config& config, uint64_t seed = 1) {
  Network network(small_options(config));
  network.initialize(seed);
  shake_norms(network, seed);
  return network;
}

at::Tensor weight(const Network& network, const std::string& name) {
  for (const auto& entry : network.weights()) {
    if (entry.name == name) return entry.tensor;
  }
  ADD_FAILURE() << name;
  return {};
}

TEST(SrtgNetwork, NamesMeanExactlyOneNetwork) {
  EXPECT_EQ(network_names().size(), 56U);
  EXPECT_TRUE(network_config("srtg_r2plus1d_50").recursion);
  EXPECT_THAT(error_of([] { (void)network_config("srtg_r3d_32"); }), HasSubstr("srtg_r3d_34"));
  EXPECT_THAT(error_of([] { (void)network_config("R3D_18"); }), HasSubstr("no network 'R3D_18'"));
}

TEST(SrtgNetwork, RefusesPartsThatDoNotFit) {
  auto options = small_options(config_of("r3d_18"));
  options.classes = 0;
  EXPECT_THAT(error_of([&] { Network network(options); }), HasSubstr("positive"));
  options = small_options({.place = Place::kEnd});
  EXPECT_THAT(error_of([&] { Network network(options); }), HasSubstr("do not fit"));
  BlockOptions block;
  block.stride = 2;
  EXPECT_THAT(error_of([&] { ResidualBlock(block, at::kCPU); }), HasSubstr("convolution beside it"));
  options = small_options({.builder = Builder::kDepthwise});
  EXPECT_THAT(error_of([&] { Network network(options); }), HasSubstr("cannot turn 6 channels into 8"));
}

TEST(SrtgNetwork, RefusesWhatIsNoBatchOfClips) {
  const auto network = small_network(config_of("r3d_18"));
  for (const auto& shape : std::vector<std::vector<int64_t>>{{2, 1, 4, 16, 16}, {3, 4, 16, 16}, {0, 3, 4, 16, 16}}) {
    EXPECT_THAT(error_of([&] { (void)network.forward(torch::zeros(shape), {}); }), HasSubstr("expected batch x 3 x frames"));
  }
}

/// Published sizes but for the last stages, whose weights are most of all.
NetworkOptions narrow_at_the_end(const char* name) {
  auto options = NetworkOptions::of(network_config(name), 400);
  options.planes = {64, 128, 64, 32};
  return options;
}

TEST(SrtgNetwork, BeginsWithThePublishedDistributions) {
  Network network(narrow_at_the_end("srtg_r3d_18"));
  network.initialize(5);
  const auto deviation = [&](const std::string& name) { return weight(network, name).std().item<double>(); };
  EXPECT_NEAR(deviation("layer1.0.conv1.0.0.weight"), std::sqrt(2.0 / (64 * 27)), 1e-3);
  EXPECT_NEAR(deviation("layer2.0.downsample.0.weight"), std::sqrt(2.0 / 128), 3e-3);
  EXPECT_NEAR(deviation("fc.weight"), 0.01, 3e-4);
  const auto recurrent = weight(network, "layer3.1.sar.lstm.weight_hh_l1");
  EXPECT_NEAR(recurrent.max().item<double>(), 1.0 / 8, 1e-4);
  EXPECT_NEAR(recurrent.min().item<double>(), -1.0 / 8, 1e-4);
  EXPECT_GT(deviation("layer3.1.sar.lstm.bias_ih_l0"), 0.03);
  EXPECT_EQ(magnitude(weight(network, "fc.bias")), 0);
  EXPECT_EQ(magnitude(weight(network, "stem.1.weight") - 1), 0);
}

TEST(SrtgNetwork, WithAndWithoutRecursionBeginWithTheSameConvolutionsOnAnyNumberOfThreads) {
  Network plain(narrow_at_the_end("r3d_18")), recurrent(narrow_at_the_end("srtg_r3d_18"));
  plain.initialize(5);
  const vbench::test::Threads one(1);
  recurrent.initialize(5);
  for (const auto& [name, tensor] : plain.weights()) expect_same(weight(recurrent, name), tensor, name);
  recurrent.initialize(6);
  EXPECT_GT(magnitude(weight(recurrent, "stem.0.weight") - weight(plain, "stem.0.weight")), 0.01);
}

at::Tensor gradient_of(const std::function<at::Tensor(const at::Tensor&)>& body, const at::Tensor& x) {
  const auto leaf = x.detach().clone().requires_grad_();
  const auto y = body(leaf);
  y.backward(cotangent_like(y));
  return leaf.grad();
}

TEST(SrtgNetwork, PoolsLikeLibTorchAtEverySizeAndChoosesTheSameAmongEquals) {
  const auto reference = [](const at::Tensor& x) { return at::max_pool3d(x, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}); };
  for (const auto type : {at::kFloat, at::kDouble}) {
    for (const auto& size :
         std::vector<std::vector<int64_t>>{{1, 1, 1}, {1, 2, 5}, {2, 1, 4}, {3, 6, 1}, {4, 7, 9}, {5, 8, 8}, {8, 13, 16}}) {
      auto x = random_clips({2, 3, size[0], size[1], size[2]}, 7, type);
      for (const bool equals : {false, true}) {
        if (equals) x = x.round();  // whole numbers: most windows have several maxima
        const auto name = fmt::format("{} {}", fmt::join(size, "x"), equals);
        expect_same(max_pool(x), reference(x), name);
        expect_close(gradient_of(max_pool, x), gradient_of(reference, x), {type == at::kFloat ? 1e-6 : 1e-14, 0, "order of sums"}, name);
      }
    }
  }
  auto x = random_clips({1, 2, 4, 6, 6});
  x.view(-1)[17] = std::numeric_limits<float>::quiet_NaN();
  expect_same(max_pool(x).isnan(), reference(x).isnan(), "not a number");
  EXPECT_TRUE(max_pool(x).isnan().any().item<bool>());
  x = random_clips({1, 2, 4, 6, 6}).to(at::kBFloat16);
  expect_same(max_pool(x), reference(x.to(at::kFloat)).to(at::kBFloat16), "bfloat16");
  x = random_clips({2, 3, 4, 6, 6}).contiguous(at::MemoryFormat::ChannelsLast3d);
  expect_same(max_pool(x).contiguous(), reference(x).contiguous(), "channels last");
}

TEST(SrtgNetwork, ConvolvesMapsShorterThanTheKernelLikeAnyOther) {
  const std::vector<ConvShape> shapes{{4, 6, {3, 3, 3}, {1, 1, 1}, {1, 1, 1}},    {4, 6, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}},
                                      {4, 4, {3, 3, 3}, {2, 2, 2}, {1, 1, 1}, 4}, {4, 6, {3, 7, 7}, {1, 2, 2}, {1, 3, 3}},
                                      {4, 6, {3, 1, 1}, {2, 1, 1}, {1, 0, 0}},    {4, 6, {1, 1, 1}, {2, 2, 2}, {0, 0, 0}}};
  for (const auto& shape : shapes) {
    const auto weight =
        random_clips({shape.out, shape.in / shape.groups, shape.kernel[0], shape.kernel[1], shape.kernel[2]}, 3, at::kDouble);
    const auto reference = [&](const at::Tensor& x, const at::Tensor& w) {
      return at::conv3d(x, w, {}, shape.stride, shape.padding, 1, shape.groups);
    };
    for (const auto& size : std::vector<std::vector<int64_t>>{{1, 1, 1}, {1, 2, 3}, {2, 1, 4}, {2, 3, 2}, {3, 2, 1}, {5, 6, 7}}) {
      const auto x = random_clips({2, shape.in, size[0], size[1], size[2]}, 5, at::kDouble);
      const auto name = fmt::format("kernel {} on {}", fmt::join(shape.kernel, "x"), fmt::join(size, "x"));
      const Tolerance rounding{1e-12, 0, "double"};
      expect_close(convolve(x, weight, shape), reference(x, weight), rounding, name);
      expect_close(gradient_of([&](const at::Tensor& leaf) { return convolve(leaf, weight, shape); }, x),
                   gradient_of([&](const at::Tensor& leaf) { return reference(leaf, weight); }, x), rounding, name);
      expect_close(gradient_of([&](const at::Tensor& leaf) { return convolve(x, leaf, shape); }, weight),
                   gradient_of([&](const at::Tensor& leaf) { return reference(x, leaf); }, weight), rounding, name);
    }
  }
}

TEST(SrtgNetwork, TakesASingleFrameAndTheSmallestClip) {
  const auto network = small_network(config_of("srtg_r2plus1d_18"));
  for (const auto& shape : std::vector<std::vector<int64_t>>{{1, 3, 1, 1, 1}, {2, 3, 1, 9, 1}, {2, 3, 3, 1, 20}}) {
    const auto logits = network.forward(random_clips(shape), {});
    EXPECT_EQ(logits.sizes(), (at::IntArrayRef{shape[0], 7}));
    EXPECT_TRUE(logits.isfinite().all().item<bool>());
  }
}

TEST(SrtgNetwork, ClosedGatesGiveThePlainNetworkAndLeaveTheRecursionAlone) {
  const auto plain = small_network(config_of("r2plus1d_18"));
  const auto closed = small_network(with_srtg(config_of("r2plus1d_18"), Gate::kHead));
  {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : plain.weights()) weight(closed, name).copy_(tensor);
  }
  const auto clips = random_clips({2, 3, 8, 32, 32});
  std::vector<OpenSamples> gates;
  Pass pass;
  pass.gates = &gates;
  const auto logits = closed.forward(clips, pass);
  expect_same(logits, plain.forward(clips, {}), "logits");
  ASSERT_EQ(gates.size(), closed.gate_names().size());
  EXPECT_EQ(closed.gate_names(), (std::vector<std::string>{"layer1.0", "layer2.0", "layer3.0", "layer4.0"}));
  for (const auto& gate : gates) EXPECT_EQ(gate.open, 0);
  logits.sum().backward();
  for (const auto& parameter : closed.parameters()) {
    EXPECT_EQ(parameter.tensor.grad().defined(), parameter.name.find("lstm") == std::string::npos) << parameter.name;
  }
}

TEST(SrtgNetwork, OneFrameOpensEveryAlignedGate) {
  const auto open = small_network(config_of("srtg_r3d_18"));
  const auto aligned = small_network(with_srtg(config_of("r3d_18"), Gate::kAligned));
  const auto clips = random_clips({2, 3, 1, 32, 32});
  std::vector<OpenSamples> gates;
  Pass pass;
  pass.gates = &gates;
  expect_same(aligned.forward(clips, pass), open.forward(clips, {}), "logits");
  for (const auto& gate : gates) EXPECT_EQ(gate.open, 2);
}

// A gate's decision for one clip must not depend on the clips beside it, and closed clips pass through.
TEST(SrtgNetwork, SamplesOfABatchAreGatedOnTheirOwn) {
  auto network = small_network(with_srtg(config_of("r3d_18"), Gate::kAligned));
  network.to(at::kDouble);
  const auto clips = random_clips({3, 3, 4, 32, 32}, 2, at::kDouble);
  const auto together = network.forward(clips, {});
  for (int64_t b = 0; b < 3; ++b) {
    expect_close(together.slice(0, b, b + 1), network.forward(clips.slice(0, b, b + 1), {}), {1e-10, 0, "double"}, std::to_string(b));
  }
}

TEST(SrtgNetwork, FineTuningSlowsThePartsThatItShould) {
  const Network network(small_options(config_of("srtg_r3d_18")));
  const auto rate = [&](FineTune mode, const std::string& name) {
    for (const auto& parameter : network.parameters(mode)) {
      if (parameter.name == name) return parameter.learning_rate_multiplier;
    }
    return -1.0;
  };
  const std::string recurrent = "layer1.0.sar.lstm.bias_ih_l0";
  EXPECT_EQ(rate(FineTune::kNone, recurrent), 1);
  EXPECT_EQ(rate(FineTune::kNone, "fc.weight"), 1);
  EXPECT_EQ(rate(FineTune::kUpstream, recurrent), 1);
  EXPECT_EQ(rate(FineTune::kUpstream, "fc.weight"), 0.6);
  EXPECT_EQ(rate(FineTune::kUpstream, "stem.0.weight"), 0.6);
  EXPECT_EQ(rate(FineTune::kReadme, recurrent), 0.5);
  EXPECT_EQ(rate(FineTune::kReadme, "fc.bias"), 1);
  EXPECT_EQ(rate(FineTune::kReadme, "stem.1.bias"), 0.6);
  EXPECT_EQ(rate(FineTune::kNone, "stem.1.running_mean"), -1) << "buffers are not trained";
}

// PyTorch would write a variance of 0 / 0 into the running one.
TEST(SrtgNetwork, OneValueAChannelIsTooFewToTrainOn) {
  const auto network = small_network(config_of("r3d_18"));
  Pass pass;
  pass.training = true;
  EXPECT_THAT(error_of([&] { (void)network.forward(random_clips({1, 3, 8, 32, 32}), pass); }), testing::HasSubstr("too few for BatchNorm"));
  EXPECT_NO_THROW((void)network.forward(random_clips({1, 3, 8, 32, 32}), {}));
  EXPECT_NO_THROW((void)network.forward(random_clips({2, 3, 8, 32, 32}), pass));
}

TEST(SrtgNetwork, TrainsInBfloat16Autocast) {
  const auto network = small_network(config_of("srtg_r2plus1d_18"));
  const auto clips = random_clips({2, 3, 8, 32, 32});
  Pass pass;
  pass.training = true;
  const auto reference = network.forward(clips, pass);
  at::Tensor logits;
  {
    const Autocast autocast(Precision::kBf16, at::kCPU);
    logits = network.forward(clips, pass);
  }
  expect_close(logits, reference, {0.05 * magnitude(reference) + 0.02, 0, "8 bits of mantissa"}, "logits");
  logits.to(at::kFloat).square().sum().backward();
  for (const auto& parameter : network.parameters()) {
    ASSERT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_EQ(parameter.tensor.grad().scalar_type(), at::kFloat) << parameter.name;
    EXPECT_TRUE(parameter.tensor.grad().isfinite().all().item<bool>()) << parameter.name;
  }
}

TEST(SrtgNetwork, SummaryNamesEveryLayerAndItsParameters) {
  const Network network(small_options(config_of("srtg_r3d_18")), at::Device(at::kMeta));
  const auto summary = summarise(network, {8, 32, 32});
  int64_t parameters = 0;
  for (const auto& layer : summary.layers) parameters += layer.parameters;
  EXPECT_EQ(parameters, summary.parameters);
  EXPECT_EQ(summary.layers.front().kind, "Conv3d");
  EXPECT_EQ(summary.layers.front().shape, "6x3x3x7x7");
  EXPECT_EQ(summary.layers.back().name, "fc");
  EXPECT_EQ(summary.flops_of, "one clip of 8x32x32");
  // By hand: the classifier alone has 20 * 7 products.
  EXPECT_EQ(network.cost({8, 32, 32}).linear, 140);
  EXPECT_EQ(network.cost({8, 32, 32}).pool, 6 * 8 * 16 * 16 + 20);
}

}  // namespace
}  // namespace vbench::srtg::test
