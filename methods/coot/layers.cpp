#include "methods/coot/layers.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include <cmath>

namespace vbench::coot {
namespace {

at::Tensor parameter(at::IntArrayRef shape, double value = 0) { return torch::full(shape, value, torch::kFloat).requires_grad_(); }

// [B, T, D] -> [B, H, T, D / H]
at::Tensor split_heads(const at::Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, x.size(2) / heads}).transpose(1, 2);
}

}  // namespace

Linear::Linear(int64_t in, int64_t out) : weight(parameter({out, in})), bias(parameter({out})) {}

void Linear::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "weight", weight});
  weights.push_back({prefix + "bias", bias});
}

Norm::Norm(int64_t width, double eps) : gain(parameter({width}, 1)), bias(parameter({width})), epsilon(eps) {}

void Norm::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "gain", gain});
  weights.push_back({prefix + "bias", bias});
}

Attention::Attention(int64_t width, int64_t heads)
    : heads_(heads), query_(width, width), key_(width, width), value_(width, width), final_(width, width) {}

at::Tensor Attention::packed(const at::Tensor& x, const nn::Spans& spans, const nn::Dropout& dropout) const {
  // One product instead of three: the weights are small beside the rows.
  const auto weight = torch::cat({query_.weight, key_.weight, value_.weight});
  const auto bias = torch::cat({query_.bias, key_.bias, value_.bias});
  return final_.forward(nn::self_attention(nn::linear(x, weight, bias), spans, heads_, dropout));
}

at::Tensor Attention::padded(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& padding, const nn::Dropout& dropout) const {
  const auto q = split_heads(query_.forward(query), heads_);
  const auto k = split_heads(key_.forward(keys), heads_);
  const auto v = split_heads(value_.forward(keys), heads_);
  const double scale = 1 / std::sqrt(static_cast<double>(q.size(-1)));
  const auto scores = torch::matmul(q, k.transpose(-2, -1)) * scale;
  const auto masked = scores.masked_fill(padding.unsqueeze(1).unsqueeze(1), kMasked);
  const auto weights = nn::dropout(torch::softmax(masked, -1), dropout);
  const auto mixed = torch::matmul(weights.to(v.scalar_type()), v);
  return final_.forward(mixed.transpose(1, 2).reshape(query.sizes()));
}

void Attention::collect(const std::string& prefix, Weights& weights) const {
  query_.collect(prefix + "query_projection.", weights);
  key_.collect(prefix + "key_projection.", weights);
  value_.collect(prefix + "value_projection.", weights);
  final_.collect(prefix + "final_projection.", weights);
}

FeedForward::FeedForward(int64_t width, int64_t inner) : first_(width, inner), second_(inner, width) {}

at::Tensor FeedForward::forward(const at::Tensor& x, const nn::Dropout& dropout) const {
  return second_.forward(nn::dropout_gelu(first_.forward(x), dropout));
}

void FeedForward::collect(const std::string& prefix, Weights& weights) const {
  first_.collect(prefix + "feed_forward.0.", weights);
  second_.collect(prefix + "feed_forward.3.", weights);
}

EncoderLayer::EncoderLayer(const LayerOptions& options)
    : dropout_(options.dropout),
      attention_(options.width, options.heads),
      attention_norm_(options.width, options.norm_epsilon),
      feed_forward_(options.width, options.feed_forward),
      feed_forward_norm_(options.width, options.norm_epsilon) {}

at::Tensor EncoderLayer::packed(const at::Tensor& x, const nn::Spans& spans, nn::DropoutKeys& keys) const {
  return finish(x, attention_.packed(x, spans, keys.next(dropout_)), keys);
}

at::Tensor EncoderLayer::padded(const at::Tensor& query, const at::Tensor& keys_values, const at::Tensor& padding,
                                nn::DropoutKeys& keys) const {
  return finish(query, attention_.padded(query, keys_values, padding, keys.next(dropout_)), keys);
}

at::Tensor EncoderLayer::finish(const at::Tensor& query, const at::Tensor& attended, nn::DropoutKeys& keys) const {
  const auto& first = attention_norm_;
  const auto& second = feed_forward_norm_;
  const auto middle = nn::add_norm(query, attended, first.gain, first.bias, first.epsilon, {}, keys.next(dropout_));
  const auto inner = feed_forward_.forward(middle, keys.next(dropout_));
  return nn::add_norm(middle, inner, second.gain, second.bias, second.epsilon, keys.next(dropout_), {});
}

void EncoderLayer::collect(const std::string& prefix, Weights& weights) const {
  attention_.collect(prefix + "self_attention_layer.sublayer.", weights);
  attention_norm_.collect(prefix + "self_attention_layer.layer_normalization.", weights);
  feed_forward_.collect(prefix + "pointwise_feedforward_layer.sublayer.", weights);
  feed_forward_norm_.collect(prefix + "pointwise_feedforward_layer.layer_normalization.", weights);
}

