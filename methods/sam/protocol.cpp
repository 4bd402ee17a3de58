#include "methods/sam/protocol.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <cmath>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"
#include "metrics/classification.hpp"
#include "metrics/rank_correlation.hpp"
#include "metrics/set_tasks.hpp"

namespace vbench::sam {
namespace {

std::vector<int64_t> values_of(const at::Tensor& tensor) {
  const auto flat = tensor.to(torch::kCPU, torch::kLong).contiguous();
  return {flat.data_ptr<int64_t>(), flat.data_ptr<int64_t>() + flat.numel()};
}

/// Share of right answers, overall and for parts of them.
struct Counter {
  int64_t seen = 0, right = 0;
  void add(bool is_right) {
    ++seen;
    right += is_right ? 1 : 0;
  }
};

struct Mean {
  double sum = 0;
  int64_t seen = 0;
  void add(double value) {
    sum += value;
    ++seen;
  }
};

// Scores exist only for what was seen: no set of a size, no score of that size.
void put(Scores& scores, const std::string& name, const Counter& counter) {
  if (counter.seen > 0) scores[name] = static_cast<double>(counter.right) / static_cast<double>(counter.seen);
}
void put(Scores& scores, const std::string& name, const Mean& mean) {
  if (mean.seen > 0) scores[name] = mean.sum / static_cast<double>(mean.seen);
}

const char* score_of(SelectBy select_by) {
  switch (select_by) {
    case SelectBy::kAbstraction:
      return "abstraction_top1";
    case SelectBy::kCompletion:
      return "completion_rho";
    case SelectBy::kOddOneOut:
      return "ooo_acc";
  }
  return "";
}

}  // namespace

void SetProtocol::add(const Outputs& outputs) {
  for (const auto& group : outputs) {
    if (group.heads) add_abstraction(group);
    if (group.asked.task == set_abstraction::Task::kCompletion) add_completion(group);
    if (group.asked.task == set_abstraction::Task::kOddOneOut) add_odd_one_out(group);
  }
}

void SetProtocol::add_abstraction(const GroupOutputs& group) {
  const auto& logits = group.heads->logits;  // [B, K', C]
  const int64_t rows = logits.size(0) * logits.size(1), classes = logits.size(2);
  const int64_t all = set_abstraction::power_set_size(group.members);
  const auto targets = group.asked.labels.narrow(1, all - logits.size(1), logits.size(1)).reshape({rows});
  auto& answers = answers_[{group.members, group.min_size}];
  answers.members = group.members;
  answers.min_size = group.min_size;
  answers.ids.insert(answers.ids.end(), group.asked.names.begin(), group.asked.names.end());
  const auto append = [](std::vector<int64_t>& to, const std::vector<int64_t>& more) { to.insert(to.end(), more.begin(), more.end()); };
  append(answers.ranks, values_of(class_ranks(logits.reshape({rows, classes}), targets)));
  append(answers.predicted, values_of(logits.argmax(2)));
  append(answers.targets, values_of(targets));
}

void SetProtocol::add_completion(const GroupOutputs& group) {
  const auto predicted = group.distances.to(torch::kDouble).contiguous();
  const auto truth = group.asked.distances.to(torch::kDouble).contiguous();
  for (int64_t row = 0; row < group.asked.size(); ++row) {
    const auto given = predicted[row], wanted = truth[row];
    const auto count = static_cast<size_t>(given.numel());
    Record record{group.asked.names[static_cast<size_t>(row)], group.members, 0};
    record.value = spearman({wanted.data_ptr<double>(), count}, {given.data_ptr<double>(), count});
    completions_.push_back(std::move(record));
  }
}

void SetProtocol::add_odd_one_out(const GroupOutputs& group) {
  const auto ranks = values_of(outlier_ranks(group.distances, group.asked.outliers));
  for (int64_t row = 0; row < group.asked.size(); ++row) {
    odd_ones_.push_back({group.asked.names[static_cast<size_t>(row)], group.members, static_cast<double>(ranks[static_cast<size_t>(row)])});
  }
}

void SetProtocol::score_abstraction(Evaluation& evaluation) const {
  std::map<std::string, Counter> counters;
  Mean distance;
  for (const auto& [key, answers] : answers_) {
    const auto subsets = set_abstraction::power_set(answers.members, answers.min_size);
    ItemOutput output{fmt::format("abstraction_rank_n{}", answers.members), static_cast<int64_t>(subsets.size()), answers.ids, {}};
    for (size_t i = 0; i < answers.ranks.size(); ++i) {
      const int64_t rank = answers.ranks[i], target = answers.targets[i];
      output.values.push_back(static_cast<float>(rank));
      const size_t size = subsets[i % subsets.size()].size();
      for (const int64_t k : {1, 5}) {
        counters[fmt::format("abstraction_top{}", k)].add(rank <= k);
        counters[fmt::format("abstraction_top{}_n{}", k, size)].add(rank <= k);
      }
      if (graph_ == nullptr) continue;
      counters[graph_->is_concrete(target) ? "abstraction_top1_concrete" : "abstraction_top1_abstract"].add(rank == 1);
      const int64_t edges = graph_->distance(answers.predicted[i], target);
      if (edges >= 0) distance.add(static_cast<double>(edges));
    }
    evaluation.outputs.push_back(std::move(output));
  }
  for (const auto& [name, counter] : counters) put(evaluation.scores, name, counter);
  put(evaluation.scores, "abstraction_distance", distance);
}

void SetProtocol::score_completion(Evaluation& evaluation) const {
  if (completions_.empty()) return;
  std::map<std::string, Mean> means;
  ItemOutput rho{"completion_rho", 1, {}, {}};
  int64_t undefined = 0;
  for (const auto& record : completions_) {
    rho.ids.push_back(record.id);
    rho.values.push_back(static_cast<float>(record.value));
    if (std::isnan(record.value)) {
      ++undefined;
      continue;
    }
    means["completion_rho"].add(record.value);
    means[fmt::format("completion_rho_n{}", record.size)].add(record.value);
  }
  for (const auto& [name, mean] : means) put(evaluation.scores, name, mean);
  evaluation.scores["completion_undefined"] = static_cast<double>(undefined);
  evaluation.outputs.push_back(std::move(rho));
}

void SetProtocol::score_odd_one_out(Evaluation& evaluation) const {
  if (odd_ones_.empty()) return;
  std::map<std::string, Counter> counters;
  Mean mean_rank;
  ItemOutput ranks{"ooo_rank", 1, {}, {}};
  for (const auto& record : odd_ones_) {
    ranks.ids.push_back(record.id);
    ranks.values.push_back(static_cast<float>(record.value));
    mean_rank.add(record.value);
    for (const auto& [name, k] : {std::pair{"ooo_acc", 1}, std::pair{"ooo_acc2", 2}}) {
      counters[name].add(record.value <= k);
      counters[fmt::format("{}_n{}", name, record.size)].add(record.value <= k);
    }
  }
  for (const auto& [name, counter] : counters) put(evaluation.scores, name, counter);
  put(evaluation.scores, "ooo_rank", mean_rank);
  evaluation.outputs.push_back(std::move(ranks));
}

Evaluation SetProtocol::finish() const {
  Evaluation evaluation;
  score_abstraction(evaluation);
  score_completion(evaluation);
  score_odd_one_out(evaluation);
  const auto chosen = evaluation.scores.find(score_of(select_by_));
  if (chosen == evaluation.scores.end()) {
    throw usage_error(fmt::format("nothing gives the score {} that chooses the best epoch", score_of(select_by_)), "select_by",
                      "choose another one, or set data.tasks=true");
  }
  evaluation.selection = chosen->second;
  return evaluation;
}

ProtocolId SetProtocol::id() {
  return {"sam-sets", 1,
          "val abstraction sets, all subsets, equal logits by label; test ranking sets: Spearman with average ranks, "
          "mean over defined ones; odd one out: largest distance, equal ones by index"};
}

}  // namespace vbench::sam
