// Self-attention of one sequence and one head. Included by implementation.hpp only.

static inline int64_t rounded_up(int64_t n, int64_t to) { return (n + to - 1) / to * to; }

// Scratch of the small products below: both operands packed in full.
static int64_t small_product_scratch(int64_t n, int64_t k) { return rounded_up(n, kTileColumns) * k + kTileRows * k; }

// c [m, n] float with row stride c_row = a b, with operands small enough for one pass.
template <class A, class B>
static void small_product(const A* a, int64_t a_row, int64_t a_column, const B* b, int64_t b_row, int64_t b_column, int64_t m, int64_t n,
                          int64_t k, float* c, int64_t c_row, float* scratch) {
  float* packed_b = scratch;
  float* packed_a = scratch + rounded_up(n, kTileColumns) * k;
  alignas(64) float tile[kTileRows * kTileColumns];
  pack_columns(b, b_row, b_column, k, n, packed_b);
  for (int64_t i = 0; i < m; i += kTileRows) {
    const int64_t rows = m - i < kTileRows ? m - i : kTileRows;
    pack_rows(a + i * a_row, a_row, a_column, rows, k, packed_a);
    for (int64_t j = 0; j < n; j += kTileColumns) {
      multiply_tile(k, packed_a, packed_b + j * k, tile);
      store_tile(tile, rows, n - j < kTileColumns ? n - j : kTileColumns, c + i * c_row + j, c_row, nullptr, false);
    }
  }
}

static int64_t attention_scratch(int64_t length, int64_t head_width) {
  const int64_t longest = length > head_width ? length : head_width;
  return 2 * length * length + length * head_width + small_product_scratch(longest, longest);
}

// weights [T, T] = softmax(scale q k'), row by row.
template <class T>
static void attention_weights(const T* qkv, const AttentionItem& item, float* weights, float* scratch) {
  const int64_t length = item.length;
  small_product(qkv, item.stride, 1, qkv + item.value_offset, 1, item.stride, length, length, item.head_width, weights, length, scratch);
  for (int64_t i = 0; i < length; ++i) {
    float* row = weights + i * length;
    float largest = row[0];
#pragma omp simd reduction(max : largest)
    for (int64_t j = 0; j < length; ++j) largest = row[j] > largest ? row[j] : largest;
    float sum = 0;
    const float scale = item.scale;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < length; ++j) {
      const float e = exp_approx((row[j] - largest) * scale);
      row[j] = e;
      sum += e;
    }
    const float inverse = 1.0F / sum;
#pragma omp simd
    for (int64_t j = 0; j < length; ++j) row[j] *= inverse;
  }
}

static void mask_weights(const float* weights, const AttentionItem& item, float* masked) {
  const int64_t count = item.length * item.length;
  const Mask mask = item.mask;
  const uint32_t first = item.first_element;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) masked[i] = weights[i] * factor(mask, first + static_cast<uint32_t>(i));
}

template <class T>
static void store_block(const float* from, int64_t rows, int64_t columns, float scale, T* to, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
#pragma omp simd
    for (int64_t j = 0; j < columns; ++j) store(to[i * stride + j], from[i * columns + j] * scale);
  }
}

template <class T>
static void attention(const T* qkv, T* out, const AttentionItem& item, float* scratch) {
  const int64_t length = item.length, width = item.head_width;
  float* weights = scratch;
  float* result = weights + 2 * length * length;
  float* free = result + length * width;
  attention_weights(qkv, item, weights, free);
  if (item.mask.threshold != 0) mask_weights(weights, item, weights);
  small_product(weights, length, 1, qkv + 2 * item.value_offset, item.stride, 1, length, width, length, result, width, free);
  store_block(result, length, width, 1.0F, out, item.out_stride);
}

// d scores = w * (d w - sum_j w d w), where d w has passed the dropout; in place of d w.
static void softmax_backward(const float* weights, const AttentionItem& item, float* gradient) {
  const int64_t length = item.length;
  const Mask mask = item.mask;
  for (int64_t i = 0; i < length; ++i) {
    const float* w = weights + i * length;
    float* g = gradient + i * length;
    const uint32_t first = item.first_element + static_cast<uint32_t>(i * length);
    if (mask.threshold != 0) {
#pragma omp simd
      for (int64_t j = 0; j < length; ++j) g[j] *= factor(mask, first + static_cast<uint32_t>(j));
    }
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < length; ++j) sum += w[j] * g[j];
#pragma omp simd
    for (int64_t j = 0; j < length; ++j) g[j] = w[j] * (g[j] - sum);
  }
}

template <class T>
static void attention_backward(const T* dout, const T* qkv, T* dqkv, const AttentionItem& item, float* scratch) {
  const int64_t length = item.length, width = item.head_width, offset = item.value_offset;
  float* weights = scratch;
  float* gradient = weights + length * length;
  float* result = gradient + length * length;
  float* free = result + length * width;
  attention_weights(qkv, item, weights, free);
  const float* used = weights;
  if (item.mask.threshold != 0) {
    mask_weights(weights, item, gradient);
    used = gradient;
  }
  small_product(used, 1, length, dout, item.out_stride, 1, length, width, length, result, width, free);  // d value
  store_block(result, length, width, 1.0F, dqkv + 2 * offset, item.stride);
  small_product(dout, item.out_stride, 1, qkv + 2 * offset, 1, item.stride, length, length, width, gradient, length, free);
  softmax_backward(weights, item, gradient);
  small_product(gradient, length, 1, qkv + offset, item.stride, 1, length, width, length, result, width, free);  // d query
  store_block(result, length, width, item.scale, dqkv, item.stride);
  small_product(gradient, 1, length, qkv, item.stride, 1, length, width, length, result, width, free);  // d key
  store_block(result, length, width, item.scale, dqkv + offset, item.stride);
}
