// Which of SeLaVi's two networks are in use, and what they make of a batch. Used by method and labelling.
#pragma once

#include "datasets/audio_visual/sample.hpp"
#include "methods/selavi/folded.hpp"
#include "methods/selavi/network.hpp"

namespace vbench::selavi {

/// What the clusters are made of; the network of the other modality is left alone.
enum class Modality { kBoth, kVideo, kAudio };
[[nodiscard]] inline bool sees(Modality modality) { return modality != Modality::kAudio; }
[[nodiscard]] inline bool hears(Modality modality) { return modality != Modality::kVideo; }

/// Of the modalities in use; the other's are undefined.
[[nodiscard]] Features features_of(const Network& network, const audio_visual::Batch& batch, Modality modality, const Pass& pass);
/// The same in evaluation, at speed: equal to features_of() up to rounding. The network must outlive this, where it is.
class FoldedFeatures {
 public:
  FoldedFeatures(const Network& network, Modality modality) : video_(network.video()), audio_(network.audio()), modality_(modality) {}
  [[nodiscard]] Features operator()(const audio_visual::Batch& batch);

 private:
  FoldedEncoder video_, audio_;
  Modality modality_;
};

/// Scores where there are features; undefined for undefined ones.
[[nodiscard]] Logits logits_of(const Network& network, const Features& features, const Pass& pass);

/// The cluster that each head gives, [B, H] int64 on the CPU; undefined for a modality without scores.
struct Clusters {
  at::Tensor both;  ///< the highest product of both probabilities; with one modality, that one's
  at::Tensor video, audio;
};
[[nodiscard]] Clusters clusters_of(const Logits& logits);

}  // namespace vbench::selavi
