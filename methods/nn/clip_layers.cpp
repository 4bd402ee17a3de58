#include "methods/nn/clip_layers.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "methods/nn/activation.hpp"

namespace vbench::nn {
namespace {

constexpr Size3 kDilation{1, 1, 1};
constexpr int64_t kLargestSide = 4096;

bool has_matrix_unit() {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return __builtin_cpu_supports("amx-bf16") != 0;
#else
  return false;
#endif
}

}  // namespace

Size3 ConvShape::output(const Size3& input) const {
  Size3 size{};
  for (size_t i = 0; i < size.size(); ++i) size[i] = (input[i] + 2 * padding[i] - kernel[i]) / stride[i] + 1;
  return size;
}

void check_clips(const at::Tensor& x, const char* who) {
  if (x.dim() == 5 && x.size(1) == 3 && x.numel() > 0) return;
  throw input_error(fmt::format("clips have shape {}, expected batch x 3 x frames x height x width", fmt::join(x.sizes(), "x")), who);
}

Size3 parse_clip_size(const std::string& text, const char* setting) {
  const auto pieces = split(text, 'x');
  Size3 size{};
  for (size_t i = 0; i < size.size(); ++i) {
    const auto side = pieces.size() == size.size() ? parse_int(trim(pieces[i])) : std::nullopt;
    if (!side || *side < 1 || *side > kLargestSide)
      throw usage_error(fmt::format("'{}' is not the size of a clip", text), setting, "write 16x112x112");
    size[i] = *side;
  }
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

void BatchNorm::count(const at::Tensor& x) const {
  if (x.numel() == x.size(1))
    throw usage_error("a single clip leaves one value a channel, too few for BatchNorm", "training",
                      "take larger clips, or a batch_size that leaves no batch of one clip");
  at::Tensor seen = batches;
  seen.add_(1);
}

at::Tensor BatchNorm::forward(const at::Tensor& x, bool training, double momentum) const {
  if (training) count(x);
  return at::batch_norm(x, weight, bias, mean, variance, training, momentum, kNormEpsilon, at::globalContext().userEnabledCuDNN());
}

void BatchNorm::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "weight", weight});
  weights.push_back({prefix + "bias", bias});
  weights.push_back({prefix + "running_mean", mean});
  weights.push_back({prefix + "running_var", variance});
  weights.push_back({prefix + "num_batches_tracked", batches});
}

Folded fold(const at::Tensor& weight, const at::Tensor& bias, const BatchNorm& norm) {
  const auto scale = norm.weight.to(at::kDouble) / (norm.variance.to(at::kDouble) + kNormEpsilon).sqrt();
  const auto shift = norm.bias.to(at::kDouble) - norm.mean.to(at::kDouble) * scale;
  return {weight.to(at::kDouble) * scale.view({-1, 1, 1, 1, 1}), bias.defined() ? shift + bias.to(at::kDouble) * scale : shift};
}

bool takes_blocked(at::ScalarType type, const at::Device& device) {
  return device.is_cpu() && at::hasMKLDNN() && (type == at::kFloat || type == at::kBFloat16);
}

at::Tensor blocked_weight(const at::Tensor& weight, const ConvShape& shape) {
  return at::mkldnn_reorder_conv3d_weight(weight.contiguous().to_mkldnn(), shape.padding, shape.stride, kDilation, shape.groups);
}

at::Tensor convolve(const at::Tensor& x, const Folded& folded, const ConvShape& shape) {
  const auto& [weight, bias] = folded;
  return weight.is_mkldnn() ? at::mkldnn_convolution(x, weight, bias, shape.padding, shape.stride, kDilation, shape.groups)
                            : at::conv3d(x, weight, bias, shape.stride, shape.padding, kDilation, shape.groups);
}

at::ScalarType evaluation_type(const at::Tensor& clips) {
  static const bool kMatrixUnit = has_matrix_unit();
  const auto type = activation_type(clips);
  return clips.is_cpu() && type == at::kBFloat16 && !kMatrixUnit ? clips.scalar_type() : type;
}

}  // namespace vbench::nn
