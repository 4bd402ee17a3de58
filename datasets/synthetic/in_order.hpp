// Makes items on several threads and hands them over in order. Used by the generators of this folder.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vbench::synthetic {

/// Calls `make(i)` from all threads, a few items at a time (bounded memory), and `use(i, item)` in order: the same for any number of
/// threads.
template <class Make, class Use>
void in_order(int64_t count, const Make& make, const Use& use) {
  constexpr int64_t kChunk = 32;
  using Item = decltype(make(int64_t{0}));
  for (int64_t first = 0; first < count; first += kChunk) {
    std::vector<Item> items(static_cast<size_t>(std::min(kChunk, count - first)));
    at::parallel_for(0, static_cast<int64_t>(items.size()), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) items[static_cast<size_t>(i)] = make(first + i);
    });
    for (size_t i = 0; i < items.size(); ++i) use(first + static_cast<int64_t>(i), items[i]);
  }
}

}  // namespace vbench::synthetic
