#include "datasets/transforms/clip_colour.hpp"

#include <ATen/ATen.h>

#include <span>

namespace vbench::video {
namespace {

using Operator = ColourDraw::Operator;

/// [1, T, H, W].
at::Tensor grey_plane(const at::Tensor& clip) {
  constexpr double kRed = 0.299, kGreen = 0.587, kBlue = 0.114;  // of the channels 2, 1, 0
  return clip.narrow(0, 2, 1) * kRed + clip.narrow(0, 1, 1) * kGreen + clip.narrow(0, 0, 1) * kBlue;
}

at::Tensor blended_with(Operator which, const at::Tensor& clip) {
  if (which == Operator::kBrightness) return at::zeros({1, 1, 1, 1}, clip.options());
  const auto grey = grey_plane(clip);
  return which == Operator::kSaturation ? grey : grey.mean({0, 2, 3}, true);
}

}  // namespace

at::Tensor to_grey(const at::Tensor& clip) { return grey_plane(clip).expand_as(clip).contiguous(); }

at::Tensor blend(const at::Tensor& clip, const at::Tensor& other, double alpha) { return clip * alpha + other * (1 - alpha); }

ColourDraw draw_colour_jitter(RandomStream& random) {
  ColourDraw draw;
  draw.changed = random.uniform() < kColourProbability;
  random.shuffle(std::span<Operator>(draw.order));
  for (double& alpha : draw.alphas) alpha = random.uniform(1 - kColourStrength, 1 + kColourStrength);
  return draw;
}

at::Tensor jitter_colours(const at::Tensor& clip, const ColourDraw& draw) {
  if (!draw.changed) return clip;
  at::Tensor changed = clip;
  for (const Operator which : draw.order) changed = blend(changed, blended_with(which, changed), draw.alphas[static_cast<size_t>(which)]);
  return changed;
}

}  // namespace vbench::video
