#include "methods/srtg/layers.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "harness/core/error.hpp"

namespace vbench::srtg {
namespace {

int64_t elements(int64_t channels, const Size3& size) { return channels * size[0] * size[1] * size[2]; }

ConvShape full(int64_t in, int64_t out, int64_t stride, int64_t groups = 1) {
  return {in, out, {3, 3, 3}, {stride, stride, stride}, {1, 1, 1}, groups};
}
ConvShape spatial(int64_t in, int64_t out, int64_t stride) { return {in, out, {1, 3, 3}, {1, stride, stride}, {0, 1, 1}}; }
ConvShape temporal(int64_t in, int64_t out, int64_t stride) { return {in, out, {3, 1, 1}, {stride, 1, 1}, {1, 0, 0}}; }
ConvShape pointwise(int64_t in, int64_t out, const Size3& stride = {1, 1, 1}) { return {in, out, {1, 1, 1}, stride}; }

/// The taps of a kernel, along one axis, that any output needs.
struct Taps {
  int64_t first = 0, count = 1, padding = 0;
};

/// On maps shorter than the kernel the outer taps meet nothing but padding. Published sizes have a single frame in the last stage, where
/// two thirds of the weights, and of the time, would go into products with zero.
Taps needed_taps(int64_t length, int64_t kernel, int64_t stride, int64_t padding) {
  const int64_t outputs = (length + 2 * padding - kernel) / stride + 1;
  const int64_t last_start = (outputs - 1) * stride - padding;
  const int64_t first = std::max<int64_t>(0, -last_start), behind = std::min(kernel, length + padding);
  const Taps taps{first, behind - first, padding - first};
  // Padding stays the same on both sides; a crop that would change the number of outputs is none.
  const bool fits = taps.count > 0 && taps.padding >= 0 && (length + 2 * taps.padding - taps.count) / stride + 1 == outputs;
  return fits ? taps : Taps{0, kernel, padding};
}

}  // namespace

at::Tensor convolve(const at::Tensor& x, const at::Tensor& weight, const ConvShape& shape) {
  at::Tensor used = weight;
  Size3 padding{};
  for (size_t axis = 0; axis < padding.size(); ++axis) {
    const auto dimension = static_cast<int64_t>(axis) + 2;
    const auto taps = needed_taps(x.size(dimension), shape.kernel[axis], shape.stride[axis], shape.padding[axis]);
    if (taps.count < shape.kernel[axis]) used = used.narrow(dimension, taps.first, taps.count);
    padding[axis] = taps.padding;
  }
  return at::conv3d(x, used, {}, shape.stride, padding, 1, shape.groups);
}

ConvLayer::ConvLayer(LayerNames layer_names, const ConvShape& conv_shape, bool with_relu, const at::Device& device)
    : names(std::move(layer_names)), shape(conv_shape), relu(with_relu), norm(conv_shape.out, device) {
  const auto& [frames, height, width] = shape.kernel;
  weight = trainable(
      at::zeros({shape.out, shape.in / shape.groups, frames, height, width}, at::TensorOptions().dtype(at::kFloat).device(device)));
}

at::Tensor ConvLayer::forward(const at::Tensor& x, const Pass& pass) const {
  auto y = norm.forward(convolve(x, weight, shape), pass.training, pass.momentum);
  return relu ? y.relu_() : y;
}

at::Tensor Unit::forward(const at::Tensor& x, const Pass& pass) const {
  at::Tensor y = x;
  for (const auto& layer : layers_) y = layer.forward(y, pass);
  return y;
}

void Unit::collect(const std::string& prefix, Weights& weights) const {
  for (const auto& layer : layers_) {
    weights.push_back({fmt::format("{}{}.weight", prefix, layer.names.conv), layer.weight});
    layer.norm.collect(fmt::format("{}{}.", prefix, layer.names.norm), weights);
  }
}

Size3 Unit::add_cost(Size3 size, Cost& cost) const {
  for (const auto& layer : layers_) {
    size = layer.shape.output(size);
    const int64_t values = elements(layer.shape.out, size);
    cost.conv += values * layer.weight.numel() / layer.shape.out;
    cost.batch_norm += values;
    if (layer.relu) cost.relu += values;
  }
  return size;
}

Unit make_unit(const UnitOptions& o, const at::Device& device) {
  const auto layer = [&](const char* conv, const char* norm, const ConvShape& shape, bool relu) {
    return ConvLayer({conv, norm}, shape, relu, device);
  };
  switch (o.builder) {
    case Builder::kConv2Plus1d:
      return Unit(
          {layer("0.0", "0.1", spatial(o.in, o.middle, o.stride), true), layer("0.3", "1", temporal(o.middle, o.out, o.stride), o.relu)});
    case Builder::kDepthwise:
      if (o.out % o.in != 0)
        throw usage_error(fmt::format("a depthwise convolution cannot turn {} channels into {}", o.in, o.out), "SRTG network");
      return Unit({layer("0.0", "1", full(o.in, o.out, o.stride, o.in), o.relu)});
    case Builder::kIpDepthwise:
      if (o.in != o.out)
        throw usage_error(fmt::format("this depthwise unit keeps the number of channels and cannot turn {} into {}", o.in, o.out),
                          "SRTG network", "use bottleneck blocks");
      return Unit({layer("0.0", "0.1", pointwise(o.in, o.out), true), layer("0.3.0", "1", full(o.out, o.out, o.stride, o.out), o.relu)});
    case Builder::kSpatial:
      return Unit({layer("0", "1", spatial(o.in, o.out, o.stride), o.relu)});
    case Builder::kConv3d:
      break;
  }
  return Unit({layer("0.0", "1", full(o.in, o.out, o.stride), o.relu)});
}

Unit make_pointwise(int64_t in, int64_t out, const Size3& stride, bool relu, const at::Device& device) {
  return Unit({ConvLayer({"0", "1"}, pointwise(in, out, stride), relu, device)});
}

Unit make_stem(int64_t out, int64_t middle, const at::Device& device) {
  constexpr int64_t kColours = 3;
  if (middle == 0) return Unit({ConvLayer({"0", "1"}, {kColours, out, {3, 7, 7}, {1, 2, 2}, {1, 3, 3}}, true, device)});
  return Unit({ConvLayer({"0", "1"}, {kColours, middle, {1, 7, 7}, {1, 2, 2}, {0, 3, 3}}, true, device),
               ConvLayer({"3", "4"}, temporal(middle, out, 1), true, device)});
}

Size3 shortcut_stride(Builder builder, int64_t stride) {
  return builder == Builder::kSpatial ? Size3{1, stride, stride} : Size3{stride, stride, stride};
}

}  // namespace vbench::srtg
