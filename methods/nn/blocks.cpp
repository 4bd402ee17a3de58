#include "methods/nn/blocks.hpp"

#include "harness/core/error.hpp"
#include "methods/nn/activation.hpp"
#include "methods/nn/fast.hpp"
#include "methods/nn/reference.hpp"

namespace vbench::nn {
namespace {

// The loops know float32 parameters, rows up to a fixed width, and the processor's memory.
bool fits(const at::Tensor& x, at::TensorList parameters, int64_t widest = 16384) {
  const at::ScalarType type = activation_type(x);
  if (!x.is_cpu() || (type != at::kFloat && type != at::kBFloat16) || x.size(-1) < 2 || x.size(-1) > widest || x.numel() == 0) return false;
  for (const at::Tensor& parameter : parameters) {
    if (parameter.scalar_type() != at::kFloat || !parameter.is_contiguous() || !parameter.is_cpu()) return false;
  }
  return true;
}

// A bug of the caller, not of its data: the loops would read or leave out foreign rows.
void require_rows(const at::Tensor& x, const Spans& spans, const char* block) {
  int64_t rows = 0;
  bool adjacent = spans.lengths.size() == spans.offsets.size();
  for (size_t n = 0; adjacent && n < spans.lengths.size(); ++n) {
    adjacent = spans.lengths[n] >= 1 && spans.offsets[n] == rows;
    rows += spans.lengths[n];
  }
  if (adjacent && x.dim() == 2 && x.size(0) == rows && rows == spans.rows) return;
  throw Error(ErrorKind::kInternal, "the sequences do not cover the packed rows", block);
}

void require_heads(const at::Tensor& qkv, int64_t heads) {
  if (heads >= 1 && qkv.size(1) % (3 * heads) == 0) return;
  throw Error(ErrorKind::kInternal, "the width is not three times a multiple of the number of heads", "self_attention");
}

}  // namespace

at::Tensor dropout(const at::Tensor& x, const Dropout& dropout) {
  const bool plain = x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
  return plain ? fast::dropout(x, dropout) : reference::dropout(x, dropout);
}

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return fits(x, {weight, bias}) ? fast::linear(x, weight, bias) : reference::linear(x, weight, bias);
}

at::Tensor deviation_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double epsilon) {
  return fits(x, {gain, bias}) ? fast::add_norm(x, {}, gain, bias, epsilon, {}, {}) : reference::deviation_norm(x, gain, bias, epsilon);
}

at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                    const Dropout& before, const Dropout& after) {
  return fits(x, {gain, bias}) ? fast::add_norm(x, r, gain, bias, epsilon, before, after)
                               : reference::add_norm(x, r, gain, bias, epsilon, before, after);
}

at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout) {
  return fits(x, {}, INT64_MAX) ? fast::dropout_gelu(x, dropout) : reference::dropout_gelu(x, dropout);
}

std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                   const std::vector<const Spans*>& spans) {
  for (const Spans* set : spans) {
    require_rows(x, *set, "embed_rows");
    if (set->max_length() > table.size(0)) {
      throw input_error("a sequence has more positions than the positional encoding's " + std::to_string(table.size(0)),
                        std::to_string(set->max_length()) + " positions");
    }
  }
  return fits(x, {gain, norm_bias, weight, bias, table}) ? fast::embed_rows(x, gain, norm_bias, epsilon, weight, bias, table, spans)
                                                         : reference::embed_rows(x, gain, norm_bias, epsilon, weight, bias, table, spans);
}

at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout) {
  require_rows(qkv, spans, "self_attention");
  require_heads(qkv, heads);
  return fits(qkv, {}) ? fast::self_attention(qkv, spans, heads, dropout) : reference::self_attention(qkv, spans, heads, dropout);
}

at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                const Dropout& on_weights) {
  require_rows(x, spans, "channel_softmax_pool");
  return fits(x, {}) ? fast::channel_softmax_pool(x, logits, spans, on_logits, on_weights)
                     : reference::channel_softmax_pool(x, logits, spans, on_logits, on_weights);
}

}  // namespace vbench::nn
