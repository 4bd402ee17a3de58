// Update rules as plain loops over float32 memory: one pass that reads and writes each element once. Used by update_rule.cpp only.
#pragma once

#include <cstdint>

namespace vbench {

/// A run of elements of one parameter. `m` and `v` are null where the rule has no such moment.
struct FloatSlice {
  float* value = nullptr;
  const float* gradient = nullptr;
  float* m = nullptr;
  float* v = nullptr;
  int64_t count = 0;
};

/// Coefficients that Adam and RAdam share, already rounded to the arithmetic of the elements.
struct MomentFactors {
  float beta1, beta2;
  float rest1, rest2;  ///< 1 - beta, subtracted in double
  float epsilon;
};

/// g += l2 p; p -= size m / (sqrt(v) / root + epsilon)
struct AdamFactors {
  MomentFactors moments;
  float l2, size, root;
};
void adam_kernel(const AdamFactors& factors, const FloatSlice& slice);

/// What RAdam does to the parameter once the moments are updated.
enum class RAdamMove { kNone, kMomentum, kAdaptive };

/// p -= decay p; p -= size m (kMomentum) or size m / (sqrt(v) + epsilon) (kAdaptive)
struct RAdamFactors {
  MomentFactors moments;
  RAdamMove move;
  float decay, size;
};
void radam_kernel(const RAdamFactors& factors, const FloatSlice& slice);

/// g += l2 p; m = momentum m + g; p -= rate (g, m or g + momentum m)
struct SgdFactors {
  float l2, momentum, rate;
  bool nesterov;
};
void sgd_kernel(const SgdFactors& factors, const FloatSlice& slice);

}  // namespace vbench
