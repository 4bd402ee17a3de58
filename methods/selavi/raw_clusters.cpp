#include "methods/selavi/raw_clusters.hpp"

#include <ATen/ATen.h>

#include <cmath>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "methods/selavi/tuning.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kSide = 8;  // of a picture

at::Tensor together(const std::vector<RawOutputs>& batches, at::Tensor RawOutputs::*part) {
  std::vector<at::Tensor> all;
  for (const auto& batch : batches) all.push_back(batch.*part);
  return at::cat(all);
}

}  // namespace

void RawTuning::bind(Settings& settings) {
  settings.integer("kmeans.clusters", kmeans.clusters, "that are looked for; 0: as many as the data have classes", {0, 1e6});
  settings.integer("kmeans.restarts", kmeans.restarts, "of which the best one counts", {1, 1e4});
  settings.integer("kmeans.iterations", kmeans.iterations, "of each restart, at most", {1, 1e6});
  settings.choice("kmeans.modality", modality, "what clusters are made of",
                  {{"both", Modality::kBoth}, {"video", Modality::kVideo}, {"audio", Modality::kAudio}});
}

RawOutputs raw_features(const audio_visual::Batch& batch) {
  const auto pictures = at::adaptive_avg_pool2d(batch.clips.to(at::kFloat).mean(2), {kSide, kSide}).flatten(1);
  const auto spectra = batch.spectrograms.to(at::kFloat).mean(3).flatten(1);
  return {pictures.to(at::kCPU), spectra.to(at::kCPU), batch.labels.to(at::kCPU), batch.ids};
}

at::Tensor standardised(const at::Tensor& columns) {
  const auto centred = columns.to(at::kDouble) - columns.to(at::kDouble).mean(0, true);
  const auto deviation = centred.square().mean(0, true).sqrt();
  return at::where(deviation > 0, centred / deviation, at::zeros_like(centred)) / std::sqrt(static_cast<double>(columns.size(1)));
}

Evaluation RawProtocol::finish() {
  videos_ = {};
  if (batches_.empty()) return {};
  std::vector<at::Tensor> columns;
  if (sees(tuning_.modality)) columns.push_back(standardised(together(batches_, &RawOutputs::pictures)));
  if (hears(tuning_.modality)) columns.push_back(standardised(together(batches_, &RawOutputs::spectra)));
  videos_.clusters = cluster_by_means(at::cat(columns, 1), tuning_.kmeans, seed_).clusters.unsqueeze(1);
  videos_.classes = together(batches_, &RawOutputs::classes);
  for (const auto& batch : batches_) videos_.ids.insert(videos_.ids.end(), batch.ids.begin(), batch.ids.end());
  return evaluate_clusters(videos_);
}

void RawProtocol::write_evaluation_files(const std::filesystem::path& folder) const {
  write_cluster_files(folder, videos_, class_names_, tuning_.kmeans.clusters);
}

TrainOptions RawClusters::training_defaults() {
  TrainOptions training;
  training.epochs = 0;
  return training;
}

RawClusters::RawClusters(const Tuning& tuning, const audio_visual::Options& data, uint64_t seed, const at::Device& /*device*/)
    : tuning_(tuning), seed_(seed) {
  tuning_.kmeans.clusters = clusters_for(tuning.kmeans.clusters, data, "kmeans.clusters");
}

LossTerms RawClusters::loss(const Batch& /*batch*/, const StepContext& /*context*/) {
  throw usage_error("k-means on raw features has nothing to train", "epochs", "leave out --epochs");
}

LossTerms RawClusters::eval_loss(const Batch& /*batch*/, const Outputs& /*outputs*/, const StepContext& /*context*/) {
  LossTerms none;
  none.total = at::zeros({});
  none.weight = 0;
  return none;
}

}  // namespace vbench::selavi
