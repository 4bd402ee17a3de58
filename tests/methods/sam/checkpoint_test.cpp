#include "methods/sam/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <cmath>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/train/checkpoint.hpp"
#include "methods/sam/relations.hpp"
#include "tests/support/golden.hpp"

namespace vbench::sam {
namespace {

using test::error_of;
using ::testing::AllOf;
using ::testing::HasSubstr;
using torch_file::Dict;
using torch_file::Value;

NetworkOptions small(std::vector<int64_t> scales = {1, 2}) {
  return {.scales = std::move(scales), .in_features = 4, .bottleneck = 3, .out_features = 4, .nodes = 5, .embedding = 2};
}

Dict state_of(const Network& network, const std::string& prefix) {
  Dict state;
  state.ordered = true;
  for (const auto& [name, tensor] : network.weights()) state.set(prefix + name.substr(name.find('/') + 1), tensor.detach());
  return state;
}

void expect_equal(const Network& a, const Network& b) {
  const auto left = a.weights(), right = b.weights();
  for (size_t i = 0; i < left.size(); ++i) test::expect_same(left[i].tensor, right[i].tensor, left[i].name);
}

class SamCheckpoint : public ::testing::Test {
 protected:
  std::filesystem::path save(const std::string& name, Value value) {
    torch_file::save_torch_file(folder_ / name, value);
    return folder_ / name;
  }
  test::TemporaryFolder folder_;
  const Network source_{small(), 1, at::kCPU};
  Network target_{small(), 2, at::kCPU};
};

TEST_F(SamCheckpoint, ReadsTheAuthorsLayoutWithoutItsPrefix) {
  Dict all;
  all.set("epoch", 7);
  all.set("state_dict", state_of(source_, "module."));
  all.set("best_acc1", 12.5);
  import_checkpoint(save("authors.pth.tar", std::move(all)), target_.weights());
  expect_equal(source_, target_);
}

TEST_F(SamCheckpoint, ReadsABareStateDictAndWeightsOfOurs) {
  import_checkpoint(save("bare.pth", state_of(source_, "")), target_.weights());
  expect_equal(source_, target_);
  Network other(small(), 3, at::kCPU);
  auto named = source_.weights();
  for (auto& weight : named) weight.name = "sam/" + weight.name;
  save_weights(folder_ / "ours.pth", named);
  import_checkpoint(folder_ / "ours.pth", other.weights());
  expect_equal(source_, other);
}

TEST_F(SamCheckpoint, SaysWhichScalesTheFilesNameSpeaksOf) {
  const Network deep(small({1, 2, 3}), 1, at::kCPU);
  const auto file = save("AbstractionEmbedding_moments_SAM_1-2-3_best.pth.tar", state_of(deep, ""));
  EXPECT_THAT(error_of([&] { import_checkpoint(file, target_.weights()); }),
              AllOf(HasSubstr("expected 1x2"), HasSubstr("model.scales=1,2,3"), HasSubstr("--dataset moments")));
}

TEST_F(SamCheckpoint, RefusesWhatDoesNotFit) {
  EXPECT_THAT(error_of([&] { import_checkpoint(save("list.pth", Value::list({1})), target_.weights()); }), HasSubstr("not a checkpoint"));
  auto missing = state_of(Network(small({1}), 1, at::kCPU), "");
  EXPECT_THAT(error_of([&] { import_checkpoint(save("missing.pth", std::move(missing)), target_.weights()); }),
              HasSubstr("relations.1.relate.1.weight is missing"));
  auto more = state_of(source_, "");
  more.set("extra.weight", torch::ones({1}));
  EXPECT_THAT(error_of([&] { import_checkpoint(save("more.pth", std::move(more)), target_.weights()); }), HasSubstr("extra.weight"));
  auto bad = state_of(source_, "");
  bad.set("linear.bias", torch::full({1}, std::nan("")));
  EXPECT_THAT(error_of([&] { import_checkpoint(save("bad.pth", std::move(bad)), target_.weights()); }), HasSubstr("not finite"));
}

TEST(SamNames, AreReadFromTheAuthorsFiles) {
  const auto long_name = parse_authors_name("AbstractionEmbedding_None_moments_resnet3d50_1-1_MSE-CE_Adam-0.0001_SAM_1-2-3-4_best.pth.tar");
  ASSERT_TRUE(long_name.has_value());
  EXPECT_EQ(long_name->dataset, "moments");
  EXPECT_EQ(long_name->scales, (std::vector<int64_t>{1, 2, 3, 4}));
  const auto short_name = parse_authors_name("AbstractionEmbedding_kinetics_SAM_2_checkpoint.pth.tar");
  ASSERT_TRUE(short_name.has_value());
  EXPECT_EQ(short_name->dataset, "kinetics");
  EXPECT_EQ(short_name->scales, std::vector<int64_t>{2});
  EXPECT_FALSE(parse_authors_name("best.pth").has_value());
  EXPECT_FALSE(parse_authors_name("AbstractionEmbedding_moments_SAM_best.pth").has_value());
}

}  // namespace
}  // namespace vbench::sam
