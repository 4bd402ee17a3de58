// COOT as the harness sees it: one class template over the published configurations. Used by register.cpp, tests and benchmarks.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/core/concepts.hpp"
#include "methods/coot/checkpoint.hpp"
#include "methods/coot/protocol.hpp"
#include "methods/coot/tuning.hpp"

namespace vbench::coot {

/// What training needs of one step: a seed for its dropout.
[[nodiscard]] nn::DropoutKeys dropout_keys(const StepContext& context);

/// Embeddings for the protocol: float32 on the CPU, with the batch's names.
[[nodiscard]] Embeddings to_embeddings(const Outputs& outputs, const video_text::Batch& batch);
/// The way back, for losses of an evaluated batch.
[[nodiscard]] Outputs to_outputs(const Embeddings& embeddings);

template <Config C>
class Coot {
  static_assert(is_valid(C), "the sizes of this configuration do not divide each other");

 public:
  using Batch = video_text::Batch;
  using Outputs = Embeddings;
  using Protocol = RetrievalProtocol;
  using Tuning = coot::Tuning;

  static TrainOptions training_defaults() { return C.training; }
  static Tuning tuning_defaults() { return Tuning::of(C); }
  static video_text::Options data_defaults() { return data_options(C.data); }

  Coot(const Tuning& tuning, const video_text::Options& data, uint64_t seed, const at::Device& device)
      : tuning_(tuning), model_(tuning.model(data), seed, device) {}

  /// Training mode; dropout and sampled positions depend on nothing but `context`.
  LossTerms loss(const Batch& batch, const StepContext& context) {
    auto keys = dropout_keys(context);
    return coot_loss(model_.forward(batch, keys), batch.clip_num, batch.sent_num, tuning_.loss, context, "train");
  }

  Embeddings infer(const Batch& batch) {
    nn::DropoutKeys keys;
    return to_embeddings(model_.forward(batch, keys), batch);
  }

  LossTerms eval_loss(const Batch& batch, const Embeddings& embeddings, const StepContext& context) {
    return coot_loss(to_outputs(embeddings), batch.clip_num, batch.sent_num, tuning_.loss, context, "evaluate");
  }

  std::vector<Parameter> parameters() { return model_.parameters(); }
  std::vector<NamedTensor> weights() { return model_.weights(); }
  ModelSummary summary() { return model_.summary(); }
  RetrievalProtocol protocol() { return RetrievalProtocol(tuning_.select_by); }
  void import_checkpoint(const std::filesystem::path& file) { coot::import_checkpoint(file, model_.weights()); }

 private:
  Tuning tuning_;
  Model model_;
};

}  // namespace vbench::coot
