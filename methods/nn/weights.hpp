// A network's tensors by name: made, filled at the start, listed, and watched for changes. Used by networks over clips.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "harness/core/experiment.hpp"
#include "harness/core/random.hpp"

namespace vbench::nn {

/// Named tensors in the order of the authors' state dict; buffers do not require gradients.
using Weights = std::vector<NamedTensor>;

/// A tensor that the optimiser changes.
[[nodiscard]] at::Tensor trainable(const at::Tensor& tensor);

/// Memory and version of every tensor: differs from an earlier one if anything was written.
using Versions = std::vector<std::pair<const void*, uint32_t>>;
[[nodiscard]] Versions versions_of(const Weights& weights);

/// One line a layer with its kind, and the parameters of all. @param kind_of  "Conv3d" of a layer's first tensor
[[nodiscard]] ModelSummary list_layers(const Weights& weights, const std::function<const char*(const NamedTensor&)>& kind_of);

/// Fills a CPU tensor with draw(random) in pieces that have a stream each, so that threads share the work and not the order.
template <class Draw>
[[nodiscard]] at::Tensor drawn(at::IntArrayRef shape, uint64_t seed, const std::string& purpose, const Draw& draw) {
  constexpr int64_t kDrawnTogether = 1 << 16;  // elements of one random stream
  auto values = at::empty(shape, at::kFloat);
  auto* const out = values.data_ptr<float>();
  const int64_t count = values.numel(), pieces = (count + kDrawnTogether - 1) / kDrawnTogether;
  at::parallel_for(0, pieces, 1, [&](int64_t begin, int64_t end) {
    for (int64_t piece = begin; piece < end; ++piece) {
      RandomStream random(seed, purpose, 0, static_cast<uint64_t>(piece));
      const int64_t first = piece * kDrawnTogether;
      std::generate_n(out + first, std::min(kDrawnTogether, count - first), [&] { return static_cast<float>(draw(random)); });
    }
  });
  return values;
}

}  // namespace vbench::nn
