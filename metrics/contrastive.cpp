#include "metrics/contrastive.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "harness/core/error.hpp"
#include "metrics/confusion.hpp"

namespace vbench {
namespace {

/// Numbers 0, 1, ... in order of first appearance.
std::vector<int64_t> renumbered(const std::vector<int64_t>& merge) {
  std::vector<int64_t> seen, numbers;
  for (const int64_t value : merge) {
    const auto place = std::find(seen.begin(), seen.end(), value);
    numbers.push_back(place - seen.begin());
    if (place == seen.end()) seen.push_back(value);
  }
  return numbers;
}

void check_group(const ClassGroup& group, size_t number, int64_t classes) {
  const auto fail = [&](const std::string& what) { throw input_error(fmt::format("contrastive group {}: {}", number + 1, what)); };
  if (group.classes.empty()) fail("has no classes");
  if (group.merge.size() != group.classes.size()) fail("needs a merged number for each class");
  for (size_t i = 0; i < group.classes.size(); ++i) {
    const int64_t label = group.classes[i];
    if (label < 0 || label >= classes) fail(fmt::format("class {} is not one of {}", label, classes));
    if (std::count(group.classes.begin(), group.classes.end(), label) > 1) fail(fmt::format("names class {} twice", label));
  }
}

void check_samples(const at::Tensor& logits, const at::Tensor& target) {
  if (logits.dim() != 2 || !logits.is_floating_point()) throw input_error("logits must be a floating-point matrix [samples, classes]");
  if (target.dim() != 1 || target.size(0) != logits.size(0) || target.scalar_type() != at::kLong) {
    throw input_error(fmt::format("targets must be one int64 for each of the {} samples", logits.size(0)));
  }
  const auto odd = at::isnan(logits).any(1).nonzero();
  if (odd.numel() > 0) throw Error(ErrorKind::kNumeric, fmt::format("logits of sample {} hold a NaN", odd[0].item<int64_t>()));
}

GroupScore score_of(const ClassGroup& group, const at::Tensor& logits, const at::Tensor& target) {
  const auto numbers = renumbered(group.merge);
  const int64_t merged = *std::max_element(numbers.begin(), numbers.end()) + 1;
  auto place = at::full({logits.size(1)}, -1, at::kLong);
  for (size_t i = 0; i < group.classes.size(); ++i) place[group.classes[i]] = static_cast<int64_t>(i);
  const auto inside = place.index_select(0, target);
  const auto rows = inside.ge(0).nonzero().squeeze(1);
  const auto number = at::tensor(numbers, at::kLong);
  const auto best = logits.index_select(0, rows).index_select(1, at::tensor(group.classes, at::kLong)).argmax(1);
  const auto truth = number.index_select(0, inside.index_select(0, rows));
  return group_score(confusion_matrix(truth, number.index_select(0, best), merged));
}

}  // namespace

int64_t GroupScore::samples() const { return confusion.sum().item<int64_t>(); }

GroupScore group_score(const at::Tensor& confusion) {
  GroupScore score{confusion, diagonal_share(confusion), std::numeric_limits<double>::quiet_NaN()};
  const int64_t samples = score.samples();
  if (samples > 0) score.most_frequent = static_cast<double>(confusion.sum(1).max().item<int64_t>()) / static_cast<double>(samples);
  return score;
}

ContrastiveScore mean_of_groups(std::vector<GroupScore> groups) {
  ContrastiveScore score;
  for (const auto& group : groups) {
    if (group.samples() == 0) continue;
    ++score.counted;
    score.accuracy += group.accuracy;
    score.most_frequent += group.most_frequent;
  }
  score.accuracy /= static_cast<double>(score.counted);
  score.most_frequent /= static_cast<double>(score.counted);
  score.groups = std::move(groups);
  return score;
}

ContrastiveScore contrastive_score(const at::Tensor& logits, const at::Tensor& target, const std::vector<ClassGroup>& groups) {
  check_samples(logits, target);
  const auto values = logits.to(at::kCPU, logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat);
  const auto labels = target.cpu();
  if (labels.numel() > 0 && (labels.min().item<int64_t>() < 0 || labels.max().item<int64_t>() >= values.size(1))) {
    throw input_error(fmt::format("a target is not one of {} classes", values.size(1)));
  }
  std::vector<GroupScore> scores;
  for (size_t i = 0; i < groups.size(); ++i) {
    check_group(groups[i], i, values.size(1));
    scores.push_back(score_of(groups[i], values, labels));
  }
  return mean_of_groups(std::move(scores));
}

}  // namespace vbench
