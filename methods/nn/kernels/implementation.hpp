// Bodies of the kernels. Each <instruction set>.cpp includes this inside its own namespace after defining VBENCH_LANES (floats of a
// vector) and VBENCH_TILE_ROWS. Reductions use `omp simd`, so sums are ordered the same for any number of threads.

#include "methods/nn/kernels/math.hpp"

// ---- matrix product -----------------------------------------------------------------------------------------------------------------

constexpr int64_t kTileRows = VBENCH_TILE_ROWS;
constexpr int64_t kTileColumns = 2 * VBENCH_LANES;
typedef float Vector __attribute__((vector_size(VBENCH_LANES * 4), aligned(4), may_alias));

template <class T>
static void pack_rows(const T* a, int64_t row, int64_t column, int64_t rows, int64_t depth, float* out) {
  if (rows < kTileRows) {
    for (int64_t i = 0; i < depth * kTileRows; ++i) out[i] = 0;
  }
  if (row == 1) {
    for (int64_t k = 0; k < depth; ++k) {
      for (int64_t i = 0; i < rows; ++i) out[k * kTileRows + i] = load(a[k * column + i]);
    }
    return;
  }
  for (int64_t i = 0; i < rows; ++i) {
    const T* from = a + i * row;
    if (column == 1) {
      for (int64_t k = 0; k < depth; ++k) out[k * kTileRows + i] = load(from[k]);
    } else {
      for (int64_t k = 0; k < depth; ++k) out[k * kTileRows + i] = load(from[k * column]);
    }
  }
}

template <class T>
static void pack_columns(const T* b, int64_t row, int64_t column, int64_t depth, int64_t columns, float* out) {
  for (int64_t n = 0; n < columns; n += kTileColumns) {
    const int64_t width = columns - n < kTileColumns ? columns - n : kTileColumns;
    float* panel = out + n * depth;
    if (width < kTileColumns) {
      for (int64_t i = 0; i < depth * kTileColumns; ++i) panel[i] = 0;
    }
    if (column == 1) {
      for (int64_t k = 0; k < depth; ++k) {
        const T* from = b + k * row + n;
        if (width == kTileColumns) {
          for (int64_t j = 0; j < kTileColumns; ++j) panel[k * kTileColumns + j] = load(from[j]);
        } else {
          for (int64_t j = 0; j < width; ++j) panel[k * kTileColumns + j] = load(from[j]);
        }
      }
    } else {
      for (int64_t j = 0; j < width; ++j) {
        const T* from = b + (n + j) * column;
        for (int64_t k = 0; k < depth; ++k) panel[k * kTileColumns + j] = load(from[k * row]);
      }
    }
  }
}

// tile[kTileRows][kTileColumns] = a panel times b panel; the accumulators live in registers.
static void multiply_tile(int64_t depth, const float* a, const float* b, float* tile) {
  Vector low[kTileRows], high[kTileRows];
#pragma GCC unroll 16
  for (int64_t i = 0; i < kTileRows; ++i) low[i] = high[i] = Vector{};
  for (int64_t k = 0; k < depth; ++k) {
    const Vector b0 = *reinterpret_cast<const Vector*>(b + k * kTileColumns);
    const Vector b1 = *reinterpret_cast<const Vector*>(b + k * kTileColumns + VBENCH_LANES);
#pragma GCC unroll 16
    for (int64_t i = 0; i < kTileRows; ++i) {
      const float value = a[k * kTileRows + i];
      low[i] += value * b0;
      high[i] += value * b1;
    }
  }
#pragma GCC unroll 16
  for (int64_t i = 0; i < kTileRows; ++i) {
    *reinterpret_cast<Vector*>(tile + i * kTileColumns) = low[i];
    *reinterpret_cast<Vector*>(tile + i * kTileColumns + VBENCH_LANES) = high[i];
  }
}

template <class C>
static void store_tile(const float* tile, int64_t rows, int64_t columns, C* c, int64_t c_row, const float* bias, bool accumulate) {
  for (int64_t i = 0; i < rows; ++i) {
    C* to = c + i * c_row;
    const float* from = tile + i * kTileColumns;
    if (accumulate) {
      for (int64_t j = 0; j < columns; ++j) store(to[j], load(to[j]) + from[j]);
    } else if (bias != nullptr) {
      for (int64_t j = 0; j < columns; ++j) store(to[j], from[j] + bias[j]);
    } else {
      for (int64_t j = 0; j < columns; ++j) store(to[j], from[j]);
    }
  }
}

static void pack_rows_of(const Matrix& a, int64_t m, int64_t k, int64_t rows, int64_t depth, float* out) {
  const int64_t offset = m * a.row + k * a.column;
  if (a.bf16) {
    pack_rows(static_cast<const Bf16*>(a.data) + offset, a.row, a.column, rows, depth, out);
  } else {
    pack_rows(static_cast<const float*>(a.data) + offset, a.row, a.column, rows, depth, out);
  }
}

