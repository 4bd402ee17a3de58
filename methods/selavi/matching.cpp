#include "methods/selavi/matching.hpp"

#include <ATen/Parallel.h>
#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"
#include "methods/selavi/kernels/table.hpp"
#include "metrics/assignment.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kBlock = 128;     // samples of one tile: their panels fit in the first-level cache
constexpr int64_t kMaxShares = 32;  // each has sums of its own, added in order

int64_t panels_of(int64_t items, int64_t width) { return (items + width - 1) / width; }

/// Columns of `rows` samples as panels of `width` columns, zeros in the last one's padding; column sums are added to `sums`.
template <class T>
void pack(const T* from, int64_t rows, int64_t clusters, int64_t width, T* panels, double* sums) {
  for (int64_t n = 0; n < rows; ++n) {
    const T* row = from + n * clusters;
    for (int64_t k = 0; k < clusters; ++k) sums[k] += static_cast<double>(row[k]);
    for (int64_t first = 0; first < clusters; first += width) {
      T* to = panels + first * rows + n * width;
      const int64_t valid = std::min(width, clusters - first);
      std::copy(row + first, row + first + valid, to);
      std::fill(to + valid, to + width, T{0});
    }
  }
}

/// Sums of one thread's share of the samples.
template <class T>
class ShareSums {
 public:
  ShareSums(int64_t clusters, double* sums)
      : clusters_(clusters),
        sums_(sums),
        kernel_(kernels::overlap<T>()),
        video_(static_cast<size_t>(panels_of(clusters, kernel_.tile_rows) * kernel_.tile_rows * kBlock)),
        audio_(static_cast<size_t>(panels_of(clusters, kernel_.tile_columns) * kernel_.tile_columns * kBlock)) {}

  void add(const T* video, const T* audio, int64_t rows) {
    double* column_sums = sums_ + clusters_ * clusters_;
    pack(video, rows, clusters_, kernel_.tile_rows, video_.data(), column_sums);
    pack(audio, rows, clusters_, kernel_.tile_columns, audio_.data(), column_sums + clusters_);
    for (int64_t j = 0; j < clusters_; j += kernel_.tile_columns) {
      for (int64_t i = 0; i < clusters_; i += kernel_.tile_rows) {
        kernel_.tile(video_.data() + i * rows, audio_.data() + j * rows, rows, tile_);
        add_tile(i, j);
      }
    }
  }

 private:
  void add_tile(int64_t i, int64_t j) {
    const int64_t rows = std::min(kernel_.tile_rows, clusters_ - i), columns = std::min(kernel_.tile_columns, clusters_ - j);
    for (int64_t r = 0; r < rows; ++r) {
      double* to = sums_ + (i + r) * clusters_ + j;
      const T* from = tile_ + r * kernel_.tile_columns;
      for (int64_t c = 0; c < columns; ++c) to[c] += static_cast<double>(from[c]);
    }
  }

  int64_t clusters_;
  double* sums_;
  const kernels::Overlap<T>& kernel_;
  std::vector<T> video_, audio_;
  alignas(64) T tile_[kernels::kMaxTile];
};

void check_distances(const at::Tensor& distances) {
  if (distances.dim() == 2 && distances.size(0) == distances.size(1) && distances.scalar_type() == torch::kDouble) return;
  throw Error(ErrorKind::kInternal, "distances of clusters must be a square matrix of float64");
}

using Entries = at::TensorAccessor<double, 2>;

double cost_of(const Entries& distance, const std::vector<int64_t>& permutation) {
  double cost = 0;
  for (size_t k = 0; k < permutation.size(); ++k) cost += distance[static_cast<int64_t>(k)][permutation[k]];
  return cost;
}

std::vector<int64_t> identity(int64_t clusters) {
  std::vector<int64_t> order(static_cast<size_t>(clusters));
  std::iota(order.begin(), order.end(), int64_t{0});
  return order;
}

/// One restart; `last_success` is a step of this or, as in the authors' code, of an earlier restart.
std::vector<int64_t> improve(const Entries& distance, const PairSource& pairs, const SwapOptions& options, int64_t& last_success) {
  auto order = identity(distance.size(0));
  for (int64_t step = 0; step < options.steps; ++step) {
    const auto [i, j] = pairs();
    auto &at_i = order[static_cast<size_t>(i)], &at_j = order[static_cast<size_t>(j)];
    if (distance[i][at_i] + distance[j][at_j] > distance[i][at_j] + distance[j][at_i]) {
      std::swap(at_i, at_j);
      last_success = step;
    }
    if (step - last_success > options.patience) break;
  }
  return order;
}

}  // namespace

ClusterDistances::ClusterDistances(int64_t clusters) : clusters_(clusters), sums_(static_cast<size_t>(clusters * (clusters + 2)), 0.0) {}

