// Softmax over a sequence for every channel, and the weighted sum of its rows. Included by implementation.hpp only.

// First pass: the largest logit of each channel; second: the sums of exponentials and of weighted rows.
template <class T>
static void pool(const T* x, const T* logits, float* out, float* statistics, int64_t length, int64_t width, const Mask& given_logits,
                 const Mask& given_weights, uint32_t first) {
  const Mask on_logits = given_logits, on_weights = given_weights;
  float* largest = statistics;
  float* sum = statistics + width;
  for (int64_t j = 0; j < width; ++j) {
    largest[j] = -__builtin_huge_valf();
    sum[j] = 0;
    out[j] = 0;
  }
  for (int64_t t = 0; t < length; ++t) {
    const T* b = logits + t * width;
    const uint32_t at = first + static_cast<uint32_t>(t * width);
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) {
      const float value = load(b[j]) * factor(on_logits, at + static_cast<uint32_t>(j));
      largest[j] = value > largest[j] ? value : largest[j];
    }
  }
  for (int64_t t = 0; t < length; ++t) {
    const T* b = logits + t * width;
    const T* row = x + t * width;
    const uint32_t at = first + static_cast<uint32_t>(t * width);
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) {
      const float e = exp_approx(load(b[j]) * factor(on_logits, at + static_cast<uint32_t>(j)) - largest[j]);
      sum[j] += e;
      out[j] += e * factor(on_weights, at + static_cast<uint32_t>(j)) * load(row[j]);
    }
  }
  for (int64_t j = 0; j < width; ++j) out[j] /= sum[j];
}

// The softmax's inner product sum_t w dw equals dout * out, so one pass is enough.
template <class T>
static void pool_backward(const float* dout, const float* out, const float* statistics, const T* x, const T* logits, T* dx, T* dlogits,
                          int64_t length, int64_t width, const Mask& given_logits, const Mask& given_weights, uint32_t first) {
  const Mask on_logits = given_logits, on_weights = given_weights;
  const float* largest = statistics;
  const float* sum = statistics + width;
  for (int64_t t = 0; t < length; ++t) {
    const int64_t from = t * width;
    const uint32_t at = first + static_cast<uint32_t>(from);
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) {
      const float f = factor(on_logits, at + static_cast<uint32_t>(j));
      const float g = factor(on_weights, at + static_cast<uint32_t>(j));
      const float w = exp_approx(load(logits[from + j]) * f - largest[j]) / sum[j];
      store(dx[from + j], dout[j] * w * g);
      store(dlogits[from + j], w * dout[j] * (load(x[from + j]) * g - out[j]) * f);
    }
  }
}
