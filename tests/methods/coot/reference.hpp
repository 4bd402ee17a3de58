// Shared by COOT's tests: stored weights, batches and gradients of golden files, small random batches, and the tolerances of
// golden/README.md.
#pragma once

#include <torch/types.h>

#include <string>
#include <vector>

#include "methods/coot/losses.hpp"
#include "methods/coot/model.hpp"
#include "tests/support/golden.hpp"

namespace vbench::coot::test {

using vbench::test::Golden;
using vbench::test::Tolerance;

inline const Tolerance kForward{2e-5, 1e-5, "float32, other order of sums"};
inline const Tolerance kGradient{5e-5, 1e-4, "float32 gradients, other order of sums"};
inline const Tolerance kLoss{1e-5, 0, "a mean of float32 terms"};
inline const Tolerance kTrajectory{2e-5, 0, "rounding of twenty updates"};
inline const Tolerance kFullSize{2e-4, 1e-4, "float32 sums over thousands of features"};

/// An int64 dataset as a vector.
std::vector<int64_t> numbers(const Golden& golden, const std::string& name);
int64_t integer(const Golden& golden, const std::string& group, const std::string& attribute);

/// Copies <group>/<name> of every tensor; order and shapes must be those of the JSON attribute `param_order` of `owner`.
void load_weights(const Weights& weights, const Golden& golden, const std::string& owner, const std::string& attribute = "param_order",
                  const std::string& group = "params");
/// `weights` has the names and shapes of a param_order attribute, in its order.
void expect_order(const Weights& weights, const nlohmann::json& order);

/// Every gradient stored below `group` is ours; the tensors without one there have none (or zero) here.
void expect_gradients(const Weights& weights, const Golden& golden, const std::string& group, const Tolerance& tolerance);
void clear_gradients(const Weights& weights);

/// Weights of one of a model's networks, without the network's name.
const Weights& network_weights(const Model& model, size_t index);

/// Sizes from a group's attributes, the rest as published; without dropout.
ModelOptions model_options(const Golden& golden, const std::string& group);
void load_model(const Model& model, const Golden& golden, const std::string& group);
video_text::Batch read_batch(const Golden& golden, const std::string& group);
LossOptions loss_options(const nlohmann::json& options);

/// Random features; lengths[v] are those of video v's clips, sentences get one word more.
video_text::Batch random_batch(const std::vector<std::vector<int64_t>>& lengths, int64_t video_width, int64_t text_width, uint64_t seed);
/// The videos [first, first + count) alone.
video_text::Batch part_of(const video_text::Batch& batch, int64_t first, int64_t count);

/// Structure of kSmallYouCook2 without dropout.
ModelOptions small_model();
Outputs evaluate(const Model& model, const video_text::Batch& batch);

/// The six tensors with their names.
std::vector<NamedTensor> fields(const Outputs& outputs);

}  // namespace vbench::coot::test