void ClusterDistances::add(const at::Tensor& video, const at::Tensor& audio) {
  if (video.dim() != 2 || video.size(1) != clusters_ || video.sizes() != audio.sizes()) {
    throw Error(ErrorKind::kInternal, fmt::format("probabilities of shapes [{}] and [{}] are not those of {} clusters",
                                                  fmt::join(video.sizes(), ", "), fmt::join(audio.sizes(), ", "), clusters_));
  }
  if (video.scalar_type() == torch::kDouble || audio.scalar_type() == torch::kDouble) {
    add_as<double>(video, audio);
  } else {
    add_as<float>(video, audio);
  }
}

template <class T>
void ClusterDistances::add_as(const at::Tensor& given_video, const at::Tensor& given_audio) {
  const at::Tensor video = given_video.detach().to(torch::kCPU, c10::CppTypeToScalarType<T>::value).contiguous();
  const at::Tensor audio = given_audio.detach().to(torch::kCPU, c10::CppTypeToScalarType<T>::value).contiguous();
  const int64_t blocks = panels_of(video.size(0), kBlock), shares = std::min(blocks, kMaxShares);
  std::vector<double> partial(static_cast<size_t>(shares) * sums_.size(), 0.0);
  for_each_block(0, shares, [&](int64_t share) {
    const auto sums = std::make_unique<ShareSums<T>>(clusters_, partial.data() + static_cast<size_t>(share) * sums_.size());
    for (int64_t block = blocks * share / shares; block < blocks * (share + 1) / shares; ++block) {
      const int64_t row = block * kBlock;
      sums->add(video.data_ptr<T>() + row * clusters_, audio.data_ptr<T>() + row * clusters_, std::min(kBlock, video.size(0) - row));
    }
  });
  const auto size = static_cast<int64_t>(sums_.size()), all = static_cast<int64_t>(partial.size());
  at::parallel_for(0, size, 1 << 14, [&](int64_t begin, int64_t end) {
    for (int64_t share = 0; share < all; share += size) {
      for (int64_t i = begin; i < end; ++i) sums_[static_cast<size_t>(i)] += partial[static_cast<size_t>(share + i)];
    }
  });
}

at::Tensor ClusterDistances::matrix(const SampleSum& sum) const {
  auto sums = sums_;
  if (sum) sum(sums);
  auto result = torch::empty({clusters_, clusters_}, torch::kDouble);
  double* to = result.data_ptr<double>();
  const double *of_video = sums.data() + clusters_ * clusters_, *of_audio = of_video + clusters_;
  for (int64_t i = 0; i < clusters_; ++i) {
    for (int64_t j = 0; j < clusters_; ++j) {
      const int64_t at = i * clusters_ + j;
      to[at] = of_video[i] + of_audio[j] - 2 * sums[static_cast<size_t>(at)];
      if (!std::isfinite(to[at])) {
        throw Error(ErrorKind::kNumeric, "a probability is infinite or NaN", fmt::format("clusters {} and {}", i, j),
                    "the network's outputs may have diverged");
      }
    }
  }
  return result;
}

Matching match_exactly(const at::Tensor& distances) {
  check_distances(distances);
  const auto distance = distances.accessor<double, 2>();
  Matching result;
  result.initial_cost = cost_of(distance, identity(distances.size(0)));
  result.permutation = assign(distances, Total::kSmallest).column_of_row;
  result.cost = cost_of(distance, result.permutation);
  return result;
}

PairSource random_pairs(int64_t clusters, uint64_t seed, int64_t head) {
  if (clusters < 2) throw usage_error("clusters can be swapped only if there are two");
  return [clusters, random = RandomStream(seed, "match_order", static_cast<uint64_t>(head))]() mutable {
    const auto i = static_cast<int64_t>(random.below(static_cast<uint64_t>(clusters)));
    const auto j = static_cast<int64_t>(random.below(static_cast<uint64_t>(clusters - 1)));
    return std::pair(i, j < i ? j : j + 1);
  };
}

Matching match_by_swaps(const at::Tensor& distances, const PairSource& pairs, const SwapOptions& options) {
  check_distances(distances);
  const auto distance = distances.accessor<double, 2>();
  Matching best;
  best.permutation = identity(distances.size(0));
  best.initial_cost = best.cost = cost_of(distance, best.permutation);
  int64_t last_success = 0;
  for (int64_t restart = 0; restart < options.restarts; ++restart) {
    auto order = improve(distance, pairs, options, last_success);
    const double cost = cost_of(distance, order);
    if (cost >= best.cost) continue;
    best.cost = cost;
    best.permutation = std::move(order);
  }
  return best;
}

void permute_rows(at::Tensor weight, at::Tensor bias, const std::vector<int64_t>& permutation) {
  const torch::NoGradGuard no_grad;
  const auto order = torch::tensor(permutation, torch::kLong).to(weight.device());
  weight.copy_(weight.index_select(0, order));
  bias.copy_(bias.index_select(0, order));
}

}  // namespace vbench::selavi
