#include "methods/selavi/head_groups.hpp"

#include <fmt/format.h>

#include <numeric>
#include <span>

#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench::selavi {

std::vector<std::vector<int64_t>> head_groups(int64_t heads, int64_t groups, uint64_t seed, int64_t time) {
  if (groups < 1 || groups > heads) {
    throw usage_error(fmt::format("{} heads cannot form {} groups", heads, groups), "", "use at most as many groups as heads");
  }
  std::vector<int64_t> order(static_cast<size_t>(heads));
  std::iota(order.begin(), order.end(), int64_t{0});
  RandomStream random(seed, "head_order", static_cast<uint64_t>(time));
  random.shuffle(std::span(order));
  std::vector<std::vector<int64_t>> result(static_cast<size_t>(groups));
  for (size_t i = 0; i < order.size(); ++i) result[i % result.size()].push_back(order[i]);
  return result;
}

}  // namespace vbench::selavi
