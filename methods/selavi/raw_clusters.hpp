// The floor that learnt clusters have to beat: k-means on small pictures and mean spectra, without any training. Used by register.cpp and
// tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/audio_visual/audio_visual_data.hpp"
#include "harness/core/concepts.hpp"
#include "harness/train/options.hpp"
#include "methods/selavi/cluster_report.hpp"
#include "methods/selavi/kmeans.hpp"
#include "methods/selavi/modality.hpp"

namespace vbench::selavi {

struct RawTuning {
  KMeansOptions kmeans;
  Modality modality = Modality::kBoth;

  void bind(Settings& settings);  ///< names them "kmeans.clusters", ...
};

struct RawOutputs {
  at::Tensor pictures;  ///< [B, 3 x 8 x 8] float32: the mean picture, small
  at::Tensor spectra;   ///< [B, F] float32: mean of the log-mel spectrogram over time
  at::Tensor classes;   ///< [B] int64
  std::vector<std::string> ids;
};
[[nodiscard]] RawOutputs raw_features(const audio_visual::Batch& batch);

/// Columns with mean 0 and variance 1 (0 where they are constant), divided by the root of their number: so each modality has as much to
/// say. float64.
[[nodiscard]] at::Tensor standardised(const at::Tensor& columns);

class RawProtocol {
 public:
  RawProtocol(const RawTuning& tuning, uint64_t seed, std::vector<std::string> class_names)
      : tuning_(tuning), seed_(seed), class_names_(std::move(class_names)) {}

  void add(const RawOutputs& outputs) { batches_.push_back(outputs); }
  /// The clusters are found here.
  [[nodiscard]] Evaluation finish();
  [[nodiscard]] static ProtocolId id() { return cluster_protocol_id(); }
  void write_evaluation_files(const std::filesystem::path& folder) const;

 private:
  RawTuning tuning_;
  uint64_t seed_;
  std::vector<std::string> class_names_;
  std::vector<RawOutputs> batches_;
  ClusteredVideos videos_;  ///< of finish()
};

class RawClusters {
 public:
  using Batch = audio_visual::Batch;
  using Outputs = RawOutputs;
  using Protocol = RawProtocol;
  using Tuning = RawTuning;

  static TrainOptions training_defaults();
  static Tuning tuning_defaults() { return {}; }
  static audio_visual::Options data_defaults() { return audio_visual::options_of("vgg-sound"); }

  RawClusters(const Tuning& tuning, const audio_visual::Options& data, uint64_t seed, const at::Device& device);

  /// @throws Error kUsage: there is nothing to train
  LossTerms loss(const Batch& batch, const StepContext& context);
  Outputs infer(const Batch& batch) { return raw_features(batch); }
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters() { return {}; }
  std::vector<NamedTensor> weights() { return {}; }
  ModelSummary summary() { return {}; }
  [[nodiscard]] RawProtocol protocol() { return {tuning_, seed_, {}}; }
  [[nodiscard]] RawProtocol protocol(const audio_visual::AudioVisualData& data) { return {tuning_, seed_, data.class_names()}; }

 private:
  Tuning tuning_;
  uint64_t seed_;
};

}  // namespace vbench::selavi
