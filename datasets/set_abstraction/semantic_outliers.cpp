#include "datasets/set_abstraction/semantic_outliers.hpp"

#include <ATen/ATen.h>

#include "datasets/set_abstraction/power_set.hpp"

namespace vbench::set_abstraction {
namespace {

constexpr double kShortest = 1e-8;

double cosine_distance(const at::Tensor& a, const at::Tensor& b) {
  const auto length = [](const at::Tensor& vector) { return std::max(vector.norm().item<double>(), kShortest); };
  return 1 - a.dot(b).item<double>() / (length(a) * length(b));
}

}  // namespace

std::vector<int64_t> semantic_outliers(const Sample& sample) {
  const at::Tensor embeddings = sample.embeddings.to(at::kDouble);
  const auto subsets = power_set(sample.features.size(0));
  std::vector<int64_t> outliers;
  for (size_t row = 0; row < subsets.size(); ++row) {
    if (subsets[row].size() < 3) continue;
    int64_t farthest = -1;
    double largest = 0;
    for (const int64_t member : subsets[row]) {
      const double distance = cosine_distance(embeddings[member], embeddings[static_cast<int64_t>(row)]);
      if (farthest < 0 || distance > largest) {
        farthest = member;
        largest = distance;
      }
    }
    outliers.push_back(farthest);
  }
  return outliers;
}

}  // namespace vbench::set_abstraction
