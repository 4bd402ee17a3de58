#include "methods/selavi/method.hpp"

#include <ATen/ATen.h>

namespace vbench::selavi {
namespace {

/// Share of labels that are a head's first choice. @param logits  [H, B, K]   @param labels  [B, H]
double found(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.detach().argmax(2).t().eq(labels).to(at::kFloat).mean().item<double>();
}

at::Tensor on_cpu(const at::Tensor& x) { return x.defined() ? x.to(at::kCPU, at::kFloat) : x; }

bool belongs_to(const std::string& name, Modality modality) {
  const bool video = name.starts_with("video_network.") || name.starts_with("mlp_v");
  return video ? sees(modality) : hears(modality);
}

}  // namespace

SelaviMethod::SelaviMethod(const Tuning& tuning, const audio_visual::Options& data, uint64_t seed, const at::Device& device)
    : tuning_(tuning),
      clip_(clip_size(data)),
      spectrogram_(spectrogram_size(data)),
      network_(tuning.network_for(data), device),
      evaluate_(network_, tuning.labels.modality),
      labelling_(tuning.labels, network_.options(), seed) {
  network_.initialize(seed);
}

std::vector<Parameter> SelaviMethod::parameters() {
  std::vector<Parameter> used;
  for (auto& parameter : network_.parameters()) {
    if (belongs_to(parameter.name, tuning_.labels.modality)) used.push_back(std::move(parameter));
  }
  return used;
}

std::vector<NamedTensor> SelaviMethod::weights() {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : network_.weights()) named.push_back({"selavi/" + name, tensor});
  for (auto& state : labelling_.state()) named.push_back(std::move(state));
  return named;
}

LossTerms SelaviMethod::loss(const Batch& batch, const StepContext& context) {
  const Pass pass{.training = true,
                  .dropout_key = derive_seed(context.seed, "selavi.dropout", static_cast<uint64_t>(context.epoch),
                                             static_cast<uint64_t>(context.step))};
  const auto logits = logits_of(network_, features_of(network_, batch, tuning_.labels.modality, pass), pass);
  const auto &video = logits.video, &audio = logits.audio;
  const auto labels = labelling_.labels_of(batch.indices.to(at::kCPU)).to((video.defined() ? video : audio).device());
  // A modality alone takes both halves.
  const auto loss = head_loss({video.defined() ? video : audio, audio.defined() ? audio : video}, labels);
  LossTerms terms{loss.total, {}};
  if (video.defined()) {
    terms.terms.emplace_back("video", loss.video.item<double>() * (audio.defined() ? 0.5 : 1));
    terms.terms.emplace_back("top1_video", found(video, labels));
  }
  if (audio.defined()) {
    terms.terms.emplace_back("audio", loss.audio.item<double>() * (video.defined() ? 0.5 : 1));
    terms.terms.emplace_back("top1_audio", found(audio, labels));
  }
  return terms;
}

Outputs SelaviMethod::infer(const Batch& batch) {
  const auto features = evaluate_(batch);
  const auto clusters = clusters_of(logits_of(network_, features, Pass{}));
  return {clusters, {on_cpu(features.video), on_cpu(features.audio)}, batch.labels.to(at::kCPU), batch.ids};
}

LossTerms SelaviMethod::eval_loss(const Batch& /*batch*/, const Outputs& /*outputs*/, const StepContext& /*context*/) {
  LossTerms none;
  none.total = at::zeros({});
  none.weight = 0;
  return none;
}

ClusterKnowledge SelaviMethod::knowledge(const std::vector<std::string>& class_names) const {
  // The tensors of this copy are the network's own.
  const auto scores = [](const Head& head, const at::Tensor& features) {
    return head.forward(features.to(head.output().weight.device()), Pass{}).to(at::kCPU, at::kFloat);
  };
  ClusterKnowledge knowledge;
  knowledge.clusters = network_.options().clusters;
  knowledge.selection = static_cast<double>(epoch_ + 1);
  knowledge.class_names = class_names;
  knowledge.video = [network = network_, scores](const at::Tensor& x, int64_t head) { return scores(network.video_head(head), x); };
  knowledge.audio = [network = network_, scores](const at::Tensor& x, int64_t head) { return scores(network.audio_head(head), x); };
  if (labelling_.done() == 0) return knowledge;
  std::vector<at::Tensor> sizes;
  for (int64_t head = 0; head < network_.options().heads; ++head)
    sizes.push_back(at::bincount(labelling_.labels().select(1, head), {}, knowledge.clusters));
  knowledge.sizes = {at::stack(sizes), labelling_.drawn_sizes().clone()};
  knowledge.history = labelling_.history().clone();
  return knowledge;
}

}  // namespace vbench::selavi
