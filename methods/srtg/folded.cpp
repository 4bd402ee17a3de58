#include "methods/srtg/folded.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

namespace vbench::srtg {

void FoldedNetwork::fold(at::ScalarType type, const at::Device& device) {
  auto versions = nn::versions_of(network_->weights());
  if (type == type_ && versions == folded_of_) return;
  layers_.clear();
  for (const auto* layer : network_->conv_layers()) {
    auto& folded = layers_[layer] = nn::fold(layer->weight, {}, layer->norm);
    folded.weight = folded.weight.to(type);
    folded.bias = folded.bias.to(type);
    if (nn::takes_blocked(type, device)) folded.weight = nn::blocked_weight(folded.weight, layer->shape);
  }
  type_ = type;
  folded_of_ = std::move(versions);
}

at::Tensor FoldedNetwork::run_unit(const Unit& unit, const at::Tensor& x) const {
  at::Tensor y = x;
  for (const auto& layer : unit.layers()) {
    y = nn::convolve(y, layers_.at(&layer), layer.shape);
    if (layer.relu) y.relu_();
  }
  return y;
}

at::Tensor FoldedNetwork::forward(const at::Tensor& clips, const Pass& pass) { return forward_in(nn::evaluation_type(clips), clips, pass); }

at::Tensor FoldedNetwork::forward_in(at::ScalarType type, const at::Tensor& clips, const Pass& pass) {
  nn::check_clips(clips, "SRTG network");
  const torch::NoGradGuard no_grad;
  const c10::impl::ExcludeDispatchKeyGuard types_are_chosen(c10::autocast_dispatch_keyset);
  fold(type, clips.device());
  const bool blocked = nn::takes_blocked(type, clips.device());
  const auto input = clips.to(type).contiguous();
  const Runner runner{[this](const Unit& unit, const at::Tensor& x) { return run_unit(unit, x); },
                      [&](const SqueezeRecursion& recursion, const at::Tensor& x) {
                        return blocked ? recursion.forward(x.to_dense(), pass).to_mkldnn() : recursion.forward(x, pass);
                      }};
  return network_->run(blocked ? input.to_mkldnn() : input, runner, pass.stages);
}

}  // namespace vbench::srtg
