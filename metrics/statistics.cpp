#include "metrics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace vbench {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return kNoValue;
  double sum = 0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sample_std(std::span<const double> values) {
  if (values.empty()) return kNoValue;
  const double center = mean(values);
  if (values.size() == 1) return std::isnan(center) ? kNoValue : 0;
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
