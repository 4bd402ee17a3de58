// How sums over samples are taken: by fixed blocks on all threads, and over all processes. Used by sinkhorn.cpp and matching.cpp.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <span>

namespace vbench::selavi {

/// Adds up, in place, over all processes; every sum over samples passes through it. Empty: this process has all samples. It is called the
/// same number of times with the same sizes everywhere.
using SampleSum = std::function<void(std::span<double>)>;

/// Calls body(block) for every block in [from, to). Threads take one after the other, so that a slow thread of a busy machine holds up one
/// block only; what belongs to a block does not depend on who does it.
template <class Body>
void for_each_block(int64_t from, int64_t to, const Body& body) {
  std::atomic<int64_t> next{from};
  at::parallel_for(0, std::min<int64_t>(at::get_num_threads(), to - from), 1, [&](int64_t, int64_t) {
    for (int64_t block = next++; block < to; block = next++) body(block);
  });
}

}  // namespace vbench::selavi