Encoder::Encoder(const LayerOptions& options, int64_t layers, bool chained) : chained_(chained) {
  for (int64_t i = 0; i < layers; ++i) layers_.emplace_back(options);
}

at::Tensor Encoder::packed(const at::Tensor& x, const nn::Spans& spans, nn::DropoutKeys& keys) const {
  at::Tensor y = x;
  for (size_t i = first_used(); i < layers_.size(); ++i) y = layers_[i].packed(y, spans, keys);
  return y;
}

at::Tensor Encoder::padded(const at::Tensor& x, const at::Tensor& padding, nn::DropoutKeys& keys) const {
  at::Tensor y = x;
  for (size_t i = first_used(); i < layers_.size(); ++i) y = layers_[i].padded(y, y, padding, keys);
  return y;
}

at::Tensor Encoder::cross(const at::Tensor& query, const at::Tensor& keys_values, const at::Tensor& padding, nn::DropoutKeys& keys) const {
  at::Tensor y = query;
  for (size_t i = first_used(); i < layers_.size(); ++i) y = layers_[i].padded(y, keys_values, padding, keys);
  return y;
}

void Encoder::collect(const std::string& prefix, Weights& weights) const {
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i].collect(fmt::format("{}encoder_layers.{}.", prefix, i), weights);
}

AttentionPool::AttentionPool(int64_t width, int64_t heads, int64_t hidden) {
  const int64_t inner = (hidden == 0 ? width : hidden) / heads;
  w1_ = parameter({heads, width, inner});
  b1_ = parameter({heads, inner});
  w2_ = parameter({heads, inner, width / heads});
  b2_ = parameter({heads, width / heads});
  one_ = torch::ones({1}, torch::kFloat);
}

at::Tensor AttentionPool::packed(const at::Tensor& x, const nn::Spans& spans, double dropout, nn::DropoutKeys& keys) const {
  const int64_t heads = w1_.size(0), inner = w1_.size(2);
  // The first layer of all heads is one product; the second is one for each head, on its own channels.
  const auto w1 = w1_.transpose(1, 2).reshape({heads * inner, w1_.size(1)});
  const auto hidden = nn::dropout_gelu(nn::linear(x, w1, b1_.flatten()), keys.next(dropout));
  const auto parts = hidden.split(inner, -1);
  std::vector<at::Tensor> logits;
  for (int64_t head = 0; head < heads; ++head) {
    logits.push_back(nn::linear(parts[static_cast<size_t>(head)], w2_[head].t().contiguous(), b2_[head]));
  }
  const auto on_logits = keys.next(dropout);
  return nn::channel_softmax_pool(x, torch::cat(logits, -1), spans, on_logits, keys.next(dropout));
}

void AttentionPool::collect(const std::string& prefix, Weights& weights) const {
  weights.push_back({prefix + "genpool_w1_head", w1_});
  weights.push_back({prefix + "genpool_b1_head", b1_});
  weights.push_back({prefix + "genpool_w2_head", w2_});
  weights.push_back({prefix + "genpool_b2_head", b2_});
  weights.push_back({prefix + "genpool_one", one_});
}

at::Tensor average_pool(const at::Tensor& x, const at::Tensor& padding, const std::vector<int64_t>& lengths, bool masked) {
  const auto summed = (masked ? x.masked_fill(padding.unsqueeze(-1), 0) : x).sum(1);
  return summed / torch::tensor(lengths, torch::kLong).to(x.device(), x.scalar_type()).unsqueeze(1);
}

InputLayers::InputLayers(int64_t in, int64_t out, int64_t layers, int64_t hidden, bool residual) {
  const int64_t inner = hidden == 0 ? out : hidden;
  for (int64_t i = 0; i < layers; ++i) layers_.emplace_back(i == 0 ? in : inner, i + 1 == layers ? out : inner);
  if (residual) residual_ = Linear(in, out);
}

at::Tensor InputLayers::forward(const at::Tensor& x, double dropout, nn::DropoutKeys& keys) const {
  at::Tensor y = layers_.front().forward(x);
  for (size_t i = 1; i < layers_.size(); ++i) y = layers_[i].forward(nn::dropout_gelu(y, keys.next(dropout)));
  if (residual_.weight.defined()) y = y + residual_.forward(x);
  return nn::dropout_gelu(y, {});
}

void InputLayers::collect(const std::string& prefix, Weights& weights) const {
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i].collect(fmt::format("{}mlp.{}.", prefix, 3 * i), weights);
  if (residual_.weight.defined()) residual_.collect(prefix + "residual.", weights);
}

at::Tensor positional_encoding(int64_t positions, int64_t width) {
  const auto t = torch::arange(positions, torch::kFloat).unsqueeze(1);
  const auto column = torch::arange(width, torch::kFloat);
  const auto angle = t / torch::pow(10000.0, 2 * column / static_cast<double>(width));
  const auto even = torch::arange(width, torch::kLong).remainder(2).eq(0);
  return torch::where(even, torch::sin(angle), torch::cos(angle)).contiguous();
}

}  // namespace vbench::coot
