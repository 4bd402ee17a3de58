#include "methods/srtg/protocol.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "harness/core/files.hpp"
#include "harness/train/step_line.hpp"
#include "metrics/classification.hpp"

namespace vbench::srtg {
namespace {

constexpr int64_t kTop = 5;

ItemOutput item_output(const std::string& name, const std::vector<std::string>& ids, const std::vector<int64_t>& values) {
  ItemOutput output{name, 1, ids, {}};
  for (const int64_t value : values) output.values.push_back(static_cast<float>(value));
  return output;
}

double share_within(const std::vector<int64_t>& ranks, int64_t k) {
  const auto hits = std::count_if(ranks.begin(), ranks.end(), [k](int64_t rank) { return rank <= k; });
  return static_cast<double>(hits) / static_cast<double>(ranks.size());
}

/// Each class that occurs counts the same.
double mean_over_classes(const std::vector<int64_t>& ranks, const std::vector<int64_t>& labels) {
  std::map<int64_t, std::vector<int64_t>> by_class;
  for (size_t i = 0; i < ranks.size(); ++i) by_class[labels[i]].push_back(ranks[i]);
  double sum = 0;
  for (const auto& [label, of_class] : by_class) sum += share_within(of_class, 1);
  return sum / static_cast<double>(by_class.size());
}

double value_of(const std::map<std::string, double>& values, const std::string& key) {
  const auto found = values.find(key);
  return found == values.end() ? std::nan("") : found->second;
}

}  // namespace

at::Tensor video_scores(const Outputs& outputs) {
  if (outputs.logits.size(0) == outputs.labels.size(0)) return outputs.logits;
  std::vector<at::Tensor> videos;
  int64_t first = 0;
  for (const int64_t views : outputs.views) {
    videos.push_back(outputs.logits.narrow(0, first, views).softmax(1).mean(0));
    first += views;
  }
  return at::stack(videos);
}

void ClipProtocol::add(const Outputs& outputs) {
  const auto scores = video_scores(outputs);
  const auto ranks = class_ranks(scores, outputs.labels);
  several_views_ = several_views_ || outputs.logits.size(0) != outputs.labels.size(0);
  if (!several_views_) running_.add(at::cross_entropy_loss(scores, outputs.labels).item<double>(), ranks);
  const auto predicted = scores.argmax(1);
  for (int64_t row = 0; row < ranks.numel(); ++row) {
    ranks_.push_back(ranks[row].item<int64_t>());
    labels_.push_back(outputs.labels[row].item<int64_t>());
    predicted_.push_back(predicted[row].item<int64_t>());
  }
  ids_.insert(ids_.end(), outputs.ids.begin(), outputs.ids.end());
}

Evaluation ClipProtocol::finish() const {
  Evaluation evaluation;
  const std::string name = several_views_ ? "video_top" : "top";
  evaluation.scores[name + "1"] = share_within(ranks_, 1);
  evaluation.scores[name + "5"] = share_within(ranks_, kTop);
  evaluation.scores["class_top1"] = mean_over_classes(ranks_, labels_);
  if (!several_views_) {
    const auto upstream = running_.upstream_figures();
    evaluation.scores["upstream_top1"] = upstream.top1;
    evaluation.scores["upstream_top5"] = upstream.top5;
    evaluation.scores["upstream_loss"] = upstream.loss;
  }
  evaluation.selection = evaluation.scores[name + "1"];
  evaluation.outputs = {item_output("rank", ids_, ranks_), item_output("label", ids_, labels_), item_output("predicted", ids_, predicted_)};
  return evaluation;
}

ProtocolId ClipProtocol::id() {
  return {"clip-classification", 1,
          "validation list; one clip a video: top1, top5; all clips, softmax mean: video_top1, video_top5; ties: the lower class first"};
}

void write_epoch_csv(const std::filesystem::path& folder, const std::vector<EpochRecord>& history) {
  std::string train = epoch_csv_header(), validation = epoch_csv_header();
  for (const auto& record : history) {
    const auto& loss = record.train_loss;
    train += epoch_csv_row({record.epoch, value_of(loss, "top1"), value_of(loss, "top5"), value_of(loss, "total")});
    if (!record.scores.contains("upstream_top1")) continue;
    const auto& scores = record.scores;
    validation += epoch_csv_row(
        {record.epoch, value_of(scores, "upstream_top1"), value_of(scores, "upstream_top5"), value_of(scores, "upstream_loss")});
  }
  write_file_atomically(folder / epoch_csv_name(true, 0), train);
  write_file_atomically(folder / epoch_csv_name(false, 0), validation);
}

}  // namespace vbench::srtg
