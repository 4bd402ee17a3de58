// Shared by SAM's tests: networks with stored weights, the definition of the power-set forward, and the tolerances of the reference files.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "methods/sam/relations.hpp"
#include "tests/support/golden.hpp"

namespace vbench::sam::test {

using vbench::test::Golden;
using vbench::test::Tolerance;

inline const Tolerance kForward{2e-5, 0, "float32, other order of sums"};
inline const Tolerance kLoss{1e-5, 0, "a mean of float32 terms"};
inline const Tolerance kGradient{1e-6, 1e-5, "float32 gradients, other order of sums"};
inline const Tolerance kStep{2e-6, 0, "one update by gradients that differ in rounding"};
inline const Tolerance kTrajectory{1e-5, 0, "rounding of ten updates"};
inline const Tolerance kFastTrajectory{5e-5, 0, "rounding of ten updates of 1e-2"};
inline const Tolerance kDistance{5e-6, 0, "a cosine of float32 vectors"};
inline const Tolerance kPercent{1e-4, 0, "a float32 percentage"};

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute);

/// Sizes from a group's attributes; the scales from the shapes of its weights, where a list given as one integer is spelled out too.
NetworkOptions options_of(const Golden& golden, const std::string& group);

/// A network with the weights below <group>/<weights>; names, order and shapes must be those of the group's `param_order`.
Network stored_network(const Golden& golden, const std::string& group, const std::string& weights = "params");
void expect_order(const Network& network, const nlohmann::json& order);
at::Tensor weight(const Network& network, const std::string& name);

/// Small sizes, all different, so that no two axes can be mixed up.
NetworkOptions small_options(std::vector<int64_t> scales = {1, 2, 3, 4});
/// The same numbers in double.
Network widened(const NetworkOptions& options, uint64_t seed);

/// The definition, subset by subset: the sum of Relation_|q|(x_q) over all q within r. [B, K, O]
at::Tensor features_by_definition(const Network& network, const at::Tensor& sets);

/// [B, n, D] of both signs.
at::Tensor random_sets(int64_t batch, int64_t members, const NetworkOptions& options, uint64_t seed);

}  // namespace vbench::sam::test
