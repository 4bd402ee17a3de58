#include "methods/selavi/recognition.hpp"

#include <ATen/ATen.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "metrics/classification.hpp"
#include "metrics/statistics.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kPublishedClasses = 101;  // `vbench show` opens no data
constexpr int64_t kViewsAtOnce = 8;

ClassifierOptions options_for(ClassifierOptions options, const clips::StretchOptions& data) {
  options.classes = data.files.classes > 0 ? data.files.classes : kPublishedClasses;
  return options;
}

ItemOutput item_output(const std::string& name, const std::vector<std::string>& ids, const at::Tensor& values) {
  const auto floats = values.to(at::kFloat).contiguous();
  return {name, 1, ids, {floats.data_ptr<float>(), floats.data_ptr<float>() + floats.numel()}};
}

/// Each class that occurs counts the same.
double mean_over_classes(const at::Tensor& ranks, const at::Tensor& labels) {
  std::map<int64_t, std::vector<double>> hits;
  for (int64_t i = 0; i < ranks.numel(); ++i) hits[labels[i].item<int64_t>()].push_back(ranks[i].item<int64_t>() == 1 ? 1 : 0);
  std::vector<double> means;
  for (const auto& [label, of_class] : hits) means.push_back(mean(of_class));
  return mean(means);
}

}  // namespace

void RecognitionTuning::bind(Settings& settings) {
  settings.integer("model.divisor", network.divisor, "of all numbers of channels: 1, 2, 4, 8, 16, 32; that of the weights of --init",
                   {1, 32});
  settings.flag("model.normalise", network.normalise, "features have length 1");
  settings.flag("model.batch_norm", network.batch_norm, "BatchNorm of the features, without gain and shift that learn");
  settings.number("model.dropout", network.dropout, "of the features; the authors' option takes 0.7", {0, 0.99});
  settings.flag("model.frozen", network.frozen_base, "only the linear layer learns; needs --init");
  settings.flag("model.pretrained", pretrained, "results without weights of --init are marked as not valid");
}

Evaluation RecognitionProtocol::finish() const {
  std::vector<at::Tensor> logits, labels;
  std::vector<std::string> ids;
  for (const auto& batch : batches_) {
    logits.push_back(batch.logits);
    labels.push_back(batch.labels);
    ids.insert(ids.end(), batch.ids.begin(), batch.ids.end());
  }
  if (ids.empty()) throw input_error("no video was evaluated");
  const auto scores = at::cat(logits), classes = at::cat(labels);
  const auto ranks = class_ranks(scores, classes);
  Evaluation evaluation;
  evaluation.scores = {
      {"video_top1", accuracy_at(ranks, 1)}, {"video_top5", accuracy_at(ranks, 5)}, {"class_top1", mean_over_classes(ranks, classes)}};
  evaluation.selection = evaluation.scores.at("video_top1");
  evaluation.outputs = {item_output("rank", ids, ranks), item_output("label", ids, classes),
                        item_output("predicted", ids, scores.argmax(1))};
  return evaluation;
}

ProtocolId RecognitionProtocol::id() {
  return {"selavi-recognition", 1, "test list of a fold; a video's score is the mean of its clips' logits; ties: the lower class first"};
}

Size3 clip_size(const video::PictureOptions& picture) { return {picture.frames, picture.crop, picture.crop}; }

at::Tensor features_of_views(const at::Tensor& clips, const std::function<at::Tensor(const at::Tensor&)>& features) {
  std::vector<at::Tensor> all;
  for (int64_t first = 0; first < clips.size(0); first += kViewsAtOnce)
    all.push_back(features(clips.narrow(0, first, std::min(kViewsAtOnce, clips.size(0) - first))).to(at::kFloat));
  return at::cat(all);
}

