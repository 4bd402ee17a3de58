// The blocks on the CPU in float32 and bfloat16: the inner loops of kernels/ with their derivatives. Used only by blocks.cpp.
#pragma once

#include "methods/nn/blocks.hpp"

/// Same functions and results as in blocks.hpp. Activations are CPU tensors; parameters are float32.
namespace vbench::nn::fast {

[[nodiscard]] at::Tensor dropout(const at::Tensor& x, const Dropout& dropout);
[[nodiscard]] at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias);
/// @param r  undefined: nothing is added to x
[[nodiscard]] at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                                  const Dropout& before, const Dropout& after);
[[nodiscard]] at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout);
[[nodiscard]] std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                                 const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                                 const std::vector<const Spans*>& spans);
[[nodiscard]] at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout);
[[nodiscard]] at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                              const Dropout& on_weights);

}  // namespace vbench::nn::fast
