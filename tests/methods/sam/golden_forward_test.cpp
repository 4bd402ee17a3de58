#include <fmt/format.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "datasets/set_abstraction/power_set.hpp"
#include "tests/methods/sam/reference.hpp"

namespace vbench::sam::test {
namespace {

using vbench::test::expect_close;
using vbench::test::expect_same;

void check_relation(const Golden& golden, const std::string& group, const Network& network, int64_t index) {
  const int64_t scale = network.options().scales.at(static_cast<size_t>(index));
  ASSERT_TRUE(group.ends_with(fmt::format("relation_{}_scale{}", index, scale))) << group;
  for (const std::string form : {"", "_multi"}) {
    const auto output = network.relation(index, golden[group + "/input" + form]);
    expect_close(output, golden[group + "/output" + form], kForward, "output" + form);
  }
}

at::Tensor padded_subsets(int64_t members, int64_t min_size) {
  const auto subsets = set_abstraction::power_set(members, min_size);
  const auto rows = torch::full({static_cast<int64_t>(subsets.size()), members}, -1, torch::kLong);
  for (size_t i = 0; i < subsets.size(); ++i) {
    for (size_t j = 0; j < subsets[i].size(); ++j) rows[static_cast<int64_t>(i)][static_cast<int64_t>(j)] = subsets[i][j];
  }
  return rows;
}

void expect_heads(const Network::Heads& heads, const Golden& golden, const std::string& group, const std::string& how) {
  expect_close(heads.embeddings, golden[group + "/embeddings"], kForward, "embeddings, " + how);
  expect_close(heads.logits.transpose(1, 2), golden[group + "/node_out"], kForward, "node_out, " + how);
}

void check_power_set(const Golden& golden, const std::string& group, const Network& network) {
  const auto sets = golden[group + "/input"], expected = golden[group + "/base_forward"];
  const int64_t members = sets.size(1);
  expect_same(padded_subsets(members, network.min_scale()), golden[group + "/subsets"], "subsets");
  const auto features = network.features(sets);
  expect_close(features, expected, kForward, "base_forward");
  if (golden.has(group + "/base_forward_reversed")) {
    expect_close(network.features(sets.flip(1)), golden[group + "/base_forward_reversed"], kForward, "base_forward_reversed");
  }
  expect_heads(network.heads(features), golden, group, "of the features");
  expect_close(network.embeddings(features), golden[group + "/embeddings"], kForward, "embeddings alone");
  expect_heads(network.forward(sets), golden, group, "at once");
  // A batch large enough for folded heads.
  const auto many = network.forward(sets.repeat({40, 1, 1}));
  expect_heads({many.embeddings.slice(0, 0, sets.size(0)), many.logits.slice(0, 0, sets.size(0))}, golden, group, "folded");
  int64_t row = 0;
  for (int64_t size = network.min_scale(); size <= members; ++size) {
    const auto part = network.features_of_size(sets, size);
    expect_close(part, expected.narrow(1, row, part.size(1)), kForward, fmt::format("base_forward of size {}", size));
    row += part.size(1);
  }
  EXPECT_EQ(row, expected.size(1));
}

at::Tensor enlarged(const Network& network, const at::Tensor& set, const std::vector<int64_t>& repeats) {
  at::Tensor sum;
  for (const int64_t member : repeats) {
    const auto output = network.aggregate(torch::cat({set, set.narrow(1, member, 1)}, 1));
    sum = sum.defined() ? sum + output : output;
  }
  return sum / static_cast<double>(repeats.size());
}

void check_aggregate(const Golden& golden, const std::string& group, const Network& network) {
  const auto sets = golden[group + "/input"];
  const auto ways = network.enlargement(sets.size(1));
  const bool tiled = golden.has(group + "/output_first_choice"), plain = golden.has(group + "/output");
  EXPECT_EQ(ways.tiles, tiled ? integer(golden, group, "tiles") : 1);
  EXPECT_EQ(ways.repeats.empty(), tiled || plain);
  if (plain) expect_close(network.aggregate(sets), golden[group + "/output"], kForward, "output");
  if (tiled) {
    const auto tiles = sets.repeat({1, ways.tiles, 1});
    expect_close(network.aggregate(tiles), golden[group + "/output_first_choice"], kForward, "output_first_choice");
  }
  for (size_t choice = 0; choice < ways.repeats.size(); ++choice) {
    const auto name = fmt::format("{}/output_choice{}", group, choice);
    ASSERT_EQ(ways.repeats[choice], std::vector<int64_t>{integer(golden, name, "repeats")});
    expect_close(enlarged(network, sets, ways.repeats[choice]), golden[name], kForward, name);
  }
  EXPECT_FALSE(golden.has(fmt::format("{}/output_choice{}", group, ways.repeats.size())));
}

void check_scales(const Golden& golden, const std::string& group) {
  const auto network = stored_network(golden, group);
  const torch::NoGradGuard no_grad;
  const auto aggregates = [&](const std::string& parent) {
    golden.for_each_group({{"n", [&](const std::string& child) { check_aggregate(golden, child, network); }}}, parent);
  };
  int64_t relations = 0;
  golden.for_each_group({{"params", [](const std::string&) {}},
                         {"aggregate", aggregates},
                         {"relation_", [&](const std::string& child) { check_relation(golden, child, network, relations++); }},
                         {"n", [&](const std::string& child) { check_power_set(golden, child, network); }}},
                        group);
}

TEST(SamForwardGolden, EveryListOfScalesGivesTheOriginalsFeaturesAndHeads) {
  VBENCH_REQUIRE_GOLDEN(golden, "sam/forward.h5");
  golden.for_each_group({{"scales_", [&](const std::string& group) { check_scales(golden, group); }}});
}

}  // namespace
}  // namespace vbench::sam::test
