// Networks' tensors against reference files: filling, comparing, and what tests begin with. Used by the tests of networks over clips.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {

using Weights = std::vector<NamedTensor>;

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute);

/// Names and shapes, [[name, [sizes]], ...], are these weights, in this order.
void expect_order(const Weights& weights, const nlohmann::json& order);
/// Copies golden[group + "/" + name] into every tensor.
void load_weights(const Golden& golden, const std::string& group, const Weights& weights);
/// Every stored tensor below `group` equals the weight of its name.
void expect_weights(const Golden& golden, const std::string& group, const Weights& weights, const Tolerance& tolerance);
/// Every stored gradient; the tolerance is told its largest magnitude. An undefined gradient counts as zeros.
using GradientTolerance = std::function<Tolerance(double magnitude)>;
void expect_gradients(const Golden& golden, const std::string& group, const Weights& weights, const GradientTolerance& tolerance);
/// Moves all floating-point tensors to `type`, in place.
void convert(const Weights& weights, at::ScalarType type);

/// Largest magnitude.
double magnitude(const at::Tensor& x);
at::Tensor random_clips(at::IntArrayRef shape, uint64_t seed = 1, at::ScalarType type = at::kFloat);
/// As training leaves them: statistics and gains that are not one and zero.
void shake_norms(const Weights& weights, uint64_t seed);

}  // namespace vbench::test
