#include "methods/sam/relations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>
#include <utility>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/sam/subset_layers.hpp"

namespace vbench::sam {
namespace {

constexpr int64_t kMostMembers = 16;  // 65,535 subsets; more would not fit in memory

NetworkOptions checked(NetworkOptions options) {
  const auto& scales = options.scales;
  const bool ascending = std::adjacent_find(scales.begin(), scales.end(), std::greater_equal<>()) == scales.end();
  if (scales.empty() || !ascending || scales.front() < 1 || scales.back() > kMostMembers) {
    throw usage_error(
        fmt::format("the scales {} are not ascending numbers from 1 to {} without repeats", fmt::join(scales, " "), kMostMembers),
        "SAM network", "for example 1 2 3 4");
  }
  const std::pair<const char*, int64_t> sizes[] = {{"feature width", options.in_features},
                                                   {"bottleneck", options.bottleneck},
                                                   {"output width", options.out_features},
                                                   {"number of nodes", options.nodes},
                                                   {"embedding width", options.embedding}};
  for (const auto& [name, size] : sizes) {
    if (size < 1) throw usage_error(fmt::format("the {} is {}, but must be positive", name, size), "SAM network");
  }
  return options;
}

/// Uniform within one over the square root of the inputs, PyTorch's choice for linear layers: of weights and of biases.
at::Tensor drawn(at::IntArrayRef shape, int64_t inputs, uint64_t seed, const std::string& name) {
  RandomStream random(seed, "sam.init/" + name);
  const double bound = 1 / std::sqrt(static_cast<double>(inputs));
  auto values = torch::empty(shape, torch::kFloat);
  std::generate_n(values.data_ptr<float>(), values.numel(), [&] { return static_cast<float>(random.uniform(-bound, bound)); });
  return values;
}

at::Tensor placed(const at::Tensor& values, const at::Device& device) { return values.to(device).requires_grad_(); }

void check_vectors(const at::Tensor& vectors, int64_t least_dimensions, int64_t width) {
  if (vectors.dim() >= least_dimensions && vectors.size(-1) == width) return;
  throw input_error(
      fmt::format("features of shape {} do not fit a network for vectors of {} numbers", fmt::join(vectors.sizes(), " x "), width),
      "SAM network");
}

// [B, n, D] -> ReLU'd [n, B, D], the first step of every relation.
at::Tensor members_of(const at::Tensor& sets) { return at::relu(sets.transpose(0, 1).contiguous()); }

at::Tensor linear_rows(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  const auto rows = at::addmm(bias, x.flatten(0, 1), weight.t());
  return rows.view({x.size(0), x.size(1), weight.size(0)});
}

}  // namespace

Network::Network(NetworkOptions options, uint64_t seed, const at::Device& device) : options_(checked(std::move(options))) {
  const auto& o = options_;
  const auto layer = [&](const std::string& name, int64_t out, int64_t in) {
    return std::pair(placed(drawn({out, in}, in, seed, name + ".weight"), device), placed(drawn({out}, in, seed, name + ".bias"), device));
  };
  for (size_t i = 0; i < o.scales.size(); ++i) {
    const auto [weight1, bias1] = layer(fmt::format("relations.{}.relate.1", i), o.bottleneck, o.scales[i] * o.in_features);
    const auto [weight2, bias2] = layer(fmt::format("relations.{}.relate.3", i), o.out_features, o.bottleneck);
    relations_.push_back({weight1, bias1, weight2, bias2});
  }
  mix_weight_ = placed(torch::ones({1, o.scales.back()}), device);
  mix_bias_ = placed(torch::zeros({1}), device);
  std::tie(logit_weight_, logit_bias_) = layer("last_linear", o.nodes, o.out_features);
  std::tie(embedding_weight_, embedding_bias_) = layer("embedding_linear", o.embedding, o.out_features);
}

std::vector<NamedTensor> Network::weights() const {
  std::vector<NamedTensor> all;
  for (size_t i = 0; i < relations_.size(); ++i) {
    const auto& relation = relations_[i];
    const std::string name = fmt::format("relations.{}.relate", i);
    all.push_back({name + ".1.weight", relation.weight1});
    all.push_back({name + ".1.bias", relation.bias1});
    all.push_back({name + ".3.weight", relation.weight2});
    all.push_back({name + ".3.bias", relation.bias2});
  }
  const std::vector<NamedTensor> rest{{"linear.weight", mix_weight_},
                                      {"linear.bias", mix_bias_},
                                      {"last_linear.weight", logit_weight_},
                                      {"last_linear.bias", logit_bias_},
                                      {"embedding_linear.weight", embedding_weight_},
                                      {"embedding_linear.bias", embedding_bias_}};
  all.insert(all.end(), rest.begin(), rest.end());
  return all;
}

std::vector<Parameter> Network::parameters() const {
  std::vector<Parameter> all;
  for (const auto& [name, tensor] : weights()) {
    if (name.rfind("linear.", 0) != 0) all.push_back({name, tensor});
  }
  return all;
}

std::vector<Network::Hidden> Network::hidden(const at::Tensor& sets, int64_t largest) const {
  check_vectors(sets, 3, options_.in_features);
  const int64_t n = sets.size(1);
  if (n < min_scale()) {
    throw input_error(fmt::format("a set of {} is smaller than the smallest relation, which takes {} videos", n, min_scale()),
                      "SAM network", "use scales that begin with 1, or larger sets");
  }
  if (n > kMostMembers)
    throw input_error(fmt::format("a set of {} videos has too many subsets; at most {} fit", n, kMostMembers), "SAM network");
  const auto members = members_of(sets);
  std::vector<Hidden> all;
  for (size_t i = 0; i < relations_.size() && options_.scales[i] <= largest; ++i) {
    all.push_back(
        {relations_[i], options_.scales[i], subset_hidden(members, relations_[i].weight1, relations_[i].bias1, options_.scales[i])});
  }
  return all;
}

at::Tensor Network::features(const at::Tensor& sets) const { return summed_features(sets, sets.size(1)).transpose(0, 1); }

at::Tensor Network::summed_features(const at::Tensor& sets, int64_t largest) const {
  std::vector<at::Tensor> own;
  std::vector<int64_t> sizes;
  for (const auto& [relation, scale, values] : hidden(sets, largest)) {
    own.push_back(linear_rows(values, relation.weight2, relation.bias2));
    sizes.push_back(scale);
  }
  return sum_over_subsets(own, sizes, {sets.size(1), min_scale(), largest});
}

at::Tensor Network::features_of_size(const at::Tensor& sets, int64_t size) const {
  check_vectors(sets, 3, options_.in_features);
  const int64_t n = sets.size(1);
  if (n >= min_scale() && (size < min_scale() || size > n)) {
    throw Error(ErrorKind::kInternal, fmt::format("sets of {} have no features of subsets of {}", n, size), "SAM network");
  }
  if (size == n) return whole_set_features(sets);
  const SubsetRange range{n, min_scale(), size};
  return summed_features(sets, size).narrow(0, range.offset(size), range.count(size)).transpose(0, 1);
}

// The second layer is linear: all subsets of one scale are summed before it, so that it is applied once a scale and not once a subset.
at::Tensor Network::whole_set_features(const at::Tensor& sets) const {
  at::Tensor sum;
  for (const auto& [relation, scale, values] : hidden(sets, sets.size(1))) {
    const auto part = at::addmm(relation.bias2 * values.size(0), values.sum(0), relation.weight2.t());
    sum = sum.defined() ? sum + part : part;
  }
  return sum.unsqueeze(1);
}

at::Tensor Network::head_weight() const { return at::cat({logit_weight_, embedding_weight_}); }
at::Tensor Network::head_bias() const { return at::cat({logit_bias_, embedding_bias_}); }

Network::Heads Network::split(const at::Tensor& both) const {
  const auto parts = at::split_with_sizes(both, {options_.nodes, options_.embedding}, -1);
  return {parts[1], parts[0]};
}

Network::Heads Network::heads(const at::Tensor& features) const {
  check_vectors(features, 1, options_.out_features);
  return split(at::linear(features, head_weight(), head_bias()));
}

at::Tensor Network::embeddings(const at::Tensor& features) const {
  check_vectors(features, 1, options_.out_features);
  return at::linear(features, embedding_weight_, embedding_bias_);
}

// heads(W h + b) = (heads W) h + heads b: where there are many rows, the product of the two weights costs less than the layer between.
at::Tensor Network::own_heads(const Hidden& hidden, const at::Tensor& head) const {
  const auto& [relation, scale, values] = hidden;
  const int64_t subsets = values.size(0), sets = values.size(1), rows = subsets * sets;
  const int64_t wide = options_.out_features, narrow = options_.bottleneck, out = head.size(0);
  const bool fold = rows * narrow * out + narrow * wide * out < rows * (narrow * wide + wide * out);
  if (fold) return linear_rows(values, at::mm(head, relation.weight2), at::mv(head, relation.bias2));
  const auto own = linear_rows(values, relation.weight2, relation.bias2);
  return at::mm(own.view({rows, wide}), head.t()).view({subsets, sets, out});
}

Network::Heads Network::forward(const at::Tensor& sets) const {
  const auto head = head_weight();
  std::vector<at::Tensor> own;
  std::vector<int64_t> sizes;
  for (const auto& part : hidden(sets, sets.size(1))) {
    own.push_back(own_heads(part, head));
    sizes.push_back(part.scale);
  }
  const auto sums = sum_over_subsets(own, sizes, {sets.size(1), min_scale(), sets.size(1)});
  return split((sums + head_bias()).transpose(0, 1));
}

at::Tensor Network::relation(int64_t index, const at::Tensor& vectors) const {
  const auto& part = relations_.at(static_cast<size_t>(index));
  const int64_t scale = options_.scales[static_cast<size_t>(index)];
  check_vectors(vectors, 3, options_.in_features);
  if (vectors.size(-2) != scale) {
    throw input_error(fmt::format("{} vectors where relation {} takes {}", vectors.size(-2), index, scale), "SAM network");
  }
  const auto joined = at::relu(vectors.reshape({vectors.size(0), -1, scale * options_.in_features}));
  return at::linear(at::relu(at::linear(joined, part.weight1, part.bias1)), part.weight2, part.bias2);
}

at::Tensor Network::aggregate(const at::Tensor& sets) const {
  at::Tensor mixed = mix_bias_;
  for (const auto& [relation, scale, values] : hidden(sets, sets.size(1))) {
    const auto mean = at::addmm(relation.bias2, values.mean(0), relation.weight2.t());
    mixed = mixed + mix_weight_.select(1, scale - 1) * mean;
  }
  return mixed.unsqueeze(1);
}

Network::Enlargement Network::enlargement(int64_t members) const {
  if (members < 1) throw input_error("an empty set cannot be enlarged", "SAM network");
  Enlargement enlargement;
  if (members >= min_scale()) return enlargement;
  enlargement.tiles = min_scale() / members;
  if (enlargement.tiles == 1) enlargement.repeats = set_abstraction::subsets_of_size(members, min_scale() - members);
  return enlargement;
}

int64_t multiply_adds(const NetworkOptions& options, int64_t members) {
  const auto& o = options;
  int64_t total = 0;
  for (const int64_t scale : o.scales) {
    const SubsetRange range{members, scale, scale};
    total += range.rows() * (scale * o.in_features * o.bottleneck + o.bottleneck * o.out_features);
  }
  return total + SubsetRange{members, o.scales.front(), members}.rows() * o.out_features * (o.nodes + o.embedding);
}

}  // namespace vbench::sam
