#include <gtest/gtest.h>

#include "methods/srtg/gate.hpp"
#include "tests/methods/srtg/reference.hpp"

namespace vbench::srtg::test {
namespace {

/// [B, C, T]; clips are averaged over space as in the block.
at::Tensor frames_of(const Golden& golden, const std::string& name) {
  const auto x = golden[name];
  return x.dim() == 5 ? SqueezeRecursion::squeeze(x) : x;
}

at::Tensor integers(const at::Tensor& flags) { return flags.to(torch::kLong); }

void check_june(const Golden& golden, const std::string& group, const at::Tensor& a, const at::Tensor& b) {
  const auto matches = june2020_frames(a, b);
  expect_same(integers(is_identity(matches.forward)), golden[group + "/june2020/fwd_mask"], "forward");
  expect_same(integers(is_identity(matches.backward)), golden[group + "/june2020/bwd_mask"], "backward");
  const auto open = open_samples(a, b, Gate::kJune2020);
  expect_same(open.nonzero().flatten(), golden[group + "/june2020/consistent_indices"], "fused");
}

void check_aligned(const Golden& golden, const std::string& reference, const at::Tensor& a, const at::Tensor& b) {
  const auto matches = nearest_frames(a, b);
  expect_same(matches.forward, golden[reference + "/i12"], "i12");
  expect_same(matches.backward, golden[reference + "/i21"], "i21");
  expect_same(integers(is_identity(matches.forward)), golden[reference + "/fwd"], "fwd");
  expect_same(integers(is_identity(matches.backward)), golden[reference + "/bwd"], "bwd");
  expect_same(integers(open_samples(a, b, Gate::kAligned)), golden[reference + "/both"], "both");
}

void check_soft(const Golden& golden, const std::string& reference, const at::Tensor& a, const at::Tensor& b) {
  const auto matches = soft_nearest_frames(a, b);
  expect_same(matches.forward, golden[reference + "/soft_aligned_idx12"], "soft_aligned_idx12");
  expect_same(matches.backward, golden[reference + "/soft_aligned_idx21"], "soft_aligned_idx21");
  expect_same(integers(is_identity(matches.forward)), golden[reference + "/soft_aligned12"], "soft_aligned12");
  expect_same(integers(is_identity(matches.backward)), golden[reference + "/soft_aligned21"], "soft_aligned21");
  expect_same(integers(open_samples(a, b, Gate::kSoftAligned)), golden[reference + "/soft_aligned_both"], "soft_aligned_both");
}

TEST(SrtgGateGolden, EveryModeOpensExactlyTheStoredSamples) {
  VBENCH_REQUIRE_GOLDEN(golden, "srtg/cyclic.h5");
  golden.for_each_group({{"", [&](const std::string& group) {
                            const auto a = frames_of(golden, group + "/e1"), b = frames_of(golden, group + "/e2");
                            check_june(golden, group, a, b);
                            expect_same(open_samples(a, b, Gate::kHead).to(torch::kFloat), golden[group + "/head/mask"], "head");
                            if (golden.has(group + "/reference")) {
                              check_aligned(golden, group + "/reference", a, b);
                              check_soft(golden, group + "/reference", a, b);
                            } else {
                              EXPECT_EQ(group, "nan");
                            }
                          }}});
}

}  // namespace
}  // namespace vbench::srtg::test
