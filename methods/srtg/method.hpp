// SRTG as the harness sees it: one class for all networks, and a template that gives each published structure its type.
// Used by register.cpp, tests and benchmarks.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/clips/clip_data.hpp"
#include "harness/core/concepts.hpp"
#include "methods/srtg/checkpoint.hpp"
#include "methods/srtg/folded.hpp"
#include "methods/srtg/protocol.hpp"
#include "methods/srtg/tuning.hpp"

namespace vbench::srtg {

class SrtgMethod {
 public:
  using Batch = clips::Batch;
  using Outputs = srtg::Outputs;
  using Protocol = ClipProtocol;
  using Tuning = srtg::Tuning;

  SrtgMethod(const Tuning& tuning, const clips::Options& data, uint64_t seed, const at::Device& device);

  /// Mean cross-entropy. Terms for the log: top1 and top5 of the batch, and of each gated block the share of samples that were open.
  LossTerms loss(const Batch& batch, const StepContext& context);
  Outputs infer(const Batch& batch);
  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& context);

  std::vector<Parameter> parameters() { return network_.parameters(tuning_.fine_tune); }
  std::vector<NamedTensor> weights();  ///< "srtg/<the authors' name>"
  ModelSummary summary() { return summarise(network_, tuning_.clip_size()); }
  /// Without weights: the largest network has a billion of them.
  [[nodiscard]] static ModelSummary summary_of(const Tuning& tuning, const clips::Options& data) {
    return summarise(Network(tuning.network(data), at::Device(at::kMeta)), tuning.clip_size());
  }
  [[nodiscard]] static ClipProtocol protocol() { return {}; }
  /// As far as names and shapes agree.
  ImportReport import_checkpoint(const std::filesystem::path& file) {
    const auto report = srtg::import_checkpoint(file, network_);
    return {report.text(), report.not_loaded.empty()};
  }
  static void write_epoch_files(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
    write_epoch_csv(folder, history);
  }

 private:
  Tuning tuning_;
  Network network_;
  FoldedNetwork folded_;
};

/// A published structure. All of them run as SrtgMethod: what they differ in is built from values, and 84 copies of one trainer would be
/// no faster.
template <Config C>
class Srtg : public SrtgMethod {
  static_assert(is_valid(C), "block, builder, gate and place must fit together");

 public:
  using Runtime = SrtgMethod;
  using SrtgMethod::SrtgMethod;

  static TrainOptions training_defaults() { return published_training("kinetics-400"); }
  static Tuning tuning_defaults() { return {.config = C}; }
  static clips::Options data_defaults() { return clips::options_of("kinetics-400"); }
};

}  // namespace vbench::srtg
