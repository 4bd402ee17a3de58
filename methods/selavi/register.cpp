// Tells the registry about SeLaVi: the published run on every dataset, its ablations, small runs for CPUs, k-means as the floor, and what
// the video network is worth on UCF-101 and HMDB-51.
#include <published/selavi.hpp>

#include <string>
#include <utility>
#include <vector>

#include "datasets/audio_visual/family.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/selavi/method.hpp"
#include "methods/selavi/raw_clusters.hpp"
#include "methods/selavi/recognition.hpp"
#include "methods/selavi/video_retrieval.hpp"

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

/// Clips of action videos that two cores can read and see. Ours.
Presets small_actions() {
  return {{"model.divisor", "8"},
          {"picture.frames", "8"},
          {"picture.step", "4"},
          {"picture.crop", "48"},
          {"picture.shortest", "52"},
          {"picture.longest", "64"},
          {"picture.colour_jitter", "false"},
          {"clips.test", "2"},
          {"clips.crops", "1"}};
}

/// From random weights, which the stand-in's motions can be learnt from. Ours.
Presets mini_actions() {
  return with(small_actions(), {{"model.pretrained", "false"},
                                {"clips.train", "2"},
                                {"batch_size", "16"},
                                {"eval_batch_size", "16"},
                                {"optimizer.learning_rate", "0.1"},
                                {"optimizer.weight_decay", "0.0005"},
                                {"schedule.warmup_epochs", "1"},
                                {"schedule.warmup_unit", "step"},
                                {"schedule.warmup_multiplier", "1"},
                                {"schedule", "cosine"}});
}

template <class M>
Variant actions_on(const std::string& dataset, Presets presets = {}) {
  return pair_of<M, clips::StretchData>(std::move(presets), [dataset] {
    return PairDefaults<M, clips::StretchData>{M::training_defaults(), M::tuning_defaults(), clips::stretch_options_of(dataset)};
  });
}

void register_actions(Registry::MethodHandle& method, const std::string& dataset) {
  method
      .variant(dataset, "mini", "none: fine-tuning with an eighth of the channels, short and small clips, for CPUs",
               actions_on<RecognitionMethod>(dataset, mini_actions()))
      .variant(dataset, "mini-retrieval", "none: retrieval with the same network and clips, 10 a video; needs --init",
               actions_on<VideoRetrievalMethod>(
                   dataset, with(small_actions(), {{"retrieval.pooling", "average"}, {"clips.test", "10"}, {"eval_batch_size", "16"}})))
      .variant(dataset, "selavi-finetune", "README of the authors' repository: fine-tuned from --init, mean of --folds all",
               actions_on<RecognitionMethod>(dataset))
      .variant(dataset, "selavi-linear", "the same with the video network as --init has it: only a linear layer learns",
               actions_on<RecognitionMethod>(dataset, {{"model.frozen", "true"}}))
      .variant(dataset, "selavi-retrieval", "nearest training videos by the features of --init; nothing is trained",
               actions_on<VideoRetrievalMethod>(dataset,
                                                {{"picture.crop", "112"}, {"picture.colour_jitter", "false"}, {"clips.crops", "first"}}));
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
  method.variant("vgg-sound", "selavi-released", "README of the authors' repository: its weights, with --init FILE --eval-only",
                 selavi_on("vgg-sound", {{"data.evaluated", "val"}, {"sound.z_normalise", "true"}}));
  for (const char* dataset : {"ucf101", "hmdb51"}) register_actions(method, dataset);
}

}  // namespace vbench
