#include "metrics/rank_correlation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "harness/core/error.hpp"
#include "metrics/statistics.hpp"

namespace vbench {
namespace {

/// Correlation of two lists of ranks with the same mean, (n + 1) / 2.
double pearson_of_ranks(std::span<const double> a, std::span<const double> b) {
  const double centre = (static_cast<double>(a.size()) + 1) / 2;
  double both = 0, only_a = 0, only_b = 0;  // multiples of 1/4: exact, so that equal ranks give exactly zero
  for (size_t i = 0; i < a.size(); ++i) {
    both += (a[i] - centre) * (b[i] - centre);
    only_a += (a[i] - centre) * (a[i] - centre);
    only_b += (b[i] - centre) * (b[i] - centre);
  }
  if (only_a == 0 || only_b == 0) return std::numeric_limits<double>::quiet_NaN();
  return std::clamp(both / std::sqrt(only_a * only_b), -1.0, 1.0);
}

}  // namespace

std::vector<double> average_ranks(std::span<const double> values) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) throw Error(ErrorKind::kNumeric, "a value to be ranked is not a number", fmt::format("item {}", i));
  }
  std::vector<size_t> order(values.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t i, size_t j) { return values[i] < values[j]; });
  std::vector<double> ranks(values.size());
  for (size_t first = 0, end = 0; first < order.size(); first = end) {
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (size_t place = first; place < end; ++place) ranks[order[place]] = static_cast<double>(first + 1 + end) / 2;
  }
  return ranks;
}

double spearman(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) throw input_error(fmt::format("cannot correlate {} values with {}", a.size(), b.size()));
  return pearson_of_ranks(average_ranks(a), average_ranks(b));
}

CorrelationSummary summarise_correlations(std::span<const double> correlations) {
  std::vector<double> defined;
  std::copy_if(correlations.begin(), correlations.end(), std::back_inserter(defined), [](double rho) { return !std::isnan(rho); });
  const auto count = static_cast<int64_t>(defined.size());
  return {mean(defined), count, static_cast<int64_t>(correlations.size()) - count};
}

}  // namespace vbench
