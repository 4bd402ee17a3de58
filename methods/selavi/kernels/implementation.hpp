// Bodies of the kernels. Each <instruction set>.cpp includes this inside its own namespace after defining VBENCH_BYTES (of a vector),
// VBENCH_TILE_ROWS and, where it knows an instruction for it, VBENCH_WIDEN: floats as a vector of doubles, of which GCC makes two halves by
// itself. Sums are ordered the same for any number of threads. Everything is static: a function with external
// linkage compiled for one instruction set must not be shared with another.

constexpr int64_t kDoubles = VBENCH_BYTES / 8;
typedef double Doubles __attribute__((vector_size(VBENCH_BYTES), aligned(8), may_alias));
typedef float Halved __attribute__((vector_size(VBENCH_BYTES / 2), aligned(4), may_alias));

static inline void load(const double* from, Doubles& to) { to = *reinterpret_cast<const Doubles*>(from); }
#if defined(VBENCH_WIDEN)
static inline void load(const float* from, Doubles& to) { to = reinterpret_cast<Doubles>(VBENCH_WIDEN(from)); }
#else
static inline void load(const float* from, Doubles& to) { to = __builtin_convertvector(*reinterpret_cast<const Halved*>(from), Doubles); }
#endif

// Subnormal numbers slow the processor down by far more than they could contribute.
static inline void store(double x, double& to) { to = x < __DBL_MIN__ ? 0.0 : x; }
static inline void store(double x, float& to) { to = x < static_cast<double>(__FLT_MIN__) ? 0.0F : static_cast<float>(x); }

// ---- probabilities to powers --------------------------------------------------------------------------------------------------------

template <class In>
static void product_row(const In* first, const In* second, int64_t clusters, int64_t width, double* x) {
  if (second == nullptr) {
#pragma omp simd
    for (int64_t k = 0; k < clusters; ++k) x[k] = static_cast<double>(first[k]);
  } else {
#pragma omp simd
    for (int64_t k = 0; k < clusters; ++k) x[k] = static_cast<double>(first[k]) * static_cast<double>(second[k]);
  }
  for (int64_t k = clusters; k < width; ++k) x[k] = 0;
}

// The largest entry, or 0 if the row is unusable.
static double largest_of(const double* x, int64_t clusters) {
  double largest = 0, smallest = 0, sum = 0;
#pragma omp simd reduction(max : largest) reduction(min : smallest) reduction(+ : sum)
  for (int64_t k = 0; k < clusters; ++k) {
    largest = x[k] > largest ? x[k] : largest;
    smallest = x[k] < smallest ? x[k] : smallest;
    sum += x[k];
  }
  const bool usable = smallest >= 0 && sum <= __DBL_MAX__ && largest >= __DBL_MIN__;  // a NaN makes the sum one
  return usable ? largest : 0.0;
}

static void raise(double* x, double* base, int64_t width, const Power& power) {
  if (!power.chained) {
    for (int64_t k = 0; k < width; ++k) x[k] = __builtin_pow(x[k], power.exponent);
    return;
  }
#pragma omp simd
  for (int64_t k = 0; k < width; ++k) base[k] = x[k];
  if (power.half) {
#pragma omp simd
    for (int64_t k = 0; k < width; ++k) x[k] = __builtin_sqrt(base[k]);
  } else {
#pragma omp simd
    for (int64_t k = 0; k < width; ++k) x[k] = 1.0;
  }
  for (uint32_t left = power.whole; left > 0; left >>= 1) {
    if ((left & 1U) != 0) {
#pragma omp simd
      for (int64_t k = 0; k < width; ++k) x[k] *= base[k];
    }
    if (left == 1) break;
#pragma omp simd
    for (int64_t k = 0; k < width; ++k) base[k] *= base[k];
  }
}

template <class In, class T>
static int64_t power_rows(const Probabilities<In>& in, int64_t rows, int64_t clusters, int64_t width, const Power& power, double* scratch,
                          const Powered<T>& out) {
  double* before = out.sums_before;
  double* after = out.sums_after;
  double* x = scratch;
  for (int64_t i = 0; i < rows; ++i) {
    product_row(in.first + i * clusters, in.second == nullptr ? nullptr : in.second + i * clusters, clusters, width, x);
    const double largest = largest_of(x, clusters);
    if (largest == 0) return i;
    int exponent = 0;
    __builtin_frexp(largest, &exponent);
    const double inverse = __builtin_ldexp(1.0, -exponent);
#pragma omp simd
    for (int64_t k = 0; k < width; ++k) {
      before[k] += x[k];
      const double share = x[k] * inverse;
      x[k] = x[k] > 0 && share < power.least ? power.least : share;
    }
    raise(x, scratch + width, width, power);
    out.scale[i] = exponent * power.exponent;
    const double factor = __builtin_exp2(out.scale[i]);
    T* to = out.rows + i * width;
    for (int64_t k = 0; k < width; ++k) store(x[k], to[k]);
#pragma omp simd
    for (int64_t k = 0; k < width; ++k) after[k] += factor * static_cast<double>(to[k]);
  }
  return rows;
}

