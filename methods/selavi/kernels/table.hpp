// The inner loops of labelling, compiled once per instruction set. Used only by sinkhorn.cpp and matching.cpp.
#pragma once

#include <cstdint>

namespace vbench::selavi::kernels {

inline constexpr int64_t kWidthStep = 8;  ///< stored rows are padded with zeros to a multiple of this

/// x^exponent. Multiples of one half up to 64 are chains of squarings and one root; anything else is the C library's power.
struct Power {
  double exponent = 1;
  bool chained = true;
  uint32_t whole = 1;  ///< integer part
  bool half = false;   ///< and one half
  double least = 0;    ///< positive shares of a row's largest entry below this count as this, before the power
};

/// Rows [rows, clusters] of probabilities: those of a second modality may be missing.
template <class In>
struct Probabilities {
  const In* first;
  const In* second;  ///< null: `first` holds the products
};

/// Where powered rows and what belongs to them go.
template <class T>
struct Powered {
  T* rows;              ///< [rows, width]: (probability / 2^e)^exponent with the row's 2^e just above its largest probability
  double* scale;        ///< [rows]: e * exponent, the binary logarithm of what the powered row was divided by
  double* sums_before;  ///< [width], added to: column sums of the probabilities
  double* sums_after;   ///< [width], added to: column sums of 2^scale * rows
};

/// Loops over the stored type T (double or float).
template <class T>
struct Stored {
  /// `scratch` [2, width]. @return the first row with a negative, infinite or NaN entry or without a positive one; `rows` if none
  int64_t (*power_f32)(const Probabilities<float>& in, int64_t rows, int64_t clusters, int64_t width, const Power& power, double* scratch,
                       const Powered<T>& out);
  int64_t (*power_f64)(const Probabilities<double>& in, int64_t rows, int64_t clusters, int64_t width, const Power& power, double* scratch,
                       const Powered<T>& out);
  /// One iteration of the scaling with one reading of the matrix: beta' = c / (p alpha); sums += beta' p.
  /// @return the sum of |beta / beta' - 1|
  double (*sweep)(const T* p, int64_t rows, int64_t width, const double* alpha, double c, double* beta, double* sums);
  /// labels[i] = first k with the largest p[i, k] alpha[k]; chosen[i] = p[i, labels[i]].
  void (*label)(const T* p, int64_t rows, int64_t width, const double* alpha, int64_t* labels, double* chosen);
};

/// Tiles of sums over samples of min(first, second); panels hold one sample after the other: panel[n * tile_rows + r].
template <class T>
struct Overlap {
  int64_t tile_rows, tile_columns;
  void (*tile)(const T* rows_panel, const T* columns_panel, int64_t samples, T* tile);  ///< tile [tile_rows, tile_columns]
};

inline constexpr int64_t kMaxTile = 12 * 32;  ///< entries of a tile, over all kernels

struct Table {
  const char* name;
  Stored<double> f64;
  Stored<float> f32;
  Overlap<double> overlap_f64;
  Overlap<float> overlap_f32;
};

extern const Table kGeneric;
#if defined(VBENCH_X86_KERNELS)
extern const Table kAvx2, kAvx512;
#endif

/// The table of the instruction set that the network's blocks use (nn::kernels::table()).
const Table& table();

template <class T>
const Stored<T>& stored();
template <>
inline const Stored<double>& stored<double>() {
  return table().f64;
}
template <>
inline const Stored<float>& stored<float>() {
  return table().f32;
}

template <class T>
const Overlap<T>& overlap();
template <>
inline const Overlap<double>& overlap<double>() {
  return table().overlap_f64;
}
template <>
inline const Overlap<float>& overlap<float>() {
  return table().overlap_f32;
}

}  // namespace vbench::selavi::kernels
