// The original authors' checkpoint layouts, written by their code: every tensor is compared with the parameters stored beside them.
#include <gtest/gtest.h>
#include <torch/types.h>

#include <set>

#include "datasets/formats/torch_checkpoint.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

using torch_file::read_torch_file;
using torch_file::Value;

const std::vector<std::string> kNetworks{"net_video_local", "net_video_global", "net_text_local", "net_text_global"};

/// The newest name of a tensor that an early version of the original code called otherwise.
std::string newest_name(std::string name) {
  const std::vector<std::pair<std::string, std::string>> renamed{
      {"input_norm.", "norm_input."}, {"input_fc.", "input_fc.mlp."}, {"pooler.genpool", "pooler.pools.0.genpool"}};
  for (const auto& [before, now] : renamed) {
    if (name.rfind(before, 0) == 0) return now + name.substr(before.size());
  }
  return name;
}

void compare_network(const Golden& golden, const std::string& group, const Value& saved, bool early) {
  SCOPED_TRACE(group);
  std::set<std::string> missing;
  for (const auto& name : golden.file().children(group)) missing.insert(name);
  for (const auto& [key, value] : saved.entries()) {
    const std::string name = early ? newest_name(key) : key;
    EXPECT_EQ(missing.erase(name), 1U) << key;
    const std::string dataset = group + "/" + name;
    if (golden.has(dataset)) expect_same(value.tensor(), golden[dataset], key);
  }
  EXPECT_TRUE(missing.empty()) << "not in the checkpoint: " << *missing.begin();
}

class GoldenCheckpoints : public ::testing::Test {
 protected:
  std::optional<Value> read(const std::string& name) {
    const auto path = golden_root() / "coot" / "checkpoints" / name;
    if (!std::filesystem::exists(path)) return std::nullopt;
    return read_torch_file(path);
  }
};

void compare_newest(const std::string& dataset, const std::optional<Value>& root) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/dataset.h5");
  if (!root && !golden_root_is_default()) GTEST_SKIP() << "the checkpoint is not below VBENCH_GOLDEN_ROOT";
  ASSERT_TRUE(root.has_value());
  ASSERT_EQ(root->size(), kNetworks.size());
  for (const auto& network : kNetworks) {
    EXPECT_TRUE((*root)[network].dict().ordered);
    compare_network(golden, dataset + "/" + network + "/params", (*root)[network], false);
  }
}

TEST_F(GoldenCheckpoints, ZipOfYouCook2HoldsTheStoredModel) { compare_newest("youcook2", read("youcook2_small.pth")); }

TEST_F(GoldenCheckpoints, ZipOfActivityNetHoldsTheStoredModel) { compare_newest("activitynet", read("activitynet_small.pth")); }

TEST_F(GoldenCheckpoints, StreamWithTheEarlyListLayoutHoldsTheStoredModel) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/dataset.h5");
  const auto root = read("youcook2_small_v01_layout_legacy.pth");
  if (!root && !golden_root_is_default()) GTEST_SKIP() << "the checkpoint is not below VBENCH_GOLDEN_ROOT";
  ASSERT_TRUE(root.has_value());
  ASSERT_EQ(root->size(), kNetworks.size());
  for (size_t i = 0; i < kNetworks.size(); ++i) {
    compare_network(golden, "youcook2/" + kNetworks[i] + "/params", (*root)[static_cast<int64_t>(i)], true);
  }
}

TEST_F(GoldenCheckpoints, WritingAndReadingAgainChangesNothing) {
  const auto root = read("youcook2_small.pth");
  if (!root && !golden_root_is_default()) GTEST_SKIP() << "the checkpoint is not below VBENCH_GOLDEN_ROOT";
  ASSERT_TRUE(root.has_value());
  const TemporaryFolder folder;
  torch_file::save_torch_file(folder / "again.pth", *root);
  const Value again = read_torch_file(folder / "again.pth");
  for (const auto& [network, weights] : root->entries()) {
    ASSERT_EQ(again[network].size(), weights.size());
    for (const auto& [name, value] : weights.entries()) expect_same(again[network][name].tensor(), value.tensor(), network + "/" + name);
  }
}

}  // namespace
}  // namespace vbench::test
