#include "metrics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vbench {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// Sums of equal numbers are rounded: 0.1 three times has the mean 0.10000000000000002 and a spread. NaN equals nothing.
bool all_equal(std::span<const double> values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return kNoValue;
  if (all_equal(values)) return values.front();
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sample_std(std::span<const double> values) {
  if (values.empty()) return kNoValue;
  if (all_equal(values)) return 0;
  const double center = mean(values);
  double squares = 0;  // around the mean, not E[x²] - E[x]²: scores over seeds differ in the third digit
  for (const double value : values) squares += (value - center) * (value - center);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

double median(std::span<const double> values) {
  if (values.empty()) return kNoValue;
  if (std::any_of(values.begin(), values.end(), [](double value) { return std::isnan(value); })) return kNoValue;
  std::vector<double> sorted(values.begin(), values.end());
  const auto middle = sorted.begin() + static_cast<std::ptrdiff_t>(sorted.size() / 2);
  std::nth_element(sorted.begin(), middle, sorted.end());
  if (sorted.size() % 2 == 1) return *middle;
  return (*std::max_element(sorted.begin(), middle) + *middle) / 2;
}

}  // namespace vbench
