#include "methods/selavi/kmeans.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench::selavi {
namespace {

constexpr int64_t kRows = 8192;  // whose distances to all centres exist at a time

struct Nearest {
  at::Tensor centre;    ///< [N] int64
  at::Tensor distance;  ///< [N] float64, squared
};

Nearest nearest_centres(const at::Tensor& points, const at::Tensor& squares, const at::Tensor& centres) {
  Nearest nearest{at::empty({points.size(0)}, at::kLong), at::empty({points.size(0)}, at::kDouble)};
  const auto of_centres = centres.square().sum(1), transposed = centres.t();
  for (int64_t first = 0; first < points.size(0); first += kRows) {
    const int64_t rows = std::min(kRows, points.size(0) - first);
    const auto distances = at::addmm(of_centres.unsqueeze(0), points.narrow(0, first, rows), transposed, 1, -2);
    const auto [smallest, place] = distances.min(1);
    nearest.centre.narrow(0, first, rows).copy_(place);
    nearest.distance.narrow(0, first, rows).copy_((smallest + squares.narrow(0, first, rows)).clamp_min_(0));
  }
  return nearest;
}

/// A point with a probability in proportion to its weight; any one if all weights are 0.
int64_t draw(const at::Tensor& weights, RandomStream& random) {
  const double* weight = weights.data_ptr<double>();
  const int64_t count = weights.numel();
  double total = 0;
  for (int64_t i = 0; i < count; ++i) total += weight[i];
  if (total <= 0) return static_cast<int64_t>(random.below(static_cast<uint64_t>(count)));
  double left = random.uniform() * total;
  int64_t last = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (weight[i] <= 0) continue;
    last = i;
    if (left < weight[i]) return i;
    left -= weight[i];
  }
  return last;
}

/// k-means++: each next seed in proportion to the squared distance from the seeds so far.
at::Tensor seeds_of(const at::Tensor& points, int64_t clusters, RandomStream& random) {
  std::vector<at::Tensor> seeds{points[static_cast<int64_t>(random.below(static_cast<uint64_t>(points.size(0))))]};
  auto distances = at::full({points.size(0)}, std::numeric_limits<double>::infinity(), at::kDouble);
  while (static_cast<int64_t>(seeds.size()) < clusters) {
    distances = at::minimum(distances, (points - seeds.back()).square().sum(1));
    seeds.push_back(points[draw(distances, random)]);
  }
  return at::stack(seeds);
}

/// Means of the points of each centre.
at::Tensor means_of(const at::Tensor& points, Nearest nearest, int64_t clusters) {
  auto sizes = at::bincount(nearest.centre, {}, clusters);
  const auto empty = sizes.eq(0).nonzero().flatten();
  for (int64_t i = 0; i < empty.numel(); ++i) {
    // Never the only point of another centre: that one would be empty then.
    const auto movable = at::bincount(nearest.centre, {}, clusters).index_select(0, nearest.centre).gt(1);
    const auto farthest = at::where(movable, nearest.distance, at::full({}, -1.0, at::kDouble)).argmax();
    nearest.centre.index_put_({farthest}, empty[i]);
    nearest.distance.index_put_({farthest}, at::zeros({}, at::kDouble));
  }
  if (empty.numel() > 0) sizes = at::bincount(nearest.centre, {}, clusters);
  const auto sums = at::zeros({clusters, points.size(1)}, at::kDouble).index_add_(0, nearest.centre, points);
  return sums / sizes.clamp_min(1).unsqueeze(1);
}

KMeansResult run(const at::Tensor& points, const at::Tensor& squares, const KMeansOptions& options, RandomStream& random) {
  KMeansResult result;
  result.centres = seeds_of(points, options.clusters, random);
  auto nearest = nearest_centres(points, squares, result.centres);
  while (result.iterations < options.iterations) {
    ++result.iterations;
    result.centres = means_of(points, {nearest.centre.clone(), nearest.distance.clone()}, options.clusters);
    const auto next = nearest_centres(points, squares, result.centres);
    const bool settled = next.centre.equal(nearest.centre);
    nearest = next;
    if (settled) break;
  }
  result.clusters = nearest.centre;
  result.inertia = nearest.distance.sum().item<double>();
  return result;
}

}  // namespace

KMeansResult cluster_by_means(const at::Tensor& given, const KMeansOptions& options, uint64_t seed) {
  if (given.dim() != 2) throw Error(ErrorKind::kInternal, "points of k-means must be rows of a matrix");
  if (options.clusters < 1 || options.restarts < 1 || given.size(0) < options.clusters)
    throw usage_error(fmt::format("{} clusters cannot be filled by {} videos", options.clusters, given.size(0)), "k-means",
                      "ask for fewer clusters");
  const auto points = given.to(at::kCPU, at::kDouble).contiguous();
  if (!points.isfinite().all().item<bool>()) throw Error(ErrorKind::kNumeric, "a point is infinite or NaN", "k-means");
  const auto squares = points.square().sum(1);
  KMeansResult best;
  for (int64_t restart = 0; restart < options.restarts; ++restart) {
    RandomStream random(seed, "kmeans", 0, static_cast<uint64_t>(restart));
    auto result = run(points, squares, options, random);
    if (restart == 0 || result.inertia < best.inertia) best = std::move(result);
  }
  return best;
}

}  // namespace vbench::selavi