static void pack_columns_of(const Matrix& b, int64_t k, int64_t n, int64_t depth, int64_t columns, float* out) {
  const int64_t offset = k * b.row + n * b.column;
  if (b.bf16) {
    pack_columns(static_cast<const Bf16*>(b.data) + offset, b.row, b.column, depth, columns, out);
  } else {
    pack_columns(static_cast<const float*>(b.data) + offset, b.row, b.column, depth, columns, out);
  }
}

// One pass over `depth` values of k for one packed block of columns.
static void gemm_pass(const Product& p, int64_t m0, int64_t m1, int64_t n0, int64_t n1, int64_t k0, int64_t depth, float* scratch) {
  float* packed_b = scratch;
  float* packed_a = scratch + kMaxDepth * (kMaxWidth + 64);
  alignas(64) float tile[kTileRows * kTileColumns];
  pack_columns_of(p.b, k0, n0, depth, n1 - n0, packed_b);
  for (int64_t m = m0; m < m1; m += kTileRows) {
    const int64_t rows = m1 - m < kTileRows ? m1 - m : kTileRows;
    pack_rows_of(p.a, m, k0, rows, depth, packed_a);
    for (int64_t n = n0; n < n1; n += kTileColumns) {
      const int64_t columns = n1 - n < kTileColumns ? n1 - n : kTileColumns;
      multiply_tile(depth, packed_a, packed_b + (n - n0) * depth, tile);
      const float* bias = p.bias == nullptr ? nullptr : p.bias + n;
      const int64_t at = m * p.c_row + n;
      if (p.c_bf16) {
        store_tile(tile, rows, columns, static_cast<Bf16*>(p.c) + at, p.c_row, bias, k0 > 0);
      } else {
        store_tile(tile, rows, columns, static_cast<float*>(p.c) + at, p.c_row, bias, k0 > 0);
      }
    }
  }
}

static void gemm_block(const Product& p, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* scratch) {
  const int64_t passes = p.c_bf16 ? 1 : (p.k + kMaxDepth - 1) / kMaxDepth;
  const int64_t depth = (p.k + passes - 1) / passes;
  const int64_t widest = depth <= kMaxDepth ? kMaxWidth : kMaxDepth * kMaxWidth / depth / kTileColumns * kTileColumns;
  const int64_t width_blocks = (n1 - n0 + widest - 1) / widest;
  int64_t width = (n1 - n0 + width_blocks - 1) / width_blocks;
  width = (width + kTileColumns - 1) / kTileColumns * kTileColumns;
  for (int64_t n = n0; n < n1; n += width) {
    const int64_t end = n + width < n1 ? n + width : n1;
    for (int64_t pass = 0; pass < passes; ++pass) {
      const int64_t k0 = p.k * pass / passes;
      gemm_pass(p, m0, m1, n, end, k0, p.k * (pass + 1) / passes - k0, scratch);
    }
  }
}

// ---- element by element -------------------------------------------------------------------------------------------------------------

template <class T>
static void dropout(const T* x, T* y, const Mask& given, int64_t begin, int64_t end) {
  const Mask mask = given;
#pragma omp simd
  for (int64_t i = begin; i < end; ++i) store(y[i], load(x[i]) * factor(mask, static_cast<uint32_t>(i)));
}

template <class T>
static void dropout_gelu(const T* x, T* y, const Mask& given, int64_t begin, int64_t end) {
  const Mask mask = given;
  if (mask.threshold == 0) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) store(y[i], gelu(load(x[i])));
  } else {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) store(y[i], gelu(load(x[i]) * factor(mask, static_cast<uint32_t>(i))));
  }
}

template <class T>
static void dropout_gelu_backward(const T* dy, const T* x, T* dx, const Mask& given, int64_t begin, int64_t end) {
  const Mask mask = given;
  if (mask.threshold == 0) {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) store(dx[i], load(dy[i]) * gelu_slope(load(x[i])));
  } else {
#pragma omp simd
    for (int64_t i = begin; i < end; ++i) {
      const float f = factor(mask, static_cast<uint32_t>(i));
      store(dx[i], load(dy[i]) * f * gelu_slope(load(x[i]) * f));
    }
  }
}

template <class T>
static void gelu_positions(const T* h, const float* table, const int64_t* const* position, T* const* out, int64_t copies, int64_t width,
                           int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const T* from = h + row * width;
    for (int64_t c = 0; c < copies; ++c) {
      T* to = out[c] + row * width;
      const float* offset = table + position[c][row] * width;
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) store(to[j], gelu(load(from[j])) + offset[j]);
    }
  }
}

template <class T>
static void gelu_positions_backward(const T* const* dout, const T* h, T* dh, int64_t copies, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const T* x = h + row * width;
    const T* first = dout[0] + row * width;
    T* to = dh + row * width;
    if (copies == 1) {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) store(to[j], load(first[j]) * gelu_slope(load(x[j])));
    } else {
      const T* second = dout[1] + row * width;
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) {
        float sum = load(first[j]) + load(second[j]);
        for (int64_t c = 2; c < copies; ++c) sum += load(dout[c][row * width + j]);
        store(to[j], sum * gelu_slope(load(x[j])));
      }
    }
  }
}

