// Tells the registry about SeLaVi: the published run on every dataset, its ablations, small runs for CPUs, and k-means as the floor.
#include <published/selavi.hpp>

#include <string>
#include <utility>
#include <vector>

#include "datasets/audio_visual/family.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/selavi/method.hpp"
#include "methods/selavi/raw_clusters.hpp"

namespace vbench {
namespace {

using namespace selavi;
using Data = audio_visual::AudioVisualData;
using Presets = std::vector<std::pair<std::string, std::string>>;
using Variant = std::function<std::unique_ptr<Pairing>()>;

Presets with(Presets presets, const Presets& more) {
  presets.insert(presets.end(), more.begin(), more.end());
  return presets;
}

/// Clips that two cores can read and see: eight small pictures of a second, 40 mel filters. Ours.
Presets small_clips() {
  return {{"picture.frames", "8"}, {"picture.fps", "8"}, {"picture.crop", "48"}, {"sound.filters", "40"}, {"sound.z_normalise", "true"}};
}

/// A network small enough for two cores. Ours.
Presets mini(const std::string& modality) {
  return with(small_clips(), {{"model.divisor", "8"},
                              {"model.heads", "3"},
                              {"model.clusters", "0"},
                              {"labels.times", "16"},
                              {"labels.modality", modality},
                              {"batch_size", "16"},
                              {"eval_batch_size", "32"},
                              {"optimizer.learning_rate", "0.01"},
                              {"schedule.warmup_epochs", "1"},
                              {"schedule.warmup_unit", "step"},
                              {"epochs", "20"},
                              {"validate_every", "5"},
                              {"first_validated_epoch", "4"}});
}

Variant selavi_on(const std::string& dataset, Presets presets = {}) {
  return pair_of<SelaviMethod, Data>(std::move(presets), [dataset] {
    return PairDefaults<SelaviMethod, Data>{published_training(), published_tuning(dataset), audio_visual::options_of(dataset)};
  });
}

Variant raw_clusters_on(const std::string& dataset) {
  return pair_of<RawClusters, Data>(small_clips(), [dataset] {
    return PairDefaults<RawClusters, Data>{
        RawClusters::training_defaults(), {.kmeans = {.clusters = 0}}, audio_visual::options_of(dataset)};
  });
}

}  // namespace

void register_selavi(Registry& registry) {
  auto method = registry.method("selavi", "clusters of unlabelled videos from picture and sound (Asano et al., NeurIPS 2020)",
                                std::string(published::kSelavi));
  for (const auto& family : audio_visual::families()) {
    const std::string& name = family.name;
    method.variant(name, "mini", "none: an eighth of the channels, short and small clips, 3 heads, for CPUs", selavi_on(name, mini("both")))
        .variant(name, "mini-video", "none: the same from pictures alone", selavi_on(name, mini("video")))
        .variant(name, "mini-audio", "none: the same from sound alone", selavi_on(name, mini("audio")))
        .variant(name, "selavi", "README of the authors' repository: 10 heads, Gaussian sizes, aligned modalities", selavi_on(name))
        .variant(name, "selavi-uniform", "the same with clusters of equal sizes", selavi_on(name, {{"labels.distribution", "uniform"}}))
        .variant(name, "selavi-1head", "the same with one head", selavi_on(name, {{"model.heads", "1"}, {"labels.groups", "1"}}))
        .variant(name, "kmeans-raw", "none: k-means on small pictures and mean spectra, the floor", raw_clusters_on(name));
  }
}

}  // namespace vbench
