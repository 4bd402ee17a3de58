#include "methods/selavi/marginals.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench::selavi {
namespace {

std::vector<double> values_of(const at::Tensor& x) {
  const auto flat = x.to(torch::kCPU, torch::kDouble).flatten().contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

}  // namespace

Distribution distribution_of(std::string_view name) {
  if (name == "default") return Distribution::kUniform;
  if (name == "gauss") return Distribution::kGauss;
  throw usage_error(fmt::format("unknown distribution of cluster sizes '{}'", name), "", "use default or gauss");
}

Marginals::Marginals(const MarginalOptions& options, int64_t samples, int64_t clusters, int64_t heads, uint64_t seed)
    : options_(options), samples_(samples), clusters_(clusters), heads_(heads), seed_(seed) {
  if (options.deviation < 0)
    throw usage_error(fmt::format("the deviation of cluster sizes must not be negative, but is {}", options.deviation));
  const int64_t draws = options.distribution == Distribution::kUniform ? 0 : options.per_head ? heads : 1;
  counts_ = torch::empty({draws, clusters}, torch::kDouble);
  for (int64_t head = 0; head < draws; ++head) counts_[head].copy_(draw(head, 0));
}

at::Tensor Marginals::draw(int64_t head, int64_t time) const {
  RandomStream random(seed_, "marginals", static_cast<uint64_t>(head), static_cast<uint64_t>(time));
  auto counts = torch::empty({clusters_}, torch::kDouble);
  const double mean = static_cast<double>(samples_) / static_cast<double>(clusters_);
  for (double *count = counts.data_ptr<double>(), *end = count + clusters_; count != end; ++count) {
    *count = (random.normal() * options_.deviation + 1) * mean;
    if (!options_.per_head) *count = std::max(*count, 1.0);
    if (*count > 0) continue;
    throw usage_error(fmt::format("a cluster size of {:.1f} was drawn with deviation {}", *count, options_.deviation), "labels.deviation",
                      "use a smaller deviation, or one draw for all heads, which is kept above 1");
  }
  return counts;
}

at::Tensor Marginals::share(int64_t head, int64_t time, const at::Tensor& column_sums) {
  if (head < 0 || head >= heads_ || column_sums.numel() != clusters_) {
    throw Error(ErrorKind::kInternal, fmt::format("no cluster sizes for head {} with {} column sums", head, column_sums.numel()));
  }
  if (options_.distribution == Distribution::kUniform) return reciprocal_share(torch::ones({clusters_}, torch::kDouble));
  auto counts = counts_[options_.per_head ? head : 0];
  if (options_.redraw) counts.copy_(draw(head, time));
  counts.copy_(place_counts(counts, column_sums, options_.placement));
  return reciprocal_share(counts);
}

void Marginals::restore(const at::Tensor& counts) {
  if (counts.sizes() != counts_.sizes()) {
    throw input_error(fmt::format("cluster sizes of shape [{}] do not fit this run's [{}]", fmt::join(counts.sizes(), ", "),
                                  fmt::join(counts_.sizes(), ", ")),
                      "", "continue with the options that the checkpoint was made with");
  }
  counts_ = counts.to(torch::kCPU, torch::kDouble).clone();
}

at::Tensor place_counts(const at::Tensor& counts, const at::Tensor& column_sums, Placement placement) {
  auto given = values_of(counts);
  const auto sums = values_of(column_sums);
  if (given.size() != sums.size()) throw Error(ErrorKind::kInternal, "as many cluster sizes as column sums are needed");
  if (placement == Placement::kSorted) std::sort(given.begin(), given.end());
  std::vector<size_t> by_sum(sums.size());
  std::iota(by_sum.begin(), by_sum.end(), size_t{0});
  std::stable_sort(by_sum.begin(), by_sum.end(), [&](size_t a, size_t b) { return sums[a] < sums[b]; });
  std::vector<double> placed(sums.size());
  for (size_t rank = 0; rank < placed.size(); ++rank) placed[by_sum[rank]] = given[rank];
  return torch::tensor(placed, torch::kDouble);
}

at::Tensor reciprocal_share(const at::Tensor& counts) {
  const auto reciprocal = counts.to(torch::kDouble).reciprocal();
  return reciprocal / reciprocal.sum();
}

}  // namespace vbench::selavi
