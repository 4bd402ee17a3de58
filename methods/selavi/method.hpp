// SeLaVi as the harness sees it: it learns clusters of unlabelled videos, and labels its own data between steps. Used by register.cpp and
// tests.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/audio_visual/audio_visual_data.hpp"
#include "harness/core/concepts.hpp"
#include "methods/selavi/checkpoint.hpp"
#include "methods/selavi/protocol.hpp"
#include "methods/selavi/tuning.hpp"

namespace vbench::selavi {

class SelaviMethod {
 public:
  using Batch = audio_visual::Batch;
  using Outputs = selavi::Outputs;
  using Protocol = ClusterProtocol;
  using Tuning = selavi::Tuning;

  /// Those of VGG-Sound; every other dataset's clusters are in register.cpp.
  static TrainOptions training_defaults() { return published_training(); }
  static Tuning tuning_defaults() { return published_tuning("vgg-sound"); }
  static audio_visual::Options data_defaults() { return audio_visual::options_of("vgg-sound"); }

  SelaviMethod(const Tuning& tuning, const audio_visual::Options& data, uint64_t seed, const at::Device& device);
  SelaviMethod(const SelaviMethod&) = delete;
  SelaviMethod& operator=(const SelaviMethod&) = delete;

  /// Every training video gets labels. Classes are for the log.
  template <class D>
  void learns_from(const D& data) {
    std::vector<int64_t> classes;
    for (int64_t i = 0; i < data.size(); ++i) classes.push_back(data.label(i));
    labelling_.take_videos(classes);
  }
  void before_epoch(int64_t epoch) { epoch_ = epoch; }
  std::string before_step(const StepContext& context, int64_t steps_of_epoch, const TrainingPass& pass) {
    return labelling_.before_step(network_, context, steps_of_epoch, pass);
  }

  /// Mean cross-entropy of all heads of the modalities in use against the videos' present labels. Terms for the log: both halves, and the
  /// share of labels that each modality finds.
  LossTerms loss(const Batch& batch, const StepContext& context);
  Outputs infer(const Batch& batch);
  /// None: videos that are evaluated have no labels of the training split.
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters();  ///< of the modalities in use
  std::vector<NamedTensor> weights();   ///< "selavi/<the authors' name>", and "labels/..." of SelfLabelling::state()
  /// labellings.csv, so that a run can be looked at while it goes on.
  void write_epoch_files(const std::filesystem::path& folder, const std::vector<EpochRecord>& /*history*/) const {
    write_history(folder, labelling_.history());
  }
  ModelSummary summary() { return summarise(network_, clip_, spectrogram_); }
  [[nodiscard]] static ModelSummary summary_of(const Tuning& tuning, const audio_visual::Options& data) {
    auto options = tuning.network;
    // `vbench show` opens no data.
    if (options.clusters == 0) options.clusters = data.classes > 0 ? data.classes : published_clusters("vgg-sound");
    return summarise(Network(options, at::Device(at::kMeta)), clip_size(data), spectrogram_size(data));
  }
  [[nodiscard]] ClusterProtocol protocol() { return ClusterProtocol(knowledge({})); }
  [[nodiscard]] ClusterProtocol protocol(const audio_visual::AudioVisualData& data) {
    return ClusterProtocol(knowledge(data.class_names()));
  }
  /// As far as names and shapes agree.
  ImportReport import_checkpoint(const std::filesystem::path& file) { return report_of(selavi::import_checkpoint(file, network_)); }

  [[nodiscard]] const SelfLabelling& labelling() const { return labelling_; }

 private:
  [[nodiscard]] ClusterKnowledge knowledge(const std::vector<std::string>& class_names) const;

  Tuning tuning_;
  Size3 clip_, spectrogram_;
  Network network_;
  FoldedFeatures evaluate_;  ///< by network_
  SelfLabelling labelling_;
  int64_t epoch_ = -1;  ///< that is trained
};

}  // namespace vbench::selavi
