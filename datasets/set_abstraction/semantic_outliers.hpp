// Which member of a set lies farthest from what the set shares, by meaning. Used where odd-one-out questions are made from abstraction
// sets.
#pragma once

#include <cstdint>
#include <vector>

#include "datasets/set_abstraction/sample.hpp"

namespace vbench::set_abstraction {

/// For every subset of three or more, in the order of power_set: the member of the set whose own embedding has the largest cosine distance
/// to that of the subset's node; the first of equals.
[[nodiscard]] std::vector<int64_t> semantic_outliers(const Sample& sample);

}  // namespace vbench::set_abstraction
