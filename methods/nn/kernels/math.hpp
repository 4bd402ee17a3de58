// Scalar building blocks that the compiler vectorises: conversions, exp, GELU, dropout hash. Included by implementation.hpp only.
// Everything is static: a function with external linkage compiled for one instruction set must not be shared with another.

static inline uint32_t bits_of(float x) { return __builtin_bit_cast(uint32_t, x); }
static inline float float_of(uint32_t x) { return __builtin_bit_cast(float, x); }

static inline float load(float x) { return x; }
static inline float load(Bf16 x) { return float_of(static_cast<uint32_t>(x.bits) << 16); }
static inline void store(float& to, float x) { to = x; }
static inline void store(Bf16& to, float x) {  // round to nearest even
  const uint32_t u = bits_of(x);
  const uint32_t rounded = (u + 0x7fffU + ((u >> 16) & 1U)) >> 16;
  to.bits = static_cast<uint16_t>(x != x ? 0x7fc0U : rounded);
}

// exp(x) to 2 units in the last place: 2^n times a polynomial on [-ln2/2, ln2/2].
static inline float exp_approx(float x) {
  x = x < -87.0F ? -87.0F : x;
  x = x > 88.0F ? 88.0F : x;
  const float shifted = x * 1.44269504F + 12582912.0F;  // 1.5 * 2^23: the sum's low bits are the nearest integer
  const float n = shifted - 12582912.0F;
  const float r = (x - n * 0.693145752F) - n * 1.42860677e-6F;
  float p = 1.0F / 720.0F;
  p = p * r + 1.0F / 120.0F;
  p = p * r + 1.0F / 24.0F;
  p = p * r + 1.0F / 6.0F;
  p = p * r + 0.5F;
  p = p * r + 1.0F;
  p = p * r + 1.0F;
  return float_of(bits_of(p) + (bits_of(shifted) << 23));
}

// Normal distribution function by Abramowitz and Stegun 7.1.26 (absolute error below 1e-7), sharing exp(-x^2/2) with the density.
struct Normal {
  float cumulative, density;
};
static inline Normal normal_approx(float x) {
  const float z = __builtin_fabsf(x) * 0.707106781F;
  const float e = exp_approx(-z * z);
  const float t = 1.0F / (1.0F + 0.3275911F * z);
  float p = 1.061405429F;
  p = p * t - 1.453152027F;
  p = p * t + 1.421413741F;
  p = p * t - 0.284496736F;
  p = p * t + 0.254829592F;
  const float tail = 0.5F * p * t * e;
  return {x < 0 ? tail : 1.0F - tail, 0.398942280F * e};
}
static inline float gelu(float x) { return x * normal_approx(x).cumulative; }
static inline float gelu_slope(float x) {
  const Normal n = normal_approx(x);
  return n.cumulative + x * n.density;
}

// Factor of element `index`: 0 or the scale. The same formula as nn::dropout_factors (dropout.cpp).
static inline float factor(const Mask& mask, uint32_t index) {
  uint32_t x = index * 0x9E3779B9U + mask.key0;
  x ^= x >> 16;
  x *= 0x7FEB352DU;
  x ^= mask.key1;
  x ^= x >> 15;
  x *= 0x846CA68BU;
  x ^= x >> 16;
  return x >= mask.threshold ? mask.scale : 0.0F;
}
