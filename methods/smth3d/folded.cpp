#include "methods/smth3d/folded.hpp"

#include <ATen/ATen.h>
#include <c10/core/impl/LocalDispatchKeySet.h>
#include <torch/utils.h>

#include <utility>

namespace vbench::smth3d {
namespace {

/// In float32 the convolutions over frames are faster than oneDNN's blocked ones.
bool uses_blocked(at::ScalarType type, const at::Device& device) { return type == at::kBFloat16 && nn::takes_blocked(type, device); }

}  // namespace

void FoldedNetwork::fold(at::ScalarType type, const at::Device& device) {
  auto versions = nn::versions_of(network_->weights());
  if (type == type_ && versions == folded_of_) return;
  layers_.clear();
  for (const auto& block : network_->blocks()) {
    for (const auto& layer : block) {
      auto folded = nn::fold(layer.weight, layer.bias, layer.norm);
      auto& to = layers_[&layer];
      if (type == at::kFloat && device.is_cpu())
        to.frames.emplace(folded, nn::FrameConvolution{layer.shape.stride[1], layer.shape.padding[1]});
      to.folded = {folded.weight.to(type), folded.bias.to(type)};
      if (uses_blocked(type, device)) to.folded.weight = nn::blocked_weight(to.folded.weight, layer.shape);
    }
  }
  type_ = type;
  folded_of_ = std::move(versions);
}

at::Tensor FoldedNetwork::column_in(at::ScalarType type, const at::Tensor& clips, std::vector<NamedTensor>* blocks) {
  const torch::NoGradGuard no_grad;
  const c10::impl::ExcludeDispatchKeyGuard types_are_chosen(c10::autocast_dispatch_keyset);
  fold(type, clips.device());
  const auto run_layer = [this](const ConvLayer& layer, const at::Tensor& x) {
    const auto& [folded, frames] = layers_.at(&layer);
    return frames && nn::takes_frames(x) ? frames->relu(x) : nn::convolve(x, folded, layer.shape).relu_();
  };
  const auto input = clips.to(type).contiguous();
  const auto maps = network_->run(uses_blocked(type, clips.device()) ? input.to_mkldnn() : input, run_layer, {.blocks = blocks});
  return maps.is_mkldnn() ? maps.to_dense() : maps;
}

at::Tensor FoldedNetwork::column(const at::Tensor& clips, std::vector<NamedTensor>* blocks) {
  return column_in(nn::evaluation_type(clips), clips, blocks);
}

Prediction FoldedNetwork::forward(const at::Tensor& clips, const std::vector<int64_t>& views) {
  const torch::NoGradGuard no_grad;
  return network_->classify(column(clips), views);
}

}  // namespace vbench::smth3d