// The steps lie at 6 and 10 in the authors' code, whose scheduler is first asked at the end of the warm-up and so falls behind by one.
TrainOptions RecognitionMethod::training_defaults() {
  TrainOptions training;
  training.epochs = 12;
  training.batch_size = 32;
  training.eval_batch_size = 1;  // of 30 clips
  training.drop_last = true;
  training.optimizer = {.kind = OptimizerKind::kSgd, .learning_rate = 0.0025, .momentum = 0.9, .weight_decay = 0.005};
  training.schedule = {.kind = ScheduleKind::kMultiFactor,
                       .factor = 0.05,
                       .steps = {7, 11},
                       .cycle = RateCycle::kOff,
                       .warmup_epochs = 2,
                       .warmup_unit = WarmupUnit::kGradual,
                       .warmup_multiplier = 8};
  training.early_stop_epochs = 0;
  training.improvement = 0;
  return training;
}

RecognitionMethod::RecognitionMethod(const Tuning& tuning, const clips::StretchOptions& data, uint64_t seed, const at::Device& device)
    : clip_(clip_size(data.picture)),
      frozen_(tuning.network.frozen_base),
      pretrained_(tuning.pretrained),
      classifier_(options_for(tuning.network, data), device),
      base_(classifier_.base()) {
  classifier_.initialize(seed);
}

void RecognitionMethod::before_epoch(int64_t /*epoch*/) const {
  if (frozen_ && !imported_)
    throw usage_error("a linear layer alone learns nothing from features of random weights", "model.frozen=true",
                      "name the weights of a pretrained network with --init FILE");
}

ImportReport RecognitionMethod::import_checkpoint(const std::filesystem::path& file) {
  const auto report = selavi::import_checkpoint(file, classifier_);
  imported_ = true;
  return report_of(report);
}

std::string RecognitionMethod::doubt() const {
  return pretrained_ && !imported_ ? "the video network began with random weights; the variant is that of a pretrained one, with --init"
                                   : "";
}

ModelSummary RecognitionMethod::summary_of(const Tuning& tuning, const clips::StretchOptions& data) {
  return summarise(Classifier(options_for(tuning.network, data), at::Device(at::kMeta)), clip_size(data.picture));
}

std::vector<NamedTensor> RecognitionMethod::weights() {
  std::vector<NamedTensor> named;
  for (const auto& [name, tensor] : classifier_.weights()) named.push_back({"selavi/" + name, tensor});
  return named;
}

LossTerms RecognitionMethod::loss(const Batch& batch, const StepContext& context) {
  const Pass pass{.training = true,
                  .dropout_key = derive_seed(context.seed, "selavi.dropout", static_cast<uint64_t>(context.epoch),
                                             static_cast<uint64_t>(context.step))};
  const auto logits = classifier_.forward(batch.clips, pass).to(at::kFloat);
  LossTerms loss{at::cross_entropy_loss(logits, batch.labels), {}};
  const auto ranks = class_ranks(logits.detach(), batch.labels);
  loss.terms = {{"top1", accuracy_at(ranks, 1)}, {"top5", accuracy_at(ranks, 5)}};
  return loss;
}

VideoLogits RecognitionMethod::infer(const Batch& batch) {
  const auto logits = classifier_.logits(features_of_views(batch.clips, [this](const at::Tensor& x) { return base_.forward(x); }), Pass{})
                          .to(at::kCPU, at::kFloat);
  std::vector<at::Tensor> videos;
  int64_t first = 0;
  for (const int64_t views : batch.views) {
    videos.push_back(logits.narrow(0, first, views).mean(0));
    first += views;
  }
  return {at::stack(videos), batch.labels.to(at::kCPU), batch.ids};
}

LossTerms RecognitionMethod::eval_loss(const Batch& /*batch*/, const Outputs& outputs, const StepContext& /*context*/) {
  LossTerms loss;
  loss.total = at::cross_entropy_loss(outputs.logits, outputs.labels);
  loss.weight = static_cast<double>(outputs.ids.size());
  return loss;
}

}  // namespace vbench::selavi
