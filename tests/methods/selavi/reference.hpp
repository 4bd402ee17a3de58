// Shared by the tests of SeLaVi's networks: small networks, weights by formula, inputs.
#pragma once

#include <torch/types.h>

#include <string>

#include "methods/selavi/network.hpp"
#include "tests/support/golden.hpp"

namespace vbench::selavi::test {

using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Golden;
using vbench::test::Tolerance;

/// A network of a few channels: two heads of seven clusters.
NetworkOptions small_options();
Network small_network(uint64_t seed = 1, const NetworkOptions& options = small_options());
at::Tensor random_input(at::IntArrayRef shape, uint64_t seed = 1, at::ScalarType type = at::kFloat);
at::Tensor small_clips(int64_t batch = 2, uint64_t seed = 1);
at::Tensor small_spectrograms(int64_t batch = 2, uint64_t seed = 2);

/// The tensor of this name; a failure if there is none.
at::Tensor weight(const Weights& weights, const std::string& name);
double magnitude(const at::Tensor& x);

/// The `rule` of the reference files: sines by position in the state dict, in float32.
void set_formula_weights(const Weights& weights);

}  // namespace vbench::selavi::test
