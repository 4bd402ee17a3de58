#include "methods/selavi/layers.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/nn/blocks.hpp"

namespace vbench::selavi {
namespace {

constexpr double kNormEpsilon = 1e-5, kShortestLength = 1e-12;
constexpr int64_t kDrawnTogether = 1 << 16;  // elements of one random stream

const char* kind_of(const at::Tensor& first) {
  switch (first.dim()) {
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

at::Tensor trainable(const at::Tensor& tensor) {
  at::Tensor leaf = tensor;
  return leaf.requires_grad_();
}

at::Tensor unit_rows(const at::Tensor& x) { return x / x.norm(2, {1}, true).clamp_min(kShortestLength); }

at::Tensor drop(const at::Tensor& x, double p, const Pass& pass, uint64_t layer) {
  if (!pass.training || p <= 0) return x;
  return nn::dropout(x, {p, derive_seed(pass.dropout_key, "dropout", 0, layer)});
}

// In pieces that have a stream each, so that threads share the work and not the order.
void fill_random(const at::Tensor& target, Spread spread, double scale, uint64_t seed, const std::string& name) {
  const auto values = at::empty(target.sizes(), at::kFloat);
  auto* const out = values.data_ptr<float>();
  const int64_t count = values.numel(), pieces = (count + kDrawnTogether - 1) / kDrawnTogether;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      RandomStream random(seed, "selavi.init/" + name, 0, static_cast<uint64_t>(piece));
      const int64_t first = piece * kDrawnTogether;
      std::generate_n(out + first, std::min(kDrawnTogether, count - first), [&] {
        return static_cast<float>(spread == Spread::kNormal ? scale * random.normal() : random.uniform(-scale, scale));
      });
    }
  });
  const torch::NoGradGuard no_grad;
  at::Tensor(target).copy_(values);
}

Size3 ConvShape::output(const Size3& input) const {
  Size3 size{};
  for (size_t i = 0; i < size.size(); ++i) size[i] = (input[i] + 2 * padding[i] - kernel[i]) / stride[i] + 1;
  return size;
}

BatchNorm::BatchNorm(int64_t channels, const at::Device& device) {
  const auto options = at::TensorOptions().dtype(at::kFloat).device(device);
  weight = trainable(at::ones({channels}, options));
  bias = trainable(at::zeros({channels}, options));
  mean = at::zeros({channels}, options);
  variance = at::ones({channels}, options);
  batches = at::zeros({}, options.dtype(at::kLong));
}

at::Tensor BatchNorm::forward(const at::Tensor& x, const Pass& pass) const {
  if (pass.training) {
    if (x.numel() == x.size(1))
      throw usage_error("a single video leaves one value a channel, too few for BatchNorm", "SeLaVi network",
                        "take a batch_size that leaves no batch of one video");
    at::Tensor count = batches;
    count.add_(1);
  }
  return at::batch_norm(x, weight, bias, mean, variance, pass.training, pass.momentum, kNormEpsilon,
                        at::globalContext().userEnabledCuDNN());
}

void BatchNorm::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "weight", weight});
  weights.push_back({prefix + "bias", bias});
  weights.push_back({prefix + "running_mean", mean});
  weights.push_back({prefix + "running_var", variance});
  weights.push_back({prefix + "num_batches_tracked", batches});
}

ConvLayer::ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool with_relu, const at::Device& device)
    : names(std::move(layer_names)), shape(conv_shape), relu(with_relu), norm(conv_shape.out, device) {
  std::vector<int64_t> sizes{shape.out, shape.in};
  sizes.insert(sizes.end(), shape.kernel.begin() + (shape.planar ? 1 : 0), shape.kernel.end());
  weight = trainable(at::zeros(sizes, at::TensorOptions().dtype(at::kFloat).device(device)));
}

at::Tensor ConvLayer::forward(const at::Tensor& x, const Pass& pass) const {
  const at::IntArrayRef stride(shape.stride), padding(shape.padding);
  const auto maps =
      shape.planar ? at::conv2d(x, weight, {}, stride.slice(1), padding.slice(1)) : at::conv3d(x, weight, {}, stride, padding);
  const auto y = norm.forward(maps, pass);
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

ModelSummary list_layers(const Weights& weights) {
  ModelSummary summary;
  for (const auto& [name, tensor] : weights) {
    const std::string layer = name.substr(0, name.rfind('.'));
    if (summary.layers.empty() || summary.layers.back().name != layer)
      summary.layers.push_back({layer, kind_of(tensor), fmt::format("{}", fmt::join(tensor.sizes(), "x")), 0});
    if (!tensor.requires_grad()) continue;
    summary.layers.back().parameters += tensor.numel();
    summary.parameters += tensor.numel();
  }
  return summary;
}

}  // namespace vbench::selavi
