#include "methods/selavi/video_retrieval.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "methods/selavi/recognition.hpp"
#include "metrics/neighbours.hpp"

namespace vbench::selavi {
namespace {

constexpr std::array<int64_t, 5> kNeighbours{1, 5, 10, 20, 50};

Weights named_weights(const Encoder& base) {
  Weights weights;
  base.collect("base.", weights);
  return weights;
}

VideoFeatures joined(const std::vector<VideoFeatures>& batches) {
  VideoFeatures all;
  std::vector<at::Tensor> features, labels;
  for (const auto& batch : batches) {
    features.push_back(batch.features);
    labels.push_back(batch.labels);
    all.ids.insert(all.ids.end(), batch.ids.begin(), batch.ids.end());
  }
  if (all.ids.empty()) throw input_error("there are no videos to compare");
  all.features = at::cat(features);
  all.labels = at::cat(labels);
  return all;
}

/// @throws Error kUsage for a divisor that is none
Encoder base_of(const VideoRetrievalTuning& tuning, const at::Device& device) {
  check(ClassifierOptions{.divisor = tuning.divisor});
  return Encoder::video(tuning.divisor, device);
}

/// @throws Error kUsage for clips whose map is smaller than what is pooled
void check_pooling(FeaturePooling pooling, const Encoder& base, const Size3& clip) {
  if (pooling != FeaturePooling::kMaxTwo) return;
  const auto map = base.map_size(clip);
  if (*std::min_element(map.begin(), map.end()) < 2)
    throw usage_error(
        fmt::format("the last map of a clip of {}x{}x{} is {}x{}x{} and holds no 2x2x2", clip[0], clip[1], clip[2], map[0], map[1], map[2]),
        "retrieval.pooling=max2", "take longer and larger clips, or --set retrieval.pooling=average");
}

ModelSummary summary_of_base(const Encoder& base, const Size3& clip) {
  auto summary = list_layers(named_weights(base));
  summary.flops = 2 * base.multiply_adds(clip);
  summary.flops_of = fmt::format("one clip of {}x{}x{}", clip[0], clip[1], clip[2]);
  return summary;
}

}  // namespace

void VideoRetrievalTuning::bind(Settings& settings) {
  settings.integer("model.divisor", divisor, "of all numbers of channels: 1, 2, 4, 8, 16, 32; that of the weights of --init", {1, 32});
  settings.choice("retrieval.pooling", pooling, "of the last map: mean over all places, or the largest of 2 x 2 x 2 places, flattened",
                  {{"average", FeaturePooling::kAverage}, {"max2", FeaturePooling::kMaxTwo}});
}

Evaluation VideoRetrievalProtocol::finish() const {
  const auto candidates = joined(candidates_), queries = joined(queries_);
  const int64_t most = std::min(kNeighbours.back(), candidates.features.size(0));
  const auto neighbours = nearest_neighbours(queries.features, candidates.features, most);
  Evaluation evaluation;
  for (const int64_t k : kNeighbours) {
    if (k <= most) evaluation.scores[fmt::format("recall_{}", k)] = neighbour_recall(neighbours, queries.labels, candidates.labels, k);
  }
  evaluation.selection = evaluation.scores.at("recall_1");
  const auto nearest = neighbours.select(1, 0).to(at::kFloat).contiguous();
  evaluation.outputs = {{"nearest", 1, queries.ids, {nearest.data_ptr<float>(), nearest.data_ptr<float>() + nearest.numel()}}};
  return evaluation;
}

ProtocolId VideoRetrievalProtocol::id() {
  return {"selavi-video-retrieval", 1, "test videos among the training videos of a fold; Euclidean distance of mean clip features"};
}

TrainOptions VideoRetrievalMethod::training_defaults() {
  TrainOptions training;
  training.epochs = 0;
  training.eval_batch_size = 4;
  return training;
}

VideoRetrievalMethod::VideoRetrievalMethod(const Tuning& tuning, const clips::StretchOptions& data, uint64_t seed, const at::Device& device)
    : clip_(clip_size(data.picture)), pooling_(tuning.pooling), base_(base_of(tuning, device)), folded_(base_) {
  check_pooling(pooling_, base_, clip_);
  base_.initialize(seed, "video_network.base.");
}

LossTerms VideoRetrievalMethod::loss(const Batch& /*batch*/, const StepContext& /*context*/) {
  throw usage_error("retrieval has nothing to train", "epochs", "leave out --epochs");
}

void VideoRetrievalMethod::before_evaluation(const PlainPass<clips::StretchData>& pass) {
  if (!imported_)
    throw usage_error("features of random weights say nothing", "retrieval", "name the weights of a pretrained network with --init FILE");
  candidates_.clear();
  pass("features of the training videos", [this](const Batch& batch) { candidates_.push_back(infer(batch)); });
}

at::Tensor VideoRetrievalMethod::pooled(const at::Tensor& clips) {
  if (pooling_ == FeaturePooling::kAverage) return folded_.forward(clips);
  return at::max_pool3d(folded_.map(clips).to(at::kFloat), {2, 2, 2}).flatten(1);
}

VideoFeatures VideoRetrievalMethod::infer(const Batch& batch) {
  const auto views = at::tensor(batch.views, at::kLong);
  const auto video_of_clip = at::arange(batch.size(), at::kLong).repeat_interleave(views);
  const auto features = features_of_views(batch.clips, [this](const at::Tensor& x) { return pooled(x); }).to(at::kCPU);
  return {average_clip_features(features, video_of_clip, batch.size()), batch.labels.to(at::kCPU), batch.ids};
}

LossTerms VideoRetrievalMethod::eval_loss(const Batch& /*batch*/, const Outputs& /*outputs*/, const StepContext& /*context*/) {
  LossTerms none;
  none.total = at::zeros({});
  none.weight = 0;
  return none;
}

std::vector<NamedTensor> VideoRetrievalMethod::weights() {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : named_weights(base_)) named.push_back({"selavi/" + name, tensor});
  return named;
}

ModelSummary VideoRetrievalMethod::summary() { return summary_of_base(base_, clip_); }

ModelSummary VideoRetrievalMethod::summary_of(const Tuning& tuning, const clips::StretchOptions& data) {
  return summary_of_base(base_of(tuning, at::Device(at::kMeta)), clip_size(data.picture));
}

ImportReport VideoRetrievalMethod::import_checkpoint(const std::filesystem::path& file) {
  const auto report = import_video_network(file, named_weights(base_));
  imported_ = true;
  return report_of(report);
}

}  // namespace vbench::selavi
