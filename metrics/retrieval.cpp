#include "metrics/retrieval.hpp"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"

namespace vbench {
namespace {

template <class T>
struct Counts {
  int64_t greater = 0, equal = 0, unordered = 0;

  void add(const T* values, int64_t count, T pivot) {
    for (int64_t i = 0; i < count; ++i) {
      greater += values[i] > pivot;
      equal += values[i] == pivot;
      unordered += values[i] != values[i];
    }
  }
};

/// 1-based rank of entry `target` in a row of `width` values; 0 if the row holds a NaN.
template <class T>
int64_t rank_in_row(const T* row, int64_t width, int64_t target, Ties ties) {
  Counts<T> before, after;
  before.add(row, target, row[target]);
  after.add(row + target + 1, width - target - 1, row[target]);
  if (before.unordered + after.unordered > 0 || row[target] != row[target]) return 0;
  int64_t rank = 1 + before.greater + after.greater;
  if (ties != Ties::kOptimistic) rank += before.equal;
  if (ties == Ties::kPessimistic) rank += after.equal;
  return rank;
}

template <class T>
void rank_rows(const at::Tensor& similarity, const int64_t* target, Ties ties, int64_t* ranks) {
  const int64_t width = similarity.size(1);
  const T* values = similarity.data_ptr<T>();
  at::parallel_for(0, similarity.size(0), 1 + 65536 / std::max<int64_t>(width, 1), [&](int64_t begin, int64_t end) {
    for (int64_t q = begin; q < end; ++q) ranks[q] = rank_in_row(values + q * width, width, target[q], ties);
  });
}

/// The checked targets, on the CPU.
at::Tensor checked_targets(const at::Tensor& similarity, const at::Tensor& target) {
  if (similarity.dim() != 2 || !similarity.is_floating_point())
    throw input_error("similarity must be a floating-point matrix [queries, candidates]");
  if (target.dim() != 1 || target.size(0) != similarity.size(0) || target.scalar_type() != at::kLong) {
    throw input_error(fmt::format("targets must be one int64 for each of the {} queries", similarity.size(0)));
  }
  const auto targets = target.cpu().contiguous();
  for (int64_t q = 0; q < targets.size(0); ++q) {
    const int64_t t = targets.data_ptr<int64_t>()[q];
    if (t < 0 || t >= similarity.size(1)) {
      throw input_error(fmt::format("target {} is not one of {} candidates", t, similarity.size(1)), fmt::format("query {}", q));
    }
  }
  return targets;
}

std::vector<double> zero_based(const at::Tensor& ranks) {
  if (ranks.dim() != 1 || ranks.scalar_type() != at::kLong) throw input_error("ranks must be a vector of int64");
  if (ranks.numel() == 0) throw input_error("there are no items to retrieve", "", "check the split's name and filters");
  const auto on_cpu = ranks.cpu().contiguous();
  std::vector<double> values(on_cpu.data_ptr<int64_t>(), on_cpu.data_ptr<int64_t>() + on_cpu.numel());
  for (double& value : values) value -= 1;
  return values;
}

double share_below(const std::vector<double>& values, int64_t limit) {
  const auto hits = std::count_if(values.begin(), values.end(), [limit](double value) { return value < static_cast<double>(limit); });
  return static_cast<double>(hits) / static_cast<double>(values.size());
}

}  // namespace

at::Tensor target_ranks(const at::Tensor& similarity, const at::Tensor& target, Ties ties) {
  const auto targets = checked_targets(similarity, target);
  const bool wide = similarity.scalar_type() == at::kDouble;
  const auto values = similarity.detach().to(at::kCPU, wide ? at::kDouble : at::kFloat).contiguous();
  auto ranks = at::empty({values.size(0)}, at::kLong);
  const auto rank_all = wide ? rank_rows<double> : rank_rows<float>;
  rank_all(values, targets.data_ptr<int64_t>(), ties, ranks.data_ptr<int64_t>());
  for (int64_t q = 0; q < ranks.size(0); ++q) {
    if (ranks.data_ptr<int64_t>()[q] == 0) throw Error(ErrorKind::kNumeric, "a similarity is not a number", fmt::format("row {}", q));
  }
  return ranks;
}

double recall_at(const at::Tensor& ranks, int64_t k) { return share_below(zero_based(ranks), k); }

RetrievalScores score_ranks(const at::Tensor& ranks) {
  const auto values = zero_based(ranks);
  RetrievalScores scores;
  scores.r1 = share_below(values, 1);
  scores.r5 = share_below(values, 5);
  scores.r10 = share_below(values, 10);
  scores.r50 = share_below(values, 50);
  scores.medr = std::floor(median(values)) + 1;
  scores.meanr = mean(values) + 1;
  return scores;
}

Scores retrieval_scores(std::string_view prefix, const at::Tensor& ranks) {
  const auto scores = score_ranks(ranks);
  const auto key = [prefix](const char* name) { return fmt::format("{}_{}", prefix, name); };
  return {{key("r1"), scores.r1},   {key("r5"), scores.r5},     {key("r10"), scores.r10},
          {key("r50"), scores.r50}, {key("medr"), scores.medr}, {key("meanr"), scores.meanr}};
}

double selection_score(const RankPair& ranks) { return (recall_at(ranks.a_to_b, 1) + recall_at(ranks.b_to_a, 1)) / 2; }

at::Tensor l2_normalize(const at::Tensor& rows, std::string_view name) {
  if (rows.dim() != 2 || !rows.is_floating_point())
    throw input_error("normalisation needs a floating-point matrix [items, width]", std::string(name));
  const auto norms = rows.square().sum(1, /*keepdim=*/true).sqrt();
  const auto bad = at::logical_not((norms > 0).logical_and(norms.isfinite())).flatten().nonzero();
  if (bad.numel() > 0) {
    const int64_t row = bad[0].item<int64_t>();
    throw Error(ErrorKind::kNumeric, fmt::format("the norm is {}, so the row has no direction", norms[row].item<double>()),
                fmt::format("{}, row {}", name, row));
  }
  return rows / norms;
}

}  // namespace vbench
