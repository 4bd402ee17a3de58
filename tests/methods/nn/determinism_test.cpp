#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "harness/train/device.hpp"
#include "tests/methods/nn/cases.hpp"
#include "tests/support/threads.hpp"

namespace vbench::test {
namespace {

void expect_same_bits(const Tensors& a, const Tensors& b, const std::string& name) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(torch::equal(a[i], b[i])) << name << ", tensor " << i;
}

TEST(BlocksTwice, GiveTheSameBits) {
  for (const auto& item : block_cases()) {
    expect_same_bits(results_of(item, item.block, item.inputs), results_of(item, item.block, item.inputs), item.name);
  }
}

TEST(BlocksOnAnyNumberOfThreads, GiveTheSameBits) {
  if (!nn::kernels::table().fast_gemm) GTEST_SKIP() << "products go to a library that promises nothing";
  for (const auto& item : block_cases()) {
    const auto run = [&](int threads) {
      const test::Threads guard(threads);
      return results_of(item, item.block, item.inputs);
    };
    const auto one = run(1);
    for (const int threads : {2, 3, 5}) expect_same_bits(run(threads), one, item.name + " on " + std::to_string(threads) + " threads");
  }
}

TEST(Blocks, DoNotReadRowsOfOtherSequences) {
  torch::manual_seed(3);
  const auto qkv = torch::randn({12, 18}), x = torch::randn({12, 6}), logits = torch::randn({12, 6});
  const auto both = nn::Spans::of({5, 7}), second = nn::Spans::of({7});
  const auto tail = [](const torch::Tensor& t) { return t.slice(0, 5).contiguous(); };
  EXPECT_TRUE(torch::equal(nn::self_attention(qkv, both, 2, {}).slice(0, 5), nn::self_attention(tail(qkv), second, 2, {})));
  EXPECT_TRUE(torch::equal(nn::channel_softmax_pool(x, logits, both, {}, {})[1],
                           nn::channel_softmax_pool(tail(x), tail(logits), second, {}, {})[0]));
}

}  // namespace
}  // namespace vbench::test
