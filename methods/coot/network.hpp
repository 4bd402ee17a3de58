// One of COOT's transformers: a local network embeds frames or words, a global one embeds clips or sentences with their context. Used by
// model.cpp.
#pragma once

#include <optional>

#include "methods/coot/config.hpp"
#include "methods/coot/layers.hpp"

namespace vbench::coot {

enum class Level { kLocal, kGlobal };

/// Sizes of one network at run time. Those of its inputs come from the data, the rest from Config.
struct NetworkOptions {
  Level level = Level::kLocal;
  int64_t input_width = 512;  ///< global: must be `width`
  int64_t width = 384, heads = 8, feed_forward = 384, layers = 1;
  int64_t context_layers = 1;                                ///< global
  int64_t input_layers = 1, input_hidden = 0;                ///< local: Linear layers before the encoder, inner width (0: `width`)
  bool input_residual = false;                               ///< local: linear shortcut around them
  int64_t pools = 1, pooler_heads = 2, pooler_hidden = 768;  ///< local
  int64_t positions = 1000;                                  ///< rows of the positional encoding
  double norm_epsilon = 1e-6, dropout = 0;
  bool chained = false;                  ///< layers feed each other; false: as published
  Average average = Average::kUpstream;  ///< global
};

class Network {
 public:
  /// Weights are zero, gains one; see initialize(). @throws Error kUsage for sizes that do not fit each other, and for more than one pool
  explicit Network(const NetworkOptions& options);

  /// Local, without padding. `rows` [R, input_width] is read once for each set of spans: R rows each, e.g. as sentences and as paragraphs.
  /// Gives [R, width] for each, before the encoder.
  [[nodiscard]] std::vector<at::Tensor> embed(const at::Tensor& rows, const std::vector<const nn::Spans*>& spans,
                                              nn::DropoutKeys& keys) const;
  /// Local: embedded rows -> encoder -> [R, width] before pooling.
  [[nodiscard]] at::Tensor encode(const at::Tensor& embedded, const nn::Spans& spans, nn::DropoutKeys& keys) const;
  /// Local: encoded rows -> one vector a sequence, [N, width].
  [[nodiscard]] at::Tensor pool(const at::Tensor& encoded, const nn::Spans& spans, nn::DropoutKeys& keys) const;

  /// Global: x [B, T, width] with `lengths` true rows each, context [B, width] -> [B, 2 width]: pooled sequence, then attended context.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const std::vector<int64_t>& lengths, const at::Tensor& context,
                                   nn::DropoutKeys& keys) const;
  /// Global: what forward() pools, [B, T, width].
  [[nodiscard]] at::Tensor encode_padded(const at::Tensor& x, const at::Tensor& padding, nn::DropoutKeys& keys) const;

  [[nodiscard]] const Weights& weights() const { return weights_; }  ///< all, in the original's order; buffers do not require gradients
  [[nodiscard]] const NetworkOptions& options() const { return options_; }
  /// Multiply and add counted as two. Local: for sequences of these lengths; global: for one sequence of each length.
  [[nodiscard]] int64_t flops(const std::vector<int64_t>& lengths) const;
  void to(const at::Device& device);

 private:
  void check_lengths(int64_t longest) const;

  NetworkOptions options_;
  Norm norm_input_;
  std::optional<InputLayers> input_;
  at::Tensor positions_;  // [positions, width]
  Encoder encoder_;
  std::optional<Encoder> context_;
  std::optional<AttentionPool> pool_;
  Weights weights_;
};

/// True for tensors that the optimiser changes.
[[nodiscard]] bool is_parameter(const NamedTensor& weight);

/// Draws every weight, bias and pooler tensor outside norms from a normal truncated at two deviations; norms stay one and zero.
/// Each tensor has its own stream, keyed by seed and `scope` + its name.
void initialize(const Weights& weights, const std::string& scope, double deviation, uint64_t seed);

}  // namespace vbench::coot
