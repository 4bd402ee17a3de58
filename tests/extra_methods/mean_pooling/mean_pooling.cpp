// The smallest method that trains: mean of the features, one linear layer a modality, a hinge on cosine similarities.
// docs/adding-a-method.md explains it.
#include <torch/types.h>

#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/registry.hpp"
#include "harness/core/settings.hpp"
#include "harness/train/pairing.hpp"
#include "metrics/retrieval.hpp"

namespace vbench {
namespace {

/// What may be tuned with --set.
struct MeanPoolingTuning {
  double margin = 0.2;
  void bind(Settings& settings) { settings.number("loss.margin", margin, "hinge margin, in cosine similarity", {0, 2}); }
};

/// Both embeddings of a batch, [B, width] float32, normalised.
struct MeanPoolingOutputs {
  torch::Tensor videos, paragraphs;
};

/// Retrieval between whole videos and paragraphs.
class MeanPoolingProtocol {
 public:
  void add(const MeanPoolingOutputs& outputs) {
    videos_.push_back(outputs.videos.cpu());
    paragraphs_.push_back(outputs.paragraphs.cpu());
  }
  Evaluation finish() {
    const auto ranks = paired_ranks(torch::cat(videos_), torch::cat(paragraphs_));
    Evaluation evaluation{retrieval_scores("v2p", ranks.a_to_b), selection_score(ranks), {}};
    evaluation.scores.merge(retrieval_scores("p2v", ranks.b_to_a));
    return evaluation;
  }
  static ProtocolId id() { return {"mean-pooling-retrieval", 1, "cosine retrieval over the whole split"}; }

 private:
  std::vector<torch::Tensor> videos_, paragraphs_;
};

template <int kWidth>
class MeanPooling {
 public:
  using Batch = video_text::Batch;
  using Outputs = MeanPoolingOutputs;
  using Protocol = MeanPoolingProtocol;
  using Tuning = MeanPoolingTuning;

  static TrainOptions training_defaults() {
    TrainOptions options;
    options.epochs = 10;
    return options;
  }
  static Tuning tuning_defaults() { return {}; }
  static YouCook2::Options data_defaults() { return {}; }

  MeanPooling(const Tuning& tuning, const YouCook2::Options& data, uint64_t seed, const at::Device& device)
      : tuning_(tuning),
        video_(make_layer(data.video_width, seed, "video", device)),
        text_(make_layer(data.text_width, seed, "text", device)) {}

  LossTerms loss(const Batch& batch, const StepContext&) { return hinge(infer(batch)); }
  LossTerms eval_loss(const Batch&, const Outputs& outputs, const StepContext&) { return hinge(outputs); }
  Outputs infer(const Batch& batch) { return {embed(video_, batch.video), embed(text_, batch.paragraph)}; }
  Protocol protocol() { return {}; }

  std::vector<Parameter> parameters() { return {{"video/weight", video_, 1.0}, {"text/weight", text_, 1.0}}; }
  std::vector<NamedTensor> weights() { return {{"video/weight", video_}, {"text/weight", text_}}; }
  ModelSummary summary() {
    return {{{"video", "linear", "", video_.numel()}, {"text", "linear", "", text_.numel()}},
            video_.numel() + text_.numel(),
            2 * (video_.numel() + text_.numel()),
            "one video and its paragraph"};
  }

 private:
  static torch::Tensor make_layer(int64_t width, uint64_t seed, const char* name, const at::Device& device) {
    RandomStream random(seed, name);
    auto weight = torch::empty({width, kWidth});
    float* values = weight.data_ptr<float>();
    for (int64_t i = 0; i < weight.numel(); ++i) values[i] = static_cast<float>(random.normal() / std::sqrt(static_cast<double>(width)));
    return weight.to(device).requires_grad_(true);
  }

  static torch::Tensor embed(const torch::Tensor& weight, const video_text::Sequences& sequences) {
    const auto lengths = torch::tensor(sequences.lengths, torch::kFloat).to(weight.device()).unsqueeze(1);
    const auto means = sequences.padded().sum(1) / lengths;
    const auto embedded = torch::mm(means, weight);
    return embedded / embedded.norm(2, 1, true);
  }

  LossTerms hinge(const Outputs& outputs) const {
    const auto similarity = torch::mm(outputs.videos, outputs.paragraphs.t());
    const auto right = similarity.diag().unsqueeze(1);
    const auto loss = torch::relu(tuning_.margin + similarity - right).mean();
    return {loss, {{"hinge", loss.item<double>()}}};
  }

  Tuning tuning_;
  torch::Tensor video_, text_;
};

}  // namespace

void register_mean_pooling(Registry& registry) {
  registry.method("mean_pooling", "mean of the features and one linear layer: an example from outside the tree")
      .variant("youcook2", "mean-64", "no table: an example", pair_of<MeanPooling<64>, YouCook2>());
}

}  // namespace vbench