// ---- the scaling --------------------------------------------------------------------------------------------------------------------

static inline double sum_of(const Doubles& x) {
  double sum = 0;
  for (int64_t j = 0; j < kDoubles; ++j) sum += x[j];
  return sum;
}

// Several rows at once share the loads of alpha and of the sums; the second reading of the rows comes from the first-level cache, while the
// next rows are already asked for: the processor by itself takes each group of rows for new streams.
template <int kRows, class T>
static inline double sweep_rows(const T* p, int64_t width, const double* alpha, double c, double* beta, double* sums) {
  Doubles dot[kRows];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) dot[r] = Doubles{};
  for (int64_t k = 0; k < width; k += kDoubles) {
    Doubles a;
    load(alpha + k, a);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      Doubles x;
      load(p + r * width + k, x);
      dot[r] += x * a;
    }
  }
  double scaled[kRows], error = 0;
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
    scaled[r] = c / sum_of(dot[r]);
    error += __builtin_fabs(beta[r] / scaled[r] - 1.0);
    beta[r] = scaled[r];
  }
  for (int64_t k = 0; k < width; k += kDoubles) {
    Doubles sum;
    load(sums + k, sum);
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      Doubles x;
      load(p + r * width + k, x);
      __builtin_prefetch(p + (kRows + r) * width + k);
      sum += scaled[r] * x;
    }
    *reinterpret_cast<Doubles*>(sums + k) = sum;
  }
  return error;
}

template <class T>
static double sweep(const T* p, int64_t rows, int64_t width, const double* alpha, double c, double* beta, double* sums) {
  double error = 0;
  int64_t i = 0;
  for (; i + 8 <= rows; i += 8) error += sweep_rows<8>(p + i * width, width, alpha, c, beta + i, sums);
  for (; i < rows; ++i) error += sweep_rows<1>(p + i * width, width, alpha, c, beta + i, sums);
  return error;
}

template <class T>
static void label_rows(const T* p, int64_t rows, int64_t width, const double* alpha, int64_t* labels, double* chosen) {
  for (int64_t i = 0; i < rows; ++i) {
    const T* row = p + i * width;
    double largest = 0;
#pragma omp simd reduction(max : largest)
    for (int64_t k = 0; k < width; ++k) {
      const double value = static_cast<double>(row[k]) * alpha[k];
      largest = value > largest ? value : largest;
    }
    int64_t label = 0;
    while (label + 1 < width && static_cast<double>(row[label]) * alpha[label] != largest) ++label;
    labels[i] = label;
    chosen[i] = static_cast<double>(row[label]);
  }
}

// ---- distances between clusters of two modalities ---------------------------------------------------------------------------------------

constexpr int kTileRows = VBENCH_TILE_ROWS;

template <class T>
static void overlap_tile(const T* rows_panel, const T* columns_panel, int64_t samples, T* tile) {
  typedef T Vector __attribute__((vector_size(VBENCH_BYTES), aligned(sizeof(T)), may_alias));
  constexpr int64_t kLanes = VBENCH_BYTES / sizeof(T);
  Vector low[kTileRows], high[kTileRows];
#pragma GCC unroll 16
  for (int r = 0; r < kTileRows; ++r) low[r] = high[r] = Vector{};
  for (int64_t n = 0; n < samples; ++n, rows_panel += kTileRows, columns_panel += 2 * kLanes) {
    const Vector first = *reinterpret_cast<const Vector*>(columns_panel);
    const Vector second = *reinterpret_cast<const Vector*>(columns_panel + kLanes);
#pragma GCC unroll 16
    for (int r = 0; r < kTileRows; ++r) {
      const Vector value = rows_panel[r] - Vector{};
      low[r] += value < first ? value : first;
      high[r] += value < second ? value : second;
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kTileRows; ++r) {
    *reinterpret_cast<Vector*>(tile + r * 2 * kLanes) = low[r];
    *reinterpret_cast<Vector*>(tile + r * 2 * kLanes + kLanes) = high[r];
  }
}

template <class T>
static constexpr Stored<T> stored_loops() {
  return {power_rows<float, T>, power_rows<double, T>, sweep<T>, label_rows<T>};
}

template <class T>
static constexpr Overlap<T> overlap_loops() {
  return {kTileRows, 2 * VBENCH_BYTES / static_cast<int64_t>(sizeof(T)), overlap_tile<T>};
}
