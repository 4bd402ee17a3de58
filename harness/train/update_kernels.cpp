#include "harness/train/update_kernels.hpp"

#include <cmath>

// Compiled without errno from mathematical functions (CMakeLists.txt): only then may the compiler turn sqrt into vector instructions.
namespace vbench {
namespace {

/// Updates both moments of every element with the gradient + l2 p, then sets p = move(p, m, v).
template <typename Move>
void update_elements(const MomentFactors& factors, float l2, const FloatSlice& slice, Move move) {
  const float beta1 = factors.beta1, beta2 = factors.beta2, rest1 = factors.rest1, rest2 = factors.rest2;
  float* __restrict value = slice.value;
  const float* __restrict gradient = slice.gradient;
  float* __restrict first = slice.m;
  float* __restrict second = slice.v;
  for (int64_t i = 0; i < slice.count; ++i) {
    const float p = value[i];
    const float g = gradient[i] + l2 * p;
    const float m = first[i] * beta1 + rest1 * g;
    const float v = second[i] * beta2 + rest2 * g * g;
    first[i] = m;
    second[i] = v;
    value[i] = move(p, m, v);
  }
}

}  // namespace

void adam_kernel(const AdamFactors& factors, const FloatSlice& slice) {
  const float size = factors.size, root = factors.root, epsilon = factors.moments.epsilon;
  update_elements(factors.moments, factors.l2, slice,
                  [=](float p, float m, float v) { return p - size * m / (std::sqrt(v) / root + epsilon); });
}

void radam_kernel(const RAdamFactors& factors, const FloatSlice& slice) {
  const float size = factors.size, decay = factors.decay, epsilon = factors.moments.epsilon;
  const auto stay = [](float p, float, float) { return p; };
  const auto momentum = [=](float p, float m, float) { return p - decay * p - size * m; };
  const auto adaptive = [=](float p, float m, float v) { return p - decay * p - size * m / (std::sqrt(v) + epsilon); };
  switch (factors.move) {
    case RAdamMove::kNone:
      return update_elements(factors.moments, 0, slice, stay);
    case RAdamMove::kMomentum:
      return update_elements(factors.moments, 0, slice, momentum);
    case RAdamMove::kAdaptive:
      return update_elements(factors.moments, 0, slice, adaptive);
  }
}

void sgd_kernel(const SgdFactors& factors, const FloatSlice& slice) {
  const auto [l2, momentum, rate, nesterov] = factors;
  float* __restrict value = slice.value;
  const float* __restrict gradient = slice.gradient;
  float* __restrict first = slice.m;
  if (first == nullptr) {
    for (int64_t i = 0; i < slice.count; ++i) value[i] -= rate * (gradient[i] + l2 * value[i]);
    return;
  }
  for (int64_t i = 0; i < slice.count; ++i) {
    const float g = gradient[i] + l2 * value[i];
    const float m = first[i] * momentum + g;
    first[i] = m;
    value[i] -= rate * (nesterov ? g + momentum * m : m);
  }
}

}  // namespace vbench
