#include "methods/smth3d/protocol.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "datasets/formats/hdf5.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "methods/smth3d/confusion_files.hpp"
#include "metrics/classification.hpp"
#include "metrics/confusion.hpp"
#include "metrics/contrastive.hpp"

namespace vbench::smth3d {
namespace {

constexpr int64_t kTop = 5;

ItemOutput item_output(const std::string& name, const std::vector<std::string>& ids, const at::Tensor& values) {
  ItemOutput output{name, 1, ids, {}};
  for (int64_t i = 0; i < values.numel(); ++i) output.values.push_back(static_cast<float>(values[i].item<int64_t>()));
  return output;
}

/// Each class that occurs counts the same.
double mean_over_classes(const at::Tensor& ranks, const at::Tensor& labels, int64_t classes) {
  const auto videos = at::bincount(labels, {}, classes).to(at::kDouble);
  const auto right = at::bincount(labels, ranks.eq(1).to(at::kDouble), classes);
  const auto occurs = videos.gt(0);
  return right.masked_select(occurs).div(videos.masked_select(occurs)).mean().item<double>();
}

std::vector<ClassGroup> groups_of(const ClassKnowledge& classes) {
  std::vector<ClassGroup> groups;
  for (const auto& group : classes.groups) groups.push_back({group.classes, group.merge});
  return groups;
}

void check_id(const std::string& id, const std::filesystem::path& file) {
  if (!id.empty() && id.find_first_of(";\r\n") == std::string::npos) return;
  throw input_error(fmt::format("the video '{}' cannot be named in this format: a line is ID;CLASS;...", printable(id)), file.string());
}

Outputs joined(const std::vector<Outputs>& batches) {
  Outputs all;
  if (batches.empty()) return {at::zeros({0, 0}), at::zeros({0, 0}), at::zeros({0}, at::kLong), {}};
  std::vector<at::Tensor> logits, features, labels;
  for (const auto& batch : batches) {
    logits.push_back(batch.logits);
    features.push_back(batch.features);
    labels.push_back(batch.labels);
    all.ids.insert(all.ids.end(), batch.ids.begin(), batch.ids.end());
  }
  all.logits = at::cat(logits);
  all.features = at::cat(features);
  all.labels = at::cat(labels);
  return all;
}

Outputs labelled(const Outputs& outputs) {
  const auto rows = outputs.labels.ge(0).nonzero().squeeze(1);
  Outputs kept{outputs.logits.index_select(0, rows), outputs.features.index_select(0, rows), outputs.labels.index_select(0, rows), {}};
  for (int64_t i = 0; i < rows.numel(); ++i) kept.ids.push_back(outputs.ids[static_cast<size_t>(rows[i].item<int64_t>())]);
  return kept;
}

void check_top_of(int64_t top, int64_t classes) {
  if (top >= 1 && top <= classes) return;
  throw usage_error(fmt::format("the {} best of {} classes cannot be written", top, classes), "--top",
                    fmt::format("give 1 to {}", classes));
}

}  // namespace

std::vector<std::string> class_labels(const std::vector<std::string>& names, int64_t classes) {
  std::vector<std::string> labels;
  for (int64_t i = 0; i < classes; ++i) {
    labels.push_back(static_cast<size_t>(i) < names.size() ? names[static_cast<size_t>(i)] : fmt::format("class {}", i));
  }
  return labels;
}

void SomethingProtocol::add(const Outputs& outputs) { batches_.push_back(outputs); }

Evaluation SomethingProtocol::finish() const {
  Evaluation evaluation;
  const auto all = joined(batches_), known = labelled(all);
  if (all.ids.empty()) return evaluation;
  const auto predicted = item_output("predicted", all.ids, all.logits.argmax(1));
  if (known.ids.empty()) {
    evaluation.outputs = {predicted};
    return evaluation;
  }
  const auto ranks = class_ranks(known.logits, known.labels);
  evaluation.scores["top1"] = accuracy_at(ranks, 1);
  evaluation.scores["top5"] = accuracy_at(ranks, kTop);
  evaluation.scores["class_top1"] = mean_over_classes(ranks, known.labels, known.logits.size(1));
  const auto commonsense = contrastive_score(known.logits, known.labels, groups_of(classes_));
  if (commonsense.counted > 0) {
    evaluation.scores["commonsense"] = commonsense.accuracy;
    evaluation.scores["commonsense_chance"] = commonsense.most_frequent;
  }
  evaluation.selection = -at::cross_entropy_loss(known.logits.to(at::kDouble), known.labels).item<double>();
  evaluation.outputs = {item_output("rank", known.ids, ranks), item_output("label", known.ids, known.labels), predicted};
  return evaluation;
}

ProtocolId SomethingProtocol::id() {
  return {"something-classification", 1,
          "validation list; mean of the clips' features a video: top1, top5; commonsense: highest logit within each contrastive group, "
          "mean over the groups that have videos; ties: the lower class first"};
}

void SomethingProtocol::write_evaluation_files(const std::filesystem::path& folder) const {
  const auto known = labelled(joined(batches_));
  if (known.ids.empty()) return;
  const int64_t classes = known.logits.size(1);
  const auto names = class_labels(classes_.names, classes);
  write_confusion_files(folder, confusion_matrix(known.labels, known.logits.argmax(1), classes), names);
  const auto groups = groups_of(classes_);
  if (!groups.empty()) write_contrastive_groups(folder, contrastive_score(known.logits, known.labels, groups), groups, names);
}

void SomethingProtocol::check_top(int64_t top) const {
  const auto classes = static_cast<int64_t>(classes_.names.size());
  if (classes > 0) check_top_of(top, classes);
}

void SomethingProtocol::save_predictions(const std::filesystem::path& file, int64_t top) const {
  const auto all = joined(batches_);
  const int64_t classes = all.logits.size(1);
  if (!all.ids.empty()) check_top_of(top, classes);
  const auto odd = at::isnan(all.logits).any(1).nonzero();
  if (odd.numel() > 0) {
    const auto row = static_cast<size_t>(odd[0].item<int64_t>());
    throw Error(ErrorKind::kNumeric, fmt::format("logits of the video '{}' hold a NaN", printable(all.ids[row])), file.string());
  }
  const auto order = at::argsort(all.logits, /*stable=*/true, 1, /*descending=*/true);
  std::string text;
  for (size_t i = 0; i < all.ids.size(); ++i) {
    check_id(all.ids[i], file);
    const auto best = order[static_cast<int64_t>(i)].narrow(0, 0, top).contiguous();
    text += fmt::format("{};{}\n", all.ids[i], fmt::join(best.data_ptr<int64_t>(), best.data_ptr<int64_t>() + top, ";"));
  }
  write_file_atomically(file, text);
}

void SomethingProtocol::save_embeddings(const std::filesystem::path& file) const {
  const auto all = joined(batches_);
  replace_file_atomically(file, [&](const std::filesystem::path& temporary) {
    auto stored = hdf5::File::create(temporary);
    stored.write("logits", all.logits);
    stored.write("features", all.features);
    stored.write("labels", all.labels);
    stored.write_strings("ids", all.ids);
    stored.write_strings("classes", class_labels(classes_.names, all.logits.size(1)));
    stored.close();
  });
}

}  // namespace vbench::smth3d
