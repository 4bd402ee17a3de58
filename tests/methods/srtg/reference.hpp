// Shared by SRTG's tests: networks with stored weights or weights by formula, and comparison with reference files.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "methods/srtg/network.hpp"
#include "tests/support/golden.hpp"

namespace vbench::srtg::test {

using vbench::test::expect_close;
using vbench::test::expect_same;
using vbench::test::Golden;
using vbench::test::Tolerance;

int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute);
/// A dataset that holds JSON as bytes.
nlohmann::json stored_json(const Golden& golden, const std::string& dataset);

/// The `config` attribute of the small networks.
NetworkOptions options_of(const nlohmann::json& config);
Builder builder_of(const std::string& authors_class);
Place place_of(const std::string& authors_name);

/// Names and shapes, [[name, [sizes]], ...], are these weights, in this order.
void expect_order(const Weights& weights, const nlohmann::json& order);
/// Copies golden[group + "/" + name] into every tensor.
void load_weights(const Golden& golden, const std::string& group, const Weights& weights);
/// Every stored tensor below `group` equals the weight of its name.
void expect_weights(const Golden& golden, const std::string& group, const Weights& weights, const Tolerance& tolerance);
/// Every stored gradient; `relative` to the largest element of the tensor. An undefined gradient counts as zeros.
void expect_gradients(const Golden& golden, const std::string& group, const Weights& weights, double relative, const std::string& why);
/// Moves all floating-point tensors to `type`, in place.
void convert(const Weights& weights, at::ScalarType type);

/// Largest magnitude.
double magnitude(const at::Tensor& x);
/// The cotangent of the files: sin(0.7 i + 0.3).
at::Tensor cotangent_like(const at::Tensor& y);

/// A network of a few channels, initialised; every size different.
NetworkOptions small_options(const Config& config);
at::Tensor random_clips(at::IntArrayRef shape, uint64_t seed = 1, at::ScalarType type = at::kFloat);
/// As training leaves them: statistics and gains that are not one and zero.
void shake_norms(const Network& network, uint64_t seed);

}  // namespace vbench::srtg::test
