#include <gtest/gtest.h>
#include <torch/utils.h>

#include "methods/srtg/gate.hpp"
#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

constexpr double kRecursionGradient = 1e-4, kBlockGradient = 1e-3;  // relative
const Tolerance kRecursionOutput{1e-5, 0, "float32"};

Weights weights_of(const SqueezeRecursion& recursion) {
  Weights weights;
  recursion.lstm().collect("lstm.", weights);
  return weights;
}

at::Tensor input(const Golden& golden, const std::string& group, at::ScalarType type) {
  return golden[group + "/x"].to(type).requires_grad_();
}

/// Output, and what comes back through it.
void check_recursion(const Golden& golden, const std::string& group, const SqueezeRecursion& recursion, at::ScalarType type) {
  const auto weights = weights_of(recursion);
  load_weights(golden, group + "/weights", weights);
  convert(weights, type);
  const auto x = input(golden, group, type);
  const auto y = recursion.forward(x, {});
  expect_close(y, golden[group + "/y"], kRecursionOutput, "y");
  y.backward(golden[group + "/cotangent"].to(type));
  const auto dx = golden[group + "/dx"];
  expect_close(x.grad(), dx, {kRecursionGradient * magnitude(dx), 0, "float32"}, "dx");
  expect_gradients(golden, group + "/grads", weights, kRecursionGradient, "float32");
}

void check_open(const Golden& golden, const std::string& group, at::ScalarType type) {
  const SqueezeRecursion recursion(integer(golden, group, "planes"), integer(golden, group, "layers"), Gate::kOff, at::kCPU);
  if (!golden.has(group + "/y")) {  // maps of one row: the original fails, ours are averaged like any other
    EXPECT_EQ(group, "open_h1_w3");
    EXPECT_NE(golden.text(group, "error").find("RuntimeError"), std::string::npos);
    const auto weights = weights_of(recursion);
    load_weights(golden, group + "/weights", weights);
    const auto x = golden[group + "/x"];
    const auto same_means = x.mean(4, true).expand_as(x);
    expect_close(recursion.forward(x, {}) * same_means, recursion.forward(same_means, {}) * x, kRecursionOutput, "y");
    return;
  }
  check_recursion(golden, group, recursion, type);
  const auto pooled = SqueezeRecursion::squeeze(golden[group + "/x"].to(type));
  expect_close(pooled, golden[group + "/squeezed"], kRecursionOutput, "squeezed");
  const auto output = recursion.lstm().forward(pooled.permute({2, 0, 1}));
  expect_close(output.sequence.permute({1, 2, 0}), golden[group + "/lstm_out_btc"], kRecursionOutput, "lstm_out_btc");
  expect_close(output.hidden, golden[group + "/h_n"], kRecursionOutput, "h_n");
  expect_close(output.cell, golden[group + "/c_n"], kRecursionOutput, "c_n");
}

void check_gated(const Golden& golden, const std::string& group, at::ScalarType type) {
  const auto x = golden[group + "/x"].to(type), mask = golden[group + "/mask"];
  const SqueezeRecursion recursion(x.size(1), 2, Gate::kAligned, at::kCPU);
  check_recursion(golden, group, recursion, type);
  std::vector<OpenSamples> gates;
  Pass pass;
  pass.gates = &gates;
  (void)recursion.forward(x, pass);
  ASSERT_EQ(gates.size(), 1U);
  EXPECT_EQ(gates[0].open, mask.sum().item<int64_t>());
  EXPECT_EQ(gates[0].samples, mask.size(0));
  const auto pooled = SqueezeRecursion::squeeze(x);
  const auto output = recursion.lstm().forward(pooled.permute({2, 0, 1})).sequence.permute({1, 2, 0});
  expect_close(output, golden[group + "/lstm_out_btc"], kRecursionOutput, "lstm_out_btc");
  expect_same(open_samples(pooled, output, Gate::kAligned).to(torch::kLong).view_as(mask), mask, "mask");
  const auto matches = nearest_frames(pooled, output);
  expect_same(matches.forward, golden[group + "/gate/i12"], "i12");
  expect_same(matches.backward, golden[group + "/gate/i21"], "i21");
}

