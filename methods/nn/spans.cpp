#include <algorithm>

#include "methods/nn/blocks.hpp"

namespace vbench::nn {

Spans Spans::of(std::vector<int64_t> lengths) {
  Spans spans;
  spans.lengths = std::move(lengths);
  spans.offsets.reserve(spans.lengths.size());
  for (const int64_t length : spans.lengths) {
    spans.offsets.push_back(spans.rows);
    spans.rows += length;
  }
  return spans;
}

int64_t Spans::max_length() const { return lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end()); }

}  // namespace vbench::nn
