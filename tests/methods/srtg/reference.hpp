// Shared by SRTG's tests: networks with stored weights or weights by formula, and comparison with reference files.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "methods/srtg/network.hpp"
#include "tests/support/weights.hpp"

namespace vbench::srtg::test {

using vbench::test::convert;
using vbench::test::expect_close;
using vbench::test::expect_order;
using vbench::test::expect_same;
using vbench::test::expect_weights;
using vbench::test::Golden;
using vbench::test::integer;
using vbench::test::load_weights;
using vbench::test::magnitude;
using vbench::test::random_clips;
using vbench::test::Tolerance;

/// A dataset that holds JSON as bytes.
nlohmann::json stored_json(const Golden& golden, const std::string& dataset);

/// The `config` attribute of the small networks.
NetworkOptions options_of(const nlohmann::json& config);
Builder builder_of(const std::string& authors_class);
Place place_of(const std::string& authors_name);

/// Every stored gradient; `relative` to the largest element of the tensor.
void expect_gradients(const Golden& golden, const std::string& group, const Weights& weights, double relative, const std::string& why);

/// The cotangent of the files: sin(0.7 i + 0.3).
at::Tensor cotangent_like(const at::Tensor& y);

/// A network of a few channels, initialised; every size different.
NetworkOptions small_options(const Config& config);
inline void shake_norms(const Network& network, uint64_t seed) { vbench::test::shake_norms(network.weights(), seed); }

}  // namespace vbench::srtg::test
