// The parts of COOT's transformers (the authors' nntrainer/models): attention, feed-forward, encoder, pooler, input layers. Used by
// network.cpp. Packed forms take the rows of all sequences one after another; padded forms take [B, T, D] and count the padded queries, as
// the original does.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/core/experiment.hpp"
#include "methods/nn/blocks.hpp"

namespace vbench::coot {

/// What scores of padding are set to: the original takes the most negative number that float16 still holds comfortably.
inline constexpr double kMasked = -32752;

/// Named tensors of a part, in the order of the original's state dict.
using Weights = std::vector<NamedTensor>;

/// y = x Wᵀ + b.
struct Linear {
  at::Tensor weight;  ///< [out, in]
  at::Tensor bias;    ///< [out]

  Linear() = default;
  Linear(int64_t in, int64_t out);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const { return nn::linear(x, weight, bias); }
  void collect(const std::string& prefix, Weights& weights) const;
};

/// gain * (x - mean) / (deviation + epsilon) + bias.
struct Norm {
  at::Tensor gain, bias;  ///< [D]
  double epsilon = 1e-6;

  Norm() = default;
  Norm(int64_t width, double eps);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x) const { return nn::deviation_norm(x, gain, bias, epsilon); }
  void collect(const std::string& prefix, Weights& weights) const;
};

/// Sizes of one encoder layer.
struct LayerOptions {
  int64_t width = 384, heads = 8, feed_forward = 384;
  double norm_epsilon = 1e-6;
  double dropout = 0;
};

/// Multi-head attention without residual and norm.
class Attention {
 public:
  Attention(int64_t width, int64_t heads);

  /// Within every sequence. x [R, D] -> [R, D]
  [[nodiscard]] at::Tensor packed(const at::Tensor& x, const nn::Spans& spans, const nn::Dropout& dropout) const;
  /// query [B, Q, D], keys [B, T, D], padding [B, T] bool (true = masked) -> [B, Q, D]. Padded queries give numbers too.
  [[nodiscard]] at::Tensor padded(const at::Tensor& query, const at::Tensor& keys, const at::Tensor& padding,
                                  const nn::Dropout& dropout) const;
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  int64_t heads_;
  Linear query_, key_, value_, final_;
};

/// Linear, dropout, GELU, Linear; the dropout behind it is the caller's.
class FeedForward {
 public:
  FeedForward(int64_t width, int64_t inner);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const nn::Dropout& dropout) const;
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  Linear first_, second_;
};

/// y = norm(x + attention(x)), dropout, norm(y + feed_forward(y)).
class EncoderLayer {
 public:
  explicit EncoderLayer(const LayerOptions& options);
  [[nodiscard]] at::Tensor packed(const at::Tensor& x, const nn::Spans& spans, nn::DropoutKeys& keys) const;
  [[nodiscard]] at::Tensor padded(const at::Tensor& query, const at::Tensor& keys_values, const at::Tensor& padding,
                                  nn::DropoutKeys& keys) const;
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  [[nodiscard]] at::Tensor finish(const at::Tensor& query, const at::Tensor& attended, nn::DropoutKeys& keys) const;

  double dropout_;
  Attention attention_;
  Norm attention_norm_;
  FeedForward feed_forward_;
  Norm feed_forward_norm_;
};

/// A stack of layers. As published every layer reads the encoder's own input and only the last one's output is used, so the others are not
/// computed and get no gradient; `chained` feeds each layer with the one before.
class Encoder {
 public:
  Encoder(const LayerOptions& options, int64_t layers, bool chained);
  [[nodiscard]] at::Tensor packed(const at::Tensor& x, const nn::Spans& spans, nn::DropoutKeys& keys) const;
  /// Self-attention: every row of x [B, T, D] is query and key.
  [[nodiscard]] at::Tensor padded(const at::Tensor& x, const at::Tensor& padding, nn::DropoutKeys& keys) const;
  /// Cross attention: query [B, Q, D] looks at keys_values [B, T, D].
  [[nodiscard]] at::Tensor cross(const at::Tensor& query, const at::Tensor& keys_values, const at::Tensor& padding,
                                 nn::DropoutKeys& keys) const;
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  [[nodiscard]] size_t first_used() const { return chained_ ? 0 : layers_.size() - 1; }

  bool chained_;
  std::vector<EncoderLayer> layers_;
};

/// Attention-aware pooling (paper section 3.1): every channel of every sequence has its own softmax over positions.
class AttentionPool {
 public:
  /// @param hidden  inner width over all heads; 0: `width`
  AttentionPool(int64_t width, int64_t heads, int64_t hidden);
  [[nodiscard]] at::Tensor packed(const at::Tensor& x, const nn::Spans& spans, double dropout,
                                  nn::DropoutKeys& keys) const;  ///< [R, D] -> [N, D]
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  at::Tensor w1_, b1_, w2_, b2_, one_;  // [H, D, hidden/H], [H, hidden/H], [H, hidden/H, D/H], [H, D/H], [1]
};

/// Mean over positions. x [B, T, D]; lengths [B]
/// @param masked  false: the sum runs over padded positions too, the divisor is the true length
[[nodiscard]] at::Tensor average_pool(const at::Tensor& x, const at::Tensor& padding, const std::vector<int64_t>& lengths, bool masked);

/// gelu(mlp(x) + residual(x)): Linear layers with dropout and GELU between them, an optional linear shortcut.
class InputLayers {
 public:
  InputLayers(int64_t in, int64_t out, int64_t layers, int64_t hidden, bool residual);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, double dropout, nn::DropoutKeys& keys) const;
  [[nodiscard]] bool is_single() const { return layers_.size() == 1 && !residual_.weight.defined(); }
  [[nodiscard]] const Linear& single() const { return layers_.front(); }
  void collect(const std::string& prefix, Weights& weights) const;

 private:
  std::vector<Linear> layers_;
  Linear residual_;
};

/// sin and cos of t / 10000^(2 j / D) for even and odd columns j, as the original computes it: j is the column itself. [positions, D]
/// float32
[[nodiscard]] at::Tensor positional_encoding(int64_t positions, int64_t width);

}  // namespace vbench::coot
