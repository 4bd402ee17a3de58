#include <gtest/gtest.h>

#include "harness/train/device.hpp"
#include "tests/methods/nn/cases.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

// float32 against the same formulas in double: sums of up to 2,000 products, exp to 2 units, erf to 1.5e-7.
constexpr double kFloatForward = 2e-6, kFloatGradient = 4e-6;
// Results carry 8 bits; in gradients the roundings of two activations meet.
constexpr double kBf16Forward = 8e-3, kBf16Gradient = 1.6e-2;

void expect_near(const BlockCase& item, const Tensors& actual, const Tensors& expected, size_t results, double forward, double gradient) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_LE(distance(actual[i], expected[i]), i < results ? forward : gradient)
        << item.name << (i < results ? ", result " : ", gradient ") << (i < results ? i : i - results);
  }
}

size_t gradients_of(const BlockCase& item) { return item.inputs.size() - item.constants; }

TEST(Blocks, AgreeWithTheReferenceInDoubleOnEveryInstructionSet) {
  for_every_table([] {
    for (const auto& item : block_cases()) {
      const auto actual = results_of(item, item.block, item.inputs);
      const auto expected = results_of(item, item.reference, as_double(item.inputs));
      expect_near(item, actual, expected, actual.size() - gradients_of(item), kFloatForward, kFloatGradient);
    }
  });
}

// The tolerance is no looser than what plain float32 operations need.
TEST(Blocks, AreAsAccurateAsTheReferenceInFloat) {
  for (const auto& item : block_cases()) {
    const auto exact = results_of(item, item.reference, as_double(item.inputs));
    const auto ours = results_of(item, item.block, item.inputs), plain = results_of(item, item.reference, item.inputs);
    for (size_t i = 0; i < exact.size(); ++i) {
      EXPECT_LE(distance(ours[i], exact[i]), 8 * distance(plain[i], exact[i]) + 1e-6) << item.name << ", tensor " << i;
    }
  }
}

Tensors run_in_bf16(const BlockCase& item, const Block& block) {
  // The rounding of activations happens before, so that both sides see the same numbers.
  Tensors inputs = item.inputs;
  for (size_t i = 0; i < item.activations; ++i) inputs[i] = inputs[i].to(torch::kBFloat16).to(torch::kFloat);
  return results_of(
      item,
      [&](const Tensors& in) {
        const Autocast autocast(Precision::kBf16, torch::kCPU);
        return block(in);
      },
      inputs);
}

void expect_bf16_agrees() {
  for (const auto& item : block_cases()) {
    BlockCase rounded = item;
    for (size_t i = 0; i < item.activations; ++i) rounded.inputs[i] = rounded.inputs[i].to(torch::kBFloat16);
    const auto actual = run_in_bf16(item, item.block);
    const auto expected = results_of(item, item.reference, as_double(rounded.inputs));
    expect_near(item, actual, expected, actual.size() - gradients_of(item), kBf16Forward, kBf16Gradient);
  }
}

TEST(Blocks, AgreeWithTheReferenceWithinBf16RoundingUnderAutocast) {
  for_every_table([] { expect_bf16_agrees(); });
}

TEST(Blocks, AgreeWithinBf16RoundingWhereProductsGoToTheLibrary) {
  nn::kernels::use_table(&nn::kernels::table(), true);
  expect_bf16_agrees();
  nn::kernels::use_table(nullptr);
}

TEST(Blocks, GiveActivationsInBf16AndPooledVectorsInFloatUnderAutocast) {
  const Autocast autocast(Precision::kBf16, torch::kCPU);
  for (const auto& item : block_cases()) {
    const bool pooled = item.name.find("channel_softmax_pool") == 0;
    const bool untouched = item.name == "dropout";  // a mask neither needs nor changes a type
    EXPECT_EQ(item.block(item.inputs)[0].scalar_type(), pooled || untouched ? torch::kFloat : torch::kBFloat16) << item.name;
  }
}

TEST(Blocks, TakeNoGradientOfAConstantRowsDeviation) {
  const auto gain = torch::ones({9}), bias = torch::zeros({9});
  for (const auto& norm : {nn::deviation_norm, nn::reference::deviation_norm}) {
    auto x = torch::full({2, 9}, 3.0F).requires_grad_();
    const auto y = norm(x, gain, bias, 1e-6);
    EXPECT_EQ(y.abs().max().item<float>(), 0);
    y.sum().backward();
    EXPECT_TRUE(x.grad().isfinite().all().item<bool>());
  }
}

TEST(Blocks, SurviveLogitsFarFromZero) {
  const auto spans = nn::Spans::of({5, 3});
  const auto x = torch::randn({8, 4});
  const auto logits = torch::randn({8, 4}) * 1e4;
  const auto pooled = nn::channel_softmax_pool(x, logits, spans, {}, {});
  EXPECT_LE(distance(pooled, nn::reference::channel_softmax_pool(x, logits, spans, {}, {})), 1e-6);
  const auto qkv = torch::randn({8, 12}) * 100;
  EXPECT_LE(distance(nn::self_attention(qkv, spans, 2, {}), nn::reference::self_attention(qkv, spans, 2, {})), 1e-5);
}

TEST(Blocks, RefuseSequencesThatDoNotCoverTheRows) {
  const auto message = error_of([] { (void)nn::self_attention(torch::randn({8, 12}), nn::Spans::of({5, 2}), 2, {}); });
  EXPECT_NE(message.find("do not cover"), std::string::npos) << message;
  const nn::Spans gap{{5, 2}, {0, 6}, 8}, empty{{8, 0}, {0, 8}, 8};
  EXPECT_NE(error_of([&] { (void)nn::self_attention(torch::randn({8, 12}), gap, 2, {}); }), "");
  EXPECT_NE(error_of([&] { (void)nn::self_attention(torch::randn({8, 12}), empty, 2, {}); }), "");
}

TEST(Blocks, RefuseWidthsThatTheHeadsDoNotDivide) {
  const auto message = error_of([] { (void)nn::self_attention(torch::randn({8, 12}), nn::Spans::of({5, 3}), 3, {}); });
  EXPECT_NE(message.find("number of heads"), std::string::npos) << message;
}

TEST(Blocks, RefuseSequencesLongerThanThePositions) {
  const auto spans = nn::Spans::of({5, 3});
  const auto message = error_of([&] {
    (void)nn::embed_rows(torch::randn({8, 4}), torch::ones({4}), torch::zeros({4}), 1e-6, torch::ones({6, 4}), torch::zeros({6}),
                         torch::zeros({4, 6}), {&spans});
  });
  EXPECT_NE(message.find("5 positions"), std::string::npos) << message;
}

}  // namespace
}  // namespace vbench::test
