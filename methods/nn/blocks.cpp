#include "methods/nn/blocks.hpp"

#include "methods/nn/reference.hpp"

namespace vbench::nn {

at::Tensor dropout(const at::Tensor& x, const Dropout& dropout) { return reference::dropout(x, dropout); }
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) { return reference::linear(x, weight, bias); }
at::Tensor deviation_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double epsilon) {
  return reference::deviation_norm(x, gain, bias, epsilon);
}
at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                    const Dropout& before, const Dropout& after) {
  return reference::add_norm(x, r, gain, bias, epsilon, before, after);
}
at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout) { return reference::dropout_gelu(x, dropout); }
std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                   const std::vector<const Spans*>& spans) {
  return reference::embed_rows(x, gain, norm_bias, epsilon, weight, bias, table, spans);
}
at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout) {
  return reference::self_attention(qkv, spans, heads, dropout);
}
at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                const Dropout& on_weights) {
  return reference::channel_softmax_pool(x, logits, spans, on_logits, on_weights);
}

}  // namespace vbench::nn
