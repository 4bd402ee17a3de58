#include "methods/selavi/folded.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

#include <utility>

namespace vbench::selavi {

void FoldedEncoder::fold(at::ScalarType type, const at::Device& device) {
  auto versions = nn::versions_of(weights_);
  if (type == type_ && versions == folded_of_) return;
  layers_.clear();
  for (const auto* layer : encoder_->layers()) {
    auto& folded = layers_[layer] = nn::fold(layer->planar ? layer->weight.unsqueeze(2) : layer->weight, {}, layer->norm);
    folded.weight = folded.weight.to(type);
    folded.bias = folded.bias.to(type);
    if (nn::takes_blocked(type, device)) folded.weight = nn::blocked_weight(folded.weight, layer->shape);
  }
  type_ = type;
  folded_of_ = std::move(versions);
}

at::Tensor FoldedEncoder::forward(const at::Tensor& x) { return forward_in(nn::evaluation_type(x), x); }

at::Tensor FoldedEncoder::map(const at::Tensor& x) { return through(&Encoder::map, nn::evaluation_type(x), x); }

at::Tensor FoldedEncoder::forward_in(at::ScalarType type, const at::Tensor& x) { return through(&Encoder::run, type, x); }

at::Tensor FoldedEncoder::through(Way way, at::ScalarType type, const at::Tensor& x) {
  encoder_->check(x);
  const torch::NoGradGuard no_grad;
  const c10::impl::ExcludeDispatchKeyGuard types_are_chosen(c10::autocast_dispatch_keyset);
  fold(type, x.device());
  // Spectrograms pass as clips of one frame.
  const auto input = (encoder_->planar() ? x.unsqueeze(2) : x).to(type).contiguous();
  const auto convolve = [this](const ConvLayer& layer, const at::Tensor& maps) {
    auto y = nn::convolve(maps, layers_.at(&layer), layer.shape);
    return layer.relu ? y.relu_() : y;
  };
  return (encoder_->*way)(nn::takes_blocked(type, x.device()) ? input.to_mkldnn() : input, convolve);
}

}  // namespace vbench::selavi
