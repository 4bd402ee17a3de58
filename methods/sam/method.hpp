// SAM as the harness sees it: one class template over the variants' configurations. Used by register.cpp, tests and benchmarks.
#pragma once

#include <filesystem>
#include <type_traits>
#include <vector>

#include "datasets/set_abstraction/set_data.hpp"
#include "harness/core/concepts.hpp"
#include "harness/core/error.hpp"
#include "methods/sam/answers.hpp"
#include "methods/sam/checkpoint.hpp"
#include "methods/sam/mean_heads.hpp"
#include "methods/sam/ordering.hpp"
#include "methods/sam/protocol.hpp"
#include "methods/sam/tuning.hpp"

namespace vbench::sam {

/// Nothing to train: raw features.
struct NoNetwork {
  NoNetwork(const NetworkOptions& /*options*/, uint64_t /*seed*/, const at::Device& /*device*/) {}
  [[nodiscard]] static std::vector<NamedTensor> weights() { return {}; }
  [[nodiscard]] static std::vector<Parameter> parameters() { return {}; }
  [[nodiscard]] static int64_t min_scale() { return 1; }
};

template <Architecture A>
using NetworkOf =
    std::conditional_t<A == Architecture::kRelations, Network, std::conditional_t<A == Architecture::kMeanLinear, MeanHeads, NoNetwork>>;

/// Losses of several groups as one: the mean weighted by their numbers of sets. No groups: a loss of weight 0.
[[nodiscard]] LossTerms join_losses(const std::vector<LossTerms>& losses);

/// The question without what only the network needed.
[[nodiscard]] set_abstraction::Group without_features(const set_abstraction::Group& group);

/// [1, n, D] on `device`. @throws Error kUsage for names that the dataset does not know
[[nodiscard]] at::Tensor stack_features(const set_abstraction::SetData& data, const std::vector<std::string>& videos,
                                        const at::Device& device);

[[nodiscard]] ModelSummary summarise(const std::vector<NamedTensor>& weights, const NetworkOptions& options, Architecture architecture);

template <Config C>
class Sam {
  static_assert(is_valid(C), "scales must ascend, and the predictor must be able to work with them");
  static constexpr bool kHasHeads = C.architecture != Architecture::kMean;

 public:
  using Batch = set_abstraction::Batch;
  using Outputs = sam::Outputs;
  using Protocol = SetProtocol;
  using Tuning = sam::Tuning;

  static TrainOptions training_defaults() { return C.training; }
  static Tuning tuning_defaults() { return Tuning::of(C); }
  static set_abstraction::Options data_defaults() { return {}; }

  Sam(const Tuning& tuning, const set_abstraction::Options& data, uint64_t seed, const at::Device& device)
      : tuning_(tuning), options_(tuning.network(data)), device_(device), network_(options_, seed, device) {}

  LossTerms loss(const Batch& batch, const StepContext& /*context*/) {
    std::vector<LossTerms> losses;
    if constexpr (kHasHeads) {
      for (const auto& group : batch.groups) losses.push_back(group_loss(group, network_.forward(group.features)));
    }
    return join_losses(losses);
  }

  Outputs infer(const Batch& batch) {
    Outputs outputs;
    for (const auto& group : batch.groups) outputs.push_back(answer(group));
    return outputs;
  }

  LossTerms eval_loss(const Batch& batch, const Outputs& outputs, const StepContext& /*context*/) {
    std::vector<LossTerms> losses;
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (outputs[i].heads) losses.push_back(group_loss(batch.groups[i], *outputs[i].heads));
    }
    return join_losses(losses);
  }

  std::vector<Parameter> parameters() { return network_.parameters(); }
  /// "sam/<the authors' name>": checkpoints of ours hold one dictionary a network.
  std::vector<NamedTensor> weights() {
    auto weights = network_.weights();
    for (auto& weight : weights) weight.name = "sam/" + weight.name;
    return weights;
  }
  ModelSummary summary() { return summarise(weights(), options_, C.architecture); }
  [[nodiscard]] SetProtocol protocol() const { return {tuning_.select_by, nullptr}; }
  [[nodiscard]] SetProtocol protocol(const set_abstraction::SetData& data) const { return {tuning_.select_by, &data.graph()}; }
  void import_checkpoint(const std::filesystem::path& file) { sam::import_checkpoint(file, weights()); }

  std::vector<Answer> predict(const set_abstraction::SetData& data, const PredictRequest& request) {
    const auto set = stack_features(data, request.videos, device_);
    std::vector<Answer> answers;
    if constexpr (kHasHeads) {
      answers = abstraction_answers(data.graph(), network_.forward(set).logits[0], request.videos, network_.min_scale(), request.top);
    }
    if (!request.candidates.empty()) {
      const auto distances = ordering().completion(set, stack_features(data, request.candidates, device_));
      answers.push_back(completion_answer(distances[0], request.candidates, request.top));
    }
    if (request.videos.size() >= 3) answers.push_back(odd_one_out_answer(ordering().odd_one_out(set)[0], request.videos));
    if (answers.empty()) throw usage_error("two videos without candidates leave nothing to predict", "vbench predict", "add --candidates");
    return answers;
  }

 private:
  LossTerms group_loss(const set_abstraction::Group& group, const Network::Heads& heads) {
    return sam_loss(heads, group.embeddings, group.labels, network_.min_scale(), tuning_.loss);
  }

  [[nodiscard]] Ordering ordering() const {
    if constexpr (C.architecture == Architecture::kRelations) return {&network_, tuning_.predictor, tuning_.small_sets};
    return {};
  }

  GroupOutputs answer(const set_abstraction::Group& group) {
    GroupOutputs outputs{without_features(group), group.features.size(1), 1, {}, {}};
    switch (group.task) {
      case set_abstraction::Task::kAbstraction:
        if constexpr (kHasHeads) {
          outputs.min_size = network_.min_scale();
          outputs.heads = network_.forward(group.features);
        }
        break;
      case set_abstraction::Task::kCompletion:
        outputs.distances = ordering().completion(group.features, group.query);
        break;
      case set_abstraction::Task::kOddOneOut:
        outputs.distances = ordering().odd_one_out(group.features);
        break;
    }
    return outputs;
  }

  Tuning tuning_;
  NetworkOptions options_;
  at::Device device_;
  NetworkOf<C.architecture> network_;
};

}  // namespace vbench::sam
