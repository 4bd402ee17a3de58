#include "datasets/set_abstraction/power_set.hpp"

#include <fmt/format.h>

#include "harness/core/error.hpp"

namespace vbench::set_abstraction {
namespace {

constexpr int64_t kLargestSet = 16;

void require_small(int64_t n) {
  if (n < 0 || n > kLargestSet) throw Error(ErrorKind::kInternal, fmt::format("a power set of {} members is asked for", n));
}

/// The lexicographically next choice out of n; false after the last one.
bool advance(Subset& subset, int64_t n) {
  const auto size = static_cast<int64_t>(subset.size());
  for (int64_t place = size - 1; place >= 0; --place) {
    const auto at = static_cast<size_t>(place);
    if (subset[at] == n - size + place) continue;
    ++subset[at];
    for (size_t next = at + 1; next < subset.size(); ++next) subset[next] = subset[next - 1] + 1;
    return true;
  }
  return false;
}

}  // namespace

std::vector<Subset> subsets_of_size(int64_t n, int64_t size) {
  require_small(n);
  std::vector<Subset> subsets;
  if (size < 1 || size > n) return subsets;
  Subset subset;
  for (int64_t member = 0; member < size; ++member) subset.push_back(member);
  do {
    subsets.push_back(subset);
  } while (advance(subset, n));
  return subsets;
}

std::vector<Subset> power_set(int64_t n, int64_t min_size) {
  require_small(n);
  std::vector<Subset> all;
  for (int64_t size = std::max<int64_t>(min_size, 1); size <= n; ++size) {
    auto subsets = subsets_of_size(n, size);
    all.insert(all.end(), std::make_move_iterator(subsets.begin()), std::make_move_iterator(subsets.end()));
  }
  return all;
}

int64_t power_set_size(int64_t n, int64_t min_size) {
  require_small(n);
  int64_t rows = 0, choices = 1;  // C(n, size)
  for (int64_t size = 1; size <= n; ++size) {
    choices = choices * (n - size + 1) / size;
    if (size >= min_size) rows += choices;
  }
  return rows;
}

std::vector<int64_t> power_set_rows(int64_t n) {
  const auto subsets = power_set(n);
  std::vector<int64_t> rows(size_t{1} << n, -1);
  for (size_t row = 0; row < subsets.size(); ++row) rows[subset_mask(subsets[row])] = static_cast<int64_t>(row);
  return rows;
}

size_t subset_mask(const Subset& subset) {
  size_t mask = 0;
  for (const int64_t member : subset) mask |= size_t{1} << member;
  return mask;
}

}  // namespace vbench::set_abstraction
