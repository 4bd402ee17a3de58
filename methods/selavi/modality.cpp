#include "methods/selavi/modality.hpp"

#include <ATen/ATen.h>

#include <vector>

namespace vbench::selavi {
namespace {

at::Tensor log_probabilities(const at::Tensor& logits) {
  return logits.defined() ? logits.to(wide_type(logits)).log_softmax(2) : at::Tensor();
}

/// @param scores  [H, B, K]
at::Tensor best_of(const at::Tensor& scores) { return scores.defined() ? scores.argmax(2).t().contiguous().to(at::kCPU) : at::Tensor(); }

}  // namespace

Features features_of(const Network& network, const audio_visual::Batch& batch, Modality modality, const Pass& pass) {
  Features features;
  if (sees(modality)) features.video = network.video_features(batch.clips, pass);
  if (hears(modality)) features.audio = network.audio_features(batch.spectrograms, pass);
  return features;
}

Features FoldedFeatures::operator()(const audio_visual::Batch& batch) {
  Features features;
  if (sees(modality_)) features.video = video_.forward(batch.clips);
  if (hears(modality_)) features.audio = audio_.forward(batch.spectrograms);
  return features;
}

Logits logits_of(const Network& network, const Features& features, const Pass& pass) {
  std::vector<at::Tensor> video, audio;
  for (int64_t head = 0; head < network.options().heads; ++head) {
    if (features.video.defined()) video.push_back(network.video_head(head).forward(features.video, pass));
    if (features.audio.defined()) audio.push_back(network.audio_head(head).forward(features.audio, pass));
  }
  Logits logits;
  if (!video.empty()) logits.video = at::stack(video);
  if (!audio.empty()) logits.audio = at::stack(audio);
  return logits;
}

// Logarithms: products of two small probabilities would tie at 0.
Clusters clusters_of(const Logits& logits) {
  const auto video = log_probabilities(logits.video), audio = log_probabilities(logits.audio);
  const auto both = video.defined() && audio.defined() ? video + audio : video.defined() ? video : audio;
  return {best_of(both), best_of(video), best_of(audio)};
}

}  // namespace vbench::selavi
