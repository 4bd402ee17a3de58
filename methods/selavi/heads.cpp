#include "methods/selavi/heads.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "harness/core/error.hpp"

namespace vbench::selavi {
namespace {

// Places in the authors' sequence of modules.
constexpr const char *kHidden = "block_forward.2.", *kNorm = "block_forward.4.", *kOutput = "block_forward.8.";

/// @param logits  [H, B, K]   @param labels  [B, H]
at::Tensor mean_cross_entropy(const at::Tensor& logits, const at::Tensor& labels) {
  return at::cross_entropy_loss(logits.to(wide_type(logits)).flatten(0, 1), labels.t().reshape({-1}));
}

}  // namespace

Head::Head(const NetworkOptions& options, int64_t number, const at::Device& device)
    : dropout_(options.dropout),
      normalise_(options.normalise),
      first_dropout_(2 * static_cast<uint64_t>(number)),
      output_(options.width(), options.clusters, true, device) {
  if (!options.mlp) return;
  hidden_ = Linear(options.width(), options.width(), false, device);
  norm_ = BatchNorm(options.width(), device);
}

at::Tensor Head::forward(const at::Tensor& features, const Pass& pass) const {
  at::Tensor x = features;
  if (hidden_.weight.defined()) {
    x = hidden_.forward(drop(x, dropout_, pass, first_dropout_));
    x = drop(norm_.forward(x, pass.training, pass.momentum).relu_(), dropout_, pass, first_dropout_ + 1);
  }
  x = output_.forward(x);
  return normalise_ ? unit_rows(x) : x;
}

void Head::initialize(uint64_t seed, const std::string& prefix) const {
  if (hidden_.weight.defined()) hidden_.initialize(seed, prefix + kHidden);
  output_.initialize(seed, hidden_.weight.defined() ? prefix + kOutput : prefix);
}

void Head::collect(const std::string& prefix, Weights& weights) const {
  if (!hidden_.weight.defined()) return output_.collect(prefix, weights);
  hidden_.collect(prefix + kHidden, weights);
  norm_.collect(prefix + kNorm, weights);
  output_.collect(prefix + kOutput, weights);
}

int64_t Head::multiply_adds() const { return output_.weight.numel() + (hidden_.weight.defined() ? hidden_.weight.numel() : 0); }

HeadLoss head_loss(const Logits& logits, const at::Tensor& labels) {
  const at::IntArrayRef sizes = logits.video.sizes();
  if (sizes.size() != 3 || logits.audio.sizes() != sizes || labels.sizes() != at::IntArrayRef({sizes[1], sizes[0]}))
    throw Error(
        ErrorKind::kInternal,
        fmt::format("labels of shape {} do not belong to scores of shape {}", fmt::join(labels.sizes(), "x"), fmt::join(sizes, "x")),
        "SeLaVi loss");
  HeadLoss loss;
  loss.video = mean_cross_entropy(logits.video, labels);
  loss.audio = mean_cross_entropy(logits.audio, labels);
  loss.total = 0.5 * loss.video + 0.5 * loss.audio;
  return loss;
}

}  // namespace vbench::selavi