/// The last revision's gates: nothing happens, and the LSTM hears nothing of it. Its damage to 1x1 maps is not ours.
void check_head(const Golden& golden, const std::string& group) {
  const SqueezeRecursion recursion(integer(golden, group, "planes"), integer(golden, group, "layers"), Gate::kHead, at::kCPU);
  const auto weights = weights_of(recursion);
  load_weights(golden, group + "/weights", weights);
  const auto x = input(golden, group, at::kFloat);
  const auto y = recursion.forward(x, {});
  expect_same(y, x, "y");
  if (!group.ends_with("hw1")) {
    expect_same(y, golden[group + "/y"], "y");
    y.backward(golden[group + "/cotangent"]);
    expect_same(x.grad(), golden[group + "/dx"], "dx");
    EXPECT_EQ(integer(golden, group, "lstm_got_grad"), 0);
    for (const auto& [name, tensor] : weights) EXPECT_FALSE(tensor.grad().defined()) << name;
  }
}

TEST(SrtgBlocksGolden, SqueezeAndRecursionEqualsTheOriginalForwardAndBackward) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/srtg_block.h5");
  for (const auto type : {at::kFloat, at::kDouble}) {
    golden.for_each_group({{"open_", [&](const std::string& group) { check_open(golden, group, type); }},
                           {"head_gates_true", [&](const std::string& group) { check_head(golden, group); }},
                           {"cyclic_", [&](const std::string& group) { check_gated(golden, group, type); }}});
  }
}

BlockOptions block_options(const Golden& golden, const std::string& group) {
  BlockOptions options;
  options.kind = golden.text(group, "block") == "BasicBlock" ? BlockKind::kBasic : BlockKind::kBottleneck;
  options.builder = builder_of(golden.text(group, "conv"));
  options.in = integer(golden, group, "inplanes");
  options.planes = integer(golden, group, "planes");
  options.stride = integer(golden, group, "stride");
  options.shortcut_conv = golden.flag(group, "downsample");
  options.base_width = integer(golden, group, "base_width");
  options.groups = integer(golden, group, "groups");
  options.recursion = golden.flag(group, "recursion");
  options.place = place_of(golden.text(group, "place"));
  return options;
}

void check_block(const Golden& golden, const std::string& group, at::ScalarType type) {
  const ResidualBlock block(block_options(golden, group), at::kCPU);
  Weights weights;
  block.collect("", weights);
  expect_order(weights, golden.json(group, "state_dict_order"));
  load_weights(golden, group + "/weights", weights);
  convert(weights, type);
  Pass pass;
  pass.training = golden.flag(group, "train");
  const Tolerance tolerance{pass.training ? 1e-4 : 1e-5, 0, "float32"};
  const auto x = input(golden, group, type);
  const auto y = block.forward(x, pass);
  expect_close(y, golden[group + "/y"], tolerance, "y");
  y.backward(golden[group + "/cotangent"].to(type));
  const auto dx = golden[group + "/dx"];
  expect_close(x.grad(), dx, {kBlockGradient * magnitude(dx), 0, "float32"}, "dx");
  expect_gradients(golden, group + "/grads", weights, kBlockGradient, "float32");
  if (pass.training) expect_weights(golden, group + "/buffers_after", weights, tolerance);
}

TEST(SrtgBlocksGolden, EveryBuilderAndPlaceEqualsTheOriginalForwardAndBackward) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/blocks.h5");
  for (const auto type : {at::kFloat, at::kDouble}) {
    golden.for_each_group({{"BasicBlock_", [&](const std::string& group) { check_block(golden, group, type); }},
                           {"Bottleneck_", [&](const std::string& group) { check_block(golden, group, type); }}});
  }
}

}  // namespace
}  // namespace vbench::srtg::test
