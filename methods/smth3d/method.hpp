// smth3d as the harness sees it: one class for both networks, and a template that gives each its type. Used by register.cpp, tests and
// benchmarks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips/sample.hpp"
#include "datasets/something/something_data.hpp"
#include "harness/core/concepts.hpp"
#include "methods/smth3d/answers.hpp"
#include "methods/smth3d/checkpoint.hpp"
#include "methods/smth3d/curves.hpp"
#include "methods/smth3d/folded.hpp"
#include "methods/smth3d/protocol.hpp"
#include "methods/smth3d/tuning.hpp"

namespace vbench::smth3d {

class Smth3dMethod {
 public:
  using Batch = clips::Batch;
  using Outputs = smth3d::Outputs;
  using Protocol = SomethingProtocol;
  using Tuning = smth3d::Tuning;

  Smth3dMethod(const Tuning& tuning, const something::Options& data, uint64_t seed, const at::Device& device);

  /// Mean cross-entropy of the videos. Terms for the log: top1 and top5 of the batch.
  LossTerms loss(const Batch& batch, const StepContext& context);
  Outputs infer(const Batch& batch);
  /// Of the labelled videos, which are its weight; a batch without any has no loss.
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters() { return network_.parameters(); }
  std::vector<NamedTensor> weights();  ///< "smth3d/<the authors' name>"
  ModelSummary summary() { return summarise(network_, tuning_.clip_size()); }
  /// Without weights.
  [[nodiscard]] static ModelSummary summary_of(const Tuning& tuning, const something::Options& data) {
    return summarise(Network(tuning.network(data), at::Device(at::kMeta)), tuning.clip_size());
  }
  [[nodiscard]] static SomethingProtocol protocol() { return {}; }
  [[nodiscard]] static SomethingProtocol protocol(const something::SomethingData& data) {
    return SomethingProtocol({data.class_names(), data.contrastive_groups()});
  }
  ImportReport import_checkpoint(const std::filesystem::path& file) {
    const auto report = smth3d::import_checkpoint(file, network_);
    return {report.text(), report.not_loaded.empty()};
  }
  static void write_epoch_files(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
    write_curves(folder, history);
  }
  std::vector<Answer> predict(const something::SomethingData& data, const PredictRequest& request) {
    return predict_videos(network_, data, request);
  }
  std::vector<Answer> explain(const something::SomethingData& data, const ExplainRequest& request) {
    return explain_videos(network_, data, request);
  }

 private:
  Tuning tuning_;
  Network network_;
  FoldedNetwork folded_;
};

/// A published network. Both run as Smth3dMethod: they differ in one step.
template <Config C>
class Smth3d : public Smth3dMethod {
 public:
  using Runtime = Smth3dMethod;
  using Smth3dMethod::Smth3dMethod;

  static TrainOptions training_defaults() { return published_training(C.halves_time ? kRunModel224 : kRunModel1); }
  static Tuning tuning_defaults() { return {.config = C, .clip = C.halves_time ? "60x224x224" : "72x84x84"}; }
  static something::Options data_defaults() {
    something::Options options;
    if (!C.halves_time) return options;
    options.clip_frames = 60;
    options.crop = 224;
    options.train_upscale = 1.07;
    return options;
  }
};

}  // namespace vbench::smth3d
