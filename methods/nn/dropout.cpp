#include "methods/nn/dropout.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "harness/core/random.hpp"

namespace vbench::nn {
namespace {

constexpr int64_t kLow32 = 0xffffffff;

at::Tensor xor_of(const at::Tensor& x, int64_t bits) { return at::bitwise_xor(x, at::Scalar(bits)); }
at::Tensor xor_shifted(const at::Tensor& x, int64_t bits) { return at::bitwise_xor(x, at::bitwise_right_shift(x, at::Scalar(bits))); }

// x times a 32-bit constant, modulo 2^32, without ever leaving the range of int64: the constant's halves one after another.
at::Tensor times(const at::Tensor& x, int64_t constant) {
  const at::Tensor high = at::bitwise_and(x * (constant >> 16), at::Scalar(kLow32)) * 65536;
  return at::bitwise_and(x * (constant & 0xffff) + high, at::Scalar(kLow32));
}

// Spreads every bit of a key over all of them (the finaliser of SplitMix64): the hash of an element has few rounds, so that keys which
// differ in their high bits only would give masks that resemble each other.
uint64_t scattered(uint64_t key) {
  key += 0x9E3779B97F4A7C15ULL;
  key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9ULL;
  key = (key ^ (key >> 27)) * 0x94D049BB133111EBULL;
  return key ^ (key >> 31);
}

}  // namespace

Dropout DropoutKeys::next(double p) {
  if (!training_ || p <= 0) return {};
  return {p, derive_seed(seed_, "dropout", 0, calls_++)};
}

kernels::Mask mask_of(const Dropout& dropout) {
  if (dropout.p <= 0) return {};
  const uint64_t key = scattered(dropout.key);
  const double threshold = std::min(std::round(dropout.p * 4294967296.0), 4294967295.0);
  return {static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), static_cast<uint32_t>(threshold),
          static_cast<float>(1.0 / (1.0 - dropout.p))};
}

// The same formula as kernels::factor (kernels/math.hpp), on 64-bit integers because ATen has no unsigned 32-bit ones.
at::Tensor dropout_factors(const at::Tensor& index, const Dropout& dropout) {
  const kernels::Mask mask = mask_of(dropout);
  at::Tensor x = times(at::bitwise_and(index, at::Scalar(kLow32)), 0x9E3779B9);
  x = at::bitwise_and(x + static_cast<int64_t>(mask.key0), at::Scalar(kLow32));
  x = times(xor_shifted(x, 16), 0x7FEB352D);
  x = times(xor_shifted(xor_of(x, mask.key1), 15), 0x846CA68B);
  x = xor_shifted(x, 16);
  return x.ge(static_cast<int64_t>(mask.threshold)).to(at::kFloat).mul_(mask.scale);
}

at::Tensor dropout_mask(at::IntArrayRef shape, const Dropout& dropout, const at::Device& device) {
  if (dropout.p <= 0) return at::ones(shape, at::TensorOptions().device(device).dtype(at::kFloat));
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return dropout_factors(at::arange(count, at::TensorOptions().device(device).dtype(at::kLong)), dropout).view(shape);
}

}  // namespace vbench::nn