template <class T>
static void column_sums(const T* x, int64_t stride, float* sums, int64_t width, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const T* from = x + row * stride;
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) sums[j] += load(from[j]);
  }
}

// ---- layer norm ---------------------------------------------------------------------------------------------------------------------

struct Moments {
  float deviation, inverse;  // standard deviation (n - 1), 1 / (deviation + epsilon)
};

// Centres the row in place.
static inline Moments centre(float* row, int64_t width, float epsilon) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < width; ++j) sum += row[j];
  const float mean = sum / static_cast<float>(width);
  float squares = 0;
#pragma omp simd reduction(+ : squares)
  for (int64_t j = 0; j < width; ++j) {
    const float c = row[j] - mean;
    row[j] = c;
    squares += c * c;
  }
  const float deviation = __builtin_sqrtf(squares / static_cast<float>(width - 1));
  return {deviation, 1.0F / (deviation + epsilon)};
}

constexpr int64_t kMaxNormWidth = 16384;

template <class T>
static void normalise(const float* x, T* out, int64_t width, float epsilon, int64_t begin, int64_t end) {
  float row[kMaxNormWidth];
  for (int64_t i = begin; i < end; ++i) {
    const float* from = x + i * width;
    for (int64_t j = 0; j < width; ++j) row[j] = from[j];
    const Moments m = centre(row, width, epsilon);
    T* to = out + i * width;
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) store(to[j], row[j] * m.inverse);
  }
}

template <class T>
static inline void add_rows(const T* x, const T* r, int64_t first, const Mask& before, int64_t width, float* row) {
  const Mask mask = before;
  if (r == nullptr) {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) row[j] = load(x[first + j]);
  } else if (mask.threshold == 0) {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) row[j] = load(x[first + j]) + load(r[first + j]);
  } else {
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) row[j] = load(x[first + j]) + load(r[first + j]) * factor(mask, static_cast<uint32_t>(first + j));
  }
}

template <class T>
static void add_norm(const T* x, const T* r, const float* gain, const float* bias, T* y, const NormShape& shape, int64_t begin,
                     int64_t end) {
  float row[kMaxNormWidth];
  const int64_t width = shape.width;
  const Mask after = shape.after;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t first = i * width;
    add_rows(x, r, first, shape.before, width, row);
    const Moments m = centre(row, width, shape.epsilon);
    T* to = y + first;
    if (after.threshold == 0) {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) store(to[j], row[j] * m.inverse * gain[j] + bias[j]);
    } else {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) {
        store(to[j], (row[j] * m.inverse * gain[j] + bias[j]) * factor(after, static_cast<uint32_t>(first + j)));
      }
    }
  }
}

template <class T>
static void add_norm_backward(const T* dy, const T* x, const T* r, const float* gain, T* dx, T* dr, float* dgain, float* dbias,
                              const NormShape& shape, int64_t begin, int64_t end) {
  float row[kMaxNormWidth], upstream[kMaxNormWidth];
  const int64_t width = shape.width;
  const Mask before = shape.before, after = shape.after;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t first = i * width;
    add_rows(x, r, first, before, width, row);
    const Moments m = centre(row, width, shape.epsilon);
    if (after.threshold == 0) {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) upstream[j] = load(dy[first + j]);
    } else {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) upstream[j] = load(dy[first + j]) * factor(after, static_cast<uint32_t>(first + j));
    }
    float sum = 0, product = 0;
#pragma omp simd reduction(+ : sum, product)
    for (int64_t j = 0; j < width; ++j) {
      const float u = upstream[j];
      dbias[j] += u;
      dgain[j] += u * row[j] * m.inverse;
      const float g = u * gain[j];
      sum += g;
      product += g * row[j];
      upstream[j] = g;
    }
    const float mean = sum / static_cast<float>(width);
    // A constant row has no direction in which its deviation grows: that term is zero, not 0/0.
    const float slope = m.deviation > 0 ? product * m.inverse * m.inverse / (m.deviation * static_cast<float>(width - 1)) : 0.0F;
#pragma omp simd
    for (int64_t j = 0; j < width; ++j) {
      const float d = (upstream[j] - mean) * m.inverse - row[j] * slope;
      store(dx[first + j], d);
      upstream[j] = d;
    }
    if (dr != nullptr) {
#pragma omp simd
      for (int64_t j = 0; j < width; ++j) store(dr[first + j], upstream[j] * factor(before, static_cast<uint32_t>(first + j)));
    }
  }
}

#include "methods/nn/kernels/attention.hpp"
#include "methods/nn/kernels/frames.hpp"
#include "methods/nn/kernels/pool.hpp"

template <class T>
static constexpr Rows<T> rows_of() {
  return {normalise<T>,
          add_norm<T>,
          add_norm_backward<T>,
          dropout_gelu<T>,
          dropout_gelu_backward<T>,
          dropout<T>,
          gelu_positions<T>,
          gelu_positions_backward<T>,
          column_sums<T>,
          attention<T>,
          attention_backward<T>,
          pool<T>,
          pool_backward<T>};
}
