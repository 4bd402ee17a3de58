#include "methods/nn/reference.hpp"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "methods/nn/activation.hpp"
#include "methods/nn/dropout.hpp"

namespace vbench::nn::reference {
namespace {

at::Tensor as_tensor(const std::vector<int64_t>& values, const at::Device& device) {
  return at::tensor(at::IntArrayRef(values), at::TensorOptions().dtype(at::kLong)).to(device);
}

// Packed rows of N sequences as a rectangle [N, L] and back.
class Rectangle {
 public:
  Rectangle(const Spans& spans, const at::Device& device) : sequences_(spans.size()), longest_(spans.max_length()) {
    std::vector<int64_t> to(static_cast<size_t>(sequences_ * longest_), 0), from(static_cast<size_t>(spans.rows), 0);
    for (int64_t n = 0; n < sequences_; ++n) {
      const auto at = static_cast<size_t>(n);
      for (int64_t t = 0; t < spans.lengths[at]; ++t) {
        to[static_cast<size_t>(n * longest_ + t)] = spans.offsets[at] + t;
        from[static_cast<size_t>(spans.offsets[at] + t)] = n * longest_ + t;
      }
    }
    to_ = as_tensor(to, device);
    from_ = as_tensor(from, device);
    lengths_ = as_tensor(spans.lengths, device);
    offsets_ = as_tensor(spans.offsets, device);
    valid_ = at::arange(longest_, lengths_.options()).unsqueeze(0).lt(lengths_.unsqueeze(1));
  }

  [[nodiscard]] at::Tensor padded(const at::Tensor& rows) const {  ///< [R, D] -> [N, L, D]
    return rows.index_select(0, to_).view({sequences_, longest_, rows.size(1)});
  }
  [[nodiscard]] at::Tensor packed(const at::Tensor& rectangle) const {  ///< [N, L, D] -> [R, D]
    return rectangle.reshape({sequences_ * longest_, rectangle.size(2)}).index_select(0, from_);
  }
  [[nodiscard]] const at::Tensor& valid() const { return valid_; }      ///< [N, L] bool
  [[nodiscard]] const at::Tensor& lengths() const { return lengths_; }  ///< [N]
  /// Numbers of the attention weights [N, H, L, L]: sequence by sequence, head by head, row by row, without gaps.
  [[nodiscard]] at::Tensor weight_numbers(int64_t heads) const {
    const at::Tensor squares = lengths_ * lengths_;
    const at::Tensor first = (squares.cumsum(0) - squares) * heads;
    const auto shaped = [](const at::Tensor& x) { return x.view({-1, 1, 1, 1}); };
    const at::Tensor head = at::arange(heads, lengths_.options()).view({1, -1, 1, 1});
    const at::Tensor position = at::arange(longest_, lengths_.options());
    return shaped(first) + head * shaped(squares) + position.view({1, 1, -1, 1}) * shaped(lengths_) + position.view({1, 1, 1, -1});
  }

 private:
  int64_t sequences_, longest_;
  at::Tensor to_, from_, lengths_, offsets_, valid_;
};

at::Tensor normalised(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double epsilon) {
  const at::Tensor centred = x - x.mean(-1, true);
  // A constant row has deviation 0, whose square root has no slope; the bound gives it the slope 0.
  const at::Tensor variance = (centred * centred).sum(-1, true) / static_cast<double>(x.size(-1) - 1);
  return gain * centred / (variance.clamp_min(1e-30).sqrt() + epsilon) + bias;
}

at::Tensor masked(const at::Tensor& x, const Dropout& dropout) {
  return dropout.p <= 0 ? x : x * dropout_mask(x.sizes(), dropout, x.device()).to(x.scalar_type());
}

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

at::Tensor dropout(const at::Tensor& x, const Dropout& dropout) { return masked(x, dropout); }

at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) { return at::linear(x, weight, bias); }

at::Tensor deviation_norm(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& bias, double epsilon) {
  return normalised(widened(x), gain, bias, epsilon).to(activation_type(x));
}

at::Tensor add_norm(const at::Tensor& x, const at::Tensor& r, const at::Tensor& gain, const at::Tensor& bias, double epsilon,
                    const Dropout& before, const Dropout& after) {
  const at::Tensor sum = widened(x) + masked(widened(r), before);
  return masked(normalised(sum, gain, bias, epsilon), after).to(activation_type(x));
}

at::Tensor dropout_gelu(const at::Tensor& x, const Dropout& dropout) {
  return at::gelu(masked(widened(x), dropout)).to(activation_type(x));
}

std::vector<at::Tensor> embed_rows(const at::Tensor& x, const at::Tensor& gain, const at::Tensor& norm_bias, double epsilon,
                                   const at::Tensor& weight, const at::Tensor& bias, const at::Tensor& table,
                                   const std::vector<const Spans*>& spans) {
  const at::Tensor h = at::gelu(widened(linear(deviation_norm(x, gain, norm_bias, epsilon), weight, bias)));
  std::vector<at::Tensor> results;
  for (const Spans* set : spans) {
    std::vector<int64_t> position(static_cast<size_t>(set->rows), 0);
    for (size_t n = 0; n < set->lengths.size(); ++n) {
      for (int64_t t = 0; t < set->lengths[n]; ++t) position[static_cast<size_t>(set->offsets[n] + t)] = t;
    }
    results.push_back((h + table.index_select(0, as_tensor(position, x.device())).to(h.scalar_type())).to(activation_type(x)));
  }
  return results;
}

at::Tensor self_attention(const at::Tensor& qkv, const Spans& spans, int64_t heads, const Dropout& dropout) {
  const int64_t width = qkv.size(1) / 3;
  const Rectangle rectangle(spans, qkv.device());
  const int64_t longest = spans.max_length();
  const int64_t depth = width / heads;
  const at::Tensor padded = rectangle.padded(qkv).view({spans.size(), longest, 3, heads, depth}).permute({2, 0, 3, 1, 4});
  const at::Tensor scores = widened(at::matmul(padded[0], padded[1].transpose(-1, -2))) / std::sqrt(static_cast<double>(depth));
  at::Tensor weights = scores.masked_fill(rectangle.valid().logical_not().view({spans.size(), 1, 1, longest}), -kInfinity).softmax(-1);
  if (dropout.p > 0) weights = weights * dropout_factors(rectangle.weight_numbers(heads), dropout).to(weights.scalar_type());
  const at::Tensor mixed = at::matmul(weights.to(padded.scalar_type()), padded[2]);
  return rectangle.packed(mixed.transpose(1, 2).reshape({spans.size(), longest, width}));
}

at::Tensor channel_softmax_pool(const at::Tensor& x, const at::Tensor& logits, const Spans& spans, const Dropout& on_logits,
                                const Dropout& on_weights) {
  const Rectangle rectangle(spans, x.device());
  const at::Tensor outside = rectangle.valid().logical_not().unsqueeze(-1);
  const at::Tensor padded = rectangle.padded(masked(widened(logits), on_logits)).masked_fill(outside, -kInfinity);
  const at::Tensor weights = masked(rectangle.packed(padded.softmax(1)), on_weights);
  return rectangle.padded(weights * widened(x)).masked_fill(outside, 0).sum(1);
}

}  // namespace vbench::nn::reference
