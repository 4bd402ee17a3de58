#include "methods/selavi/layers.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include <cmath>

#include "harness/core/random.hpp"
#include "methods/nn/blocks.hpp"

namespace vbench::selavi {
namespace {

constexpr double kShortestLength = 1e-12;

const char* kind_of(const NamedTensor& first) {
  switch (first.tensor.dim()) {
    case 5:
      return "Conv3d";
    case 4:
      return "Conv2d";
    case 2:
      return "Linear";
    default:
      return "BatchNorm";
  }
}

}  // namespace

at::Tensor unit_rows(const at::Tensor& x) { return x / x.norm(2, {1}, true).clamp_min(kShortestLength); }

at::Tensor drop(const at::Tensor& x, double p, const Pass& pass, uint64_t layer) {
  if (!pass.training || p <= 0) return x;
  return nn::dropout(x, {p, derive_seed(pass.dropout_key, "dropout", 0, layer)});
}

void fill_random(const at::Tensor& target, Spread spread, double scale, uint64_t seed, const std::string& name) {
  const auto values = nn::drawn(target.sizes(), seed, "selavi.init/" + name, [&](RandomStream& random) {
    return spread == Spread::kNormal ? scale * random.normal() : random.uniform(-scale, scale);
  });
  const torch::NoGradGuard no_grad;
  at::Tensor(target).copy_(values);
}

ConvLayer::ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool is_planar, bool with_relu, const at::Device& device)
    : names(std::move(layer_names)), shape(conv_shape), planar(is_planar), relu(with_relu), norm(conv_shape.out, device) {
  std::vector<int64_t> sizes{shape.out, shape.in};
  sizes.insert(sizes.end(), shape.kernel.begin() + (planar ? 1 : 0), shape.kernel.end());
  weight = trainable(at::zeros(sizes, at::TensorOptions().dtype(at::kFloat).device(device)));
}

at::Tensor ConvLayer::forward(const at::Tensor& x, const Pass& pass) const {
  const at::IntArrayRef stride(shape.stride), padding(shape.padding);
  const auto maps = planar ? at::conv2d(x, weight, {}, stride.slice(1), padding.slice(1)) : at::conv3d(x, weight, {}, stride, padding);
  const auto y = norm.forward(maps, pass.training, pass.momentum);
  return relu ? at::Tensor(y).relu_() : y;
}

void ConvLayer::initialize(uint64_t seed, const std::string& prefix) const {
  const auto fan_out = static_cast<double>(weight.numel() / weight.size(1)), fan_in = static_cast<double>(weight.numel() / weight.size(0));
  fill_random(weight, spread, spread == Spread::kNormal ? std::sqrt(2 / fan_out) : 1 / std::sqrt(fan_in), seed,
              fmt::format("{}{}.weight", prefix, names.conv));
}

void ConvLayer::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({fmt::format("{}{}.weight", prefix, names.conv), weight});
  norm.collect(fmt::format("{}{}.", prefix, names.norm), weights);
}

Linear::Linear(int64_t in, int64_t out, bool with_bias, const at::Device& device) {
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  weight = trainable(at::zeros({out, in}, options));
  if (with_bias) bias = trainable(at::zeros({out}, options));
}

at::Tensor Linear::forward(const at::Tensor& x) const { return at::linear(x, weight, bias); }

void Linear::initialize(uint64_t seed, const std::string& prefix) const {
  const double bound = 1 / std::sqrt(static_cast<double>(weight.size(1)));
  fill_random(weight, Spread::kUniform, bound, seed, prefix + "weight");
  if (bias.defined()) fill_random(bias, Spread::kUniform, bound, seed, prefix + "bias");
}

void Linear::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "weight", weight});
  if (bias.defined()) weights.push_back({prefix + "bias", bias});
}

void move_to(const Weights& weights, const at::Device& device) {
  for (const auto& [name, tensor] : weights) tensor.set_data(tensor.detach().to(device));
}

void convert_to(const Weights& weights, at::ScalarType type) {
  for (const auto& [name, tensor] : weights) {
    if (tensor.is_floating_point()) tensor.set_data(tensor.detach().to(type));
  }
}

std::vector<Parameter> parameters_of(const Weights& weights) {
  std::vector<Parameter> parameters;
  for (const auto& [name, tensor] : weights) {
    if (tensor.requires_grad()) parameters.push_back({name, tensor});
  }
  return parameters;
}

ModelSummary list_layers(const Weights& weights) { return nn::list_layers(weights, kind_of); }

}  // namespace vbench::selavi
