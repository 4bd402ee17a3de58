// The differentiable pieces of a transformer over packed sequences: rows of all sequences one after another, no padding. Used by methods.
// On the CPU in float32 and bfloat16 autocast they run fused loops (kernels/); on other devices and in double the same formulas in ATen.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vbench::nn {

/// One dropout of one forward pass. Element i of a tensor is kept if hash(key, i) says so, then scaled by 1 / (1 - p): the mask depends on
/// nothing but key and position, so neither threads nor a resumed run change it.
struct Dropout {
  double p = 0;  ///< [0, 1); 0: nothing is dropped
  uint64_t key = 0;
};

/// Hands every dropout of a forward pass its own key, in order of the calls.
class DropoutKeys {
 public:
  DropoutKeys() = default;  ///< evaluation: next() drops nothing
  explicit DropoutKeys(uint64_t step_seed) : training_(true), seed_(step_seed) {}
  [[nodiscard]] Dropout next(double p);

 private:
  bool training_ = false;
  uint64_t seed_ = 0, calls_ = 0;
};

/// The mask as a tensor: 0 or 1 / (1 - p), float32, any device.
[[nodiscard]] at::Tensor dropout_mask(at::IntArrayRef shape, const Dropout& dropout, const at::Device& device);
[[nodiscard]] at::Tensor dropout(const at::Tensor& x, const Dropout& dropout);

/// N sequences lying one after another in R packed rows.
struct Spans {
  std::vector<int64_t> lengths;  ///< N, each >= 1
  std::vector<int64_t> offsets;  ///< N: first row of each
  int64_t rows = 0;              ///< R

  [[nodiscard]] static Spans of(std::vector<int64_t> lengths);
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(lengths.size()); }
  [[nodiscard]] int64_t max_length() const;
};

/// x [..., K] times weight [N, K] transposed plus bias [N].
[[nodiscard]] at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);

/// gain * (x - mean) / (std + epsilon) + bias over the last axis, std with n - 1. x [..., D].
[[nodiscard]] at::Tensor deviation_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double epsilon);

/// after(deviation_norm(x + before(r))). x, r [..., D].
[[nodiscard]] at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                                  const Dropout& before, const Dropout& after);

/// gelu(dropout(x)), exact erf form.
[[nodiscard]] at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout);

/// linear(deviation_norm(x)) -> GELU -> plus the positional encoding. x [R, K]; returns one tensor [R, D] a set of spans: the same rows may
/// be read as different sequences (sentences, or their whole paragraph) and then share everything but their positions.
/// @param table  [P, D] float32, row t is added to the t-th row of each sequence
[[nodiscard]] std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                                 const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                                 const std::vector<const Spans*>& spans);

/// Self-attention within every sequence. qkv [R, 3 D]: queries, keys, values side by side, `heads` heads of D / heads channels each; scores
/// are divided by sqrt(D / heads); dropout on the softmax. Returns [R, D].
[[nodiscard]] at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout);

/// Per channel: softmax of the logits over each sequence, times x, summed. x, logits [R, D]; dropouts on the logits before the softmax and
/// on the weights behind it. Returns [N, D] float32.
[[nodiscard]] at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                              const Dropout& on_weights);

}  // namespace vbench::nn
