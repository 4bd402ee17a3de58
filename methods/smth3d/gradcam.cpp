#include "methods/smth3d/gradcam.hpp"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/types.h>

#include <opencv2/imgproc.hpp>

#include "harness/core/error.hpp"

namespace vbench::smth3d {
namespace {

/// Logits [K] and the gradient of the chosen one by `maps`, without touching the parameters' gradients.
struct Followed {
  at::Tensor logits, gradient;
  int64_t chosen;
};

Followed follow(const Network& network, const at::Tensor& maps, std::optional<int64_t> chosen) {
  const at::AutoGradMode with_gradients(true);
  const auto logits = network.classify(maps, {1}).logits[0];
  if (!torch::isfinite(logits).all().item<bool>()) throw Error(ErrorKind::kNumeric, "the network's logits are not finite");
  const int64_t label = chosen ? *chosen : logits.argmax().item<int64_t>();
  if (label < 0 || label >= logits.numel()) throw usage_error(fmt::format("class {} is not one of {}", label, logits.numel()));
  return {logits.detach(), torch::autograd::grad({logits[label]}, {maps})[0], label};
}

/// ReLU(1 + sum of the maps [C, T', H', W'] by their weights [C]) over its minimum. All of it lies near one and is divided by its small
/// range in the end: in float64, and without the offset before it is resized.
at::Tensor weighted_sum(const at::Tensor& maps, const at::Tensor& weights) {
  const auto values = maps.to(torch::kCPU, torch::kDouble);
  const auto sum = (1 + (values * weights.to(torch::kCPU, torch::kDouble).view({-1, 1, 1, 1})).sum(0)).clamp_min(0);
  return sum - sum.min();
}

/// @param map  [T', H', W'] float64   @return [T, H, W] float64; every step of the map over as many frames
at::Tensor spread(const at::Tensor& map, int64_t frames, int64_t height, int64_t width) {
  auto mask = torch::empty({frames, height, width}, torch::kDouble);
  const int64_t steps = map.size(0);
  const cv::Size size(static_cast<int>(width), static_cast<int>(height));
  for (int64_t step = 0; step < steps; ++step) {
    const auto small = map[step].contiguous();
    const cv::Mat source(static_cast<int>(map.size(1)), static_cast<int>(map.size(2)), CV_64F, small.data_ptr<double>());
    cv::Mat large;
    cv::resize(source, large, size, 0, 0, cv::INTER_LINEAR);
    const auto picture = torch::from_blob(large.data, {height, width}, torch::kDouble);
    for (int64_t t = (step * frames + steps - 1) / steps; t * steps < (step + 1) * frames; ++t) mask[t].copy_(picture);
  }
  return mask;
}

}  // namespace

Explanation explain_clip(const Network& network, const at::Tensor& clip, std::optional<int64_t> chosen) {
  if (clip.dim() != 5 || clip.size(0) != 1) throw input_error("one clip [1, 3, T, H, W] can be explained at a time");
  at::Tensor maps;
  {
    const at::AutoGradMode without_gradients(false);
    maps = network.column(clip, {}).detach();
  }
  maps.requires_grad_(true);
  const auto followed = follow(network, maps, chosen);
  const auto weights = followed.gradient[0].mean({1, 2, 3});
  auto mask = spread(weighted_sum(maps.detach()[0], weights), clip.size(2), clip.size(3), clip.size(4));
  mask -= mask.min();
  const auto highest = mask.max().item<double>();
  if (highest > 0) mask /= highest;
  return {followed.logits.to(torch::kCPU, torch::kFloat), followed.chosen, mask.to(torch::kFloat)};
}

}  // namespace vbench::smth3d
