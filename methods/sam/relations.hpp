// The network of SAM: relations of several scales over every subset of a set, and two heads. Used by the method, its tests, benchmarks.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"

namespace vbench::sam {

/// Sizes and structure; D, C, E come with the data. Published values as defaults.
struct NetworkOptions {
  std::vector<int64_t> scales{1, 2, 3, 4};  ///< ascending, without repeats
  int64_t in_features = 2048;               ///< D
  int64_t bottleneck = 512;                 ///< H
  int64_t out_features = 2048;              ///< O
  int64_t nodes = 391;                      ///< C
  int64_t embedding = 300;                  ///< E
};

/// Two linear layers per scale behind ReLUs, the unused mix of the base class, and the heads (SPEC: authors' models.py).
/// Parameters carry the authors' names: relations.{i}.relate.1.weight, ..., linear.*, last_linear.*, embedding_linear.*
class Network {
 public:
  /// PyTorch's default initialisation from `seed`; linear.weight 1, linear.bias 0. @throws Error kUsage for bad scales or sizes
  Network(NetworkOptions options, uint64_t seed, const at::Device& device);

  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  /// In state-dict order. Tensors are shared with the network; writing into them changes it.
  [[nodiscard]] std::vector<NamedTensor> weights() const;
  /// Those the optimiser sees: all but linear.*, which takes no part in the forward pass.
  [[nodiscard]] std::vector<Parameter> parameters() const;

  [[nodiscard]] int64_t min_scale() const { return options_.scales.front(); }

  /// One feature for every subset of size min_scale..n: the sum of the relations of all its subsets. Differentiable.
  /// @param sets  [B, n, D]   @return [B, K, O] in the order of power_set(n, min_scale)
  /// @throws Error kInput "set smaller than the smallest relation" for n < min_scale
  [[nodiscard]] at::Tensor features(const at::Tensor& sets) const;
  /// The same for subsets of one size only, e.g. the singles of queries. size >= min_scale.
  [[nodiscard]] at::Tensor features_of_size(const at::Tensor& sets, int64_t size) const;

  struct Heads {
    at::Tensor embeddings;  ///< [..., E]
    at::Tensor logits;      ///< [..., C]
  };
  [[nodiscard]] Heads heads(const at::Tensor& features) const;            ///< [..., O]; both in one product
  [[nodiscard]] at::Tensor embeddings(const at::Tensor& features) const;  ///< [..., E] alone

  /// heads(features(sets)), exact up to rounding: where that saves work, the heads are folded into the second layers. Differentiable.
  [[nodiscard]] Heads forward(const at::Tensor& sets) const;

  /// Relation number `index` on its own: [B, ..., s, D] -> [B, R, O] as the authors' module.
  [[nodiscard]] at::Tensor relation(int64_t index, const at::Tensor& vectors) const;
  /// The authors' base-class forward, which their published models do not use: mean relation of each scale, mixed by linear.*. n >= min
  /// scale.
  [[nodiscard]] at::Tensor aggregate(const at::Tensor& sets) const;
  /// For n < min_scale: the ways in which the authors enlarge a set. Tiled (`tiles` > 1), or one of the choices of repeated members; each
  /// chosen member is appended on its own and the forwards of these sets are averaged.
  struct Enlargement {
    int64_t tiles = 1;
    std::vector<std::vector<int64_t>> repeats;  ///< indices appended, lexicographic; empty when tiled
  };
  [[nodiscard]] Enlargement enlargement(int64_t members) const;

 private:
  struct Relation {
    at::Tensor weight1, bias1, weight2, bias2;  // [H, s*D], [H], [O, H], [O]
  };
  struct Hidden {
    const Relation& relation;
    int64_t scale;
    at::Tensor values;  // [C(n, scale), B, H]
  };
  /// Behind the first layers of all scales up to `largest`; checks the sets.
  [[nodiscard]] std::vector<Hidden> hidden(const at::Tensor& sets, int64_t largest) const;
  [[nodiscard]] at::Tensor summed_features(const at::Tensor& sets, int64_t largest) const;  // subset-major: [K, B, O]
  [[nodiscard]] at::Tensor whole_set_features(const at::Tensor& sets) const;                // [B, 1, O]
  [[nodiscard]] at::Tensor head_weight() const;                                             // [C + E, O]
  [[nodiscard]] at::Tensor head_bias() const;
  [[nodiscard]] at::Tensor own_heads(const Hidden& hidden, const at::Tensor& head) const;  // [C(n, scale), B, C + E]
  [[nodiscard]] Heads split(const at::Tensor& both) const;

  NetworkOptions options_;
  std::vector<Relation> relations_;
  at::Tensor mix_weight_, mix_bias_, logit_weight_, logit_bias_, embedding_weight_, embedding_bias_;
};

/// Multiply-adds of one forward pass of a set with `members` videos by the published formula, subset by subset.
[[nodiscard]] int64_t multiply_adds(const NetworkOptions& options, int64_t members);

}  // namespace vbench::sam
