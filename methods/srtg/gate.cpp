#include "methods/srtg/gate.hpp"

#include <ATen/ATen.h>
#include <torch/utils.h>

namespace vbench::srtg {
namespace {

/// [B, Ta, Tb] float64: squared distances between the frames of a and of b. Differences are squared and not expanded into products: equal
/// frames must be at distance 0, and ties must stay ties.
at::Tensor squared_distances(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble).unsqueeze(3) - b.to(at::kDouble).unsqueeze(2)).square_().sum(1);
}

}  // namespace

at::Tensor is_identity(const at::Tensor& matches) { return matches.eq(at::arange(matches.size(1), matches.options()).unsqueeze(0)).all(1); }

Matches nearest_frames(const at::Tensor& a, const at::Tensor& b) {
  const auto distances = squared_distances(a, b);
  return {distances.argmin(2), distances.argmin(1)};
}

Matches soft_nearest_frames(const at::Tensor& a, const at::Tensor& b) {
  const auto match = [](const at::Tensor& from, const at::Tensor& to) {
    const auto weights = at::softmax(-squared_distances(from, to), 2);        // [B, T, T]
    const auto means = at::bmm(to.to(at::kDouble), weights.transpose(1, 2));  // [B, C, T]
    return squared_distances(means, to).argmin(2);
  };
  return {match(a, b), match(b, a)};
}

Matches june2020_frames(const at::Tensor& a, const at::Tensor& b) {
  const auto distances = squared_distances(a.to(at::kHalf), b.to(at::kHalf));
  const auto powers = distances.exp();
  return {(powers / distances.sum(2, true).exp()).argmin(2), (powers / distances.sum(1, true).exp()).argmin(1)};
}

at::Tensor open_samples(const at::Tensor& pooled, const at::Tensor& recursion, Gate gate) {
  const torch::NoGradGuard no_grad;
  const auto both = [](const Matches& matches) { return is_identity(matches.forward).logical_and(is_identity(matches.backward)); };
  switch (gate) {
    case Gate::kAligned:
      return both(nearest_frames(pooled, recursion));
    case Gate::kSoftAligned:
      return both(soft_nearest_frames(pooled, recursion));
    case Gate::kJune2020: {
      const auto matches = june2020_frames(pooled, recursion);
      return is_identity(matches.forward).logical_or(is_identity(matches.backward));
    }
    case Gate::kHead:
      return at::zeros({pooled.size(0)}, pooled.options().dtype(at::kBool));
    case Gate::kOff:
      break;
  }
  return at::ones({pooled.size(0)}, pooled.options().dtype(at::kBool));
}

}  // namespace vbench::srtg
