// Shared by smth3d's tests: networks with stored weights, and small ones.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "methods/smth3d/network.hpp"
#include "tests/support/weights.hpp"

namespace vbench::smth3d::test {

using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Golden;
using vbench::test::integer;
using vbench::test::magnitude;
using vbench::test::random_clips;
using vbench::test::Tolerance;

inline const Tolerance kForward{2e-5, 1e-5, "float32 run of the original"};
inline const Tolerance kLoss{1e-5, 0, "float32 run of the original"};

/// The group's network, in which names and order of tensors are compared; its weights are zero. Dropout is 0, as in all stored values.
Network empty_network(const Golden& golden, const std::string& group);
/// The same with the stored weights, in this element type.
Network stored_network(const Golden& golden, const std::string& group, at::ScalarType type = at::kFloat);

/// A narrow network of five classes; BatchNorm as training leaves it. Its dropout is 0.
Network small_network(const Config& config = kModel1, uint64_t seed = 1, int64_t classes = 5);
/// Every video has one clip.
std::vector<int64_t> single_views(int64_t videos);
at::Tensor named(const Network& network, const std::string& name);

}  // namespace vbench::smth3d::test
