// The inner loops of the shared blocks, compiled once per instruction set. Used only by methods/nn and the fused blocks of methods.
#pragma once

#include <cstdint>

namespace vbench::nn::kernels {

/// Storage of a bfloat16; the same bits as c10::BFloat16, which these files must not include (see CMakeLists.txt).
struct Bf16 {
  uint16_t bits;
};

/// Which elements dropout keeps, as a function of the element's number; see nn::Dropout.
struct Mask {
  uint32_t key0 = 0, key1 = 0;
  uint32_t threshold = 0;  ///< an element is dropped if its hash is below; 0: nothing is
  float scale = 1;         ///< of what is kept
};

/// A strided matrix of floats or bfloat16.
struct Matrix {
  const void* data = nullptr;
  bool bf16 = false;
  int64_t row = 0, column = 1;  ///< strides in elements
};

/// c = a b (+ bias per column): a block [m0, m1) x [n0, n1) of the product, summed over all k in a fixed order.
struct Product {
  Matrix a;  ///< [M, K]
  Matrix b;  ///< [K, N]
  int64_t k = 0;
  void* c = nullptr;    ///< [M, N], rows contiguous
  bool c_bf16 = false;  ///< only for k <= kMaxSinglePass: a sum is rounded once
  int64_t c_row = 0;
  const float* bias = nullptr;  ///< [N] or null
};

inline constexpr int64_t kMaxDepth = 512;        ///< k values of one pass
inline constexpr int64_t kMaxSinglePass = 1536;  ///< the same where the result cannot hold partial sums
inline constexpr int64_t kMaxWidth = 768;        ///< columns of one packed block of kMaxDepth
inline constexpr int64_t kPackedFloats = kMaxDepth * (kMaxWidth + 64) + kMaxSinglePass * 16;  ///< scratch of gemm_block

/// One sequence and head of self-attention on packed rows [T, 3 D]: queries, keys, values side by side.
struct AttentionItem {
  int64_t length = 0;        ///< T
  int64_t head_width = 0;    ///< d
  int64_t stride = 0;        ///< 3 D
  int64_t value_offset = 0;  ///< D: distance of query, key and value columns
  int64_t out_stride = 0;    ///< D
  float scale = 1;
  Mask mask;
  uint32_t first_element = 0;  ///< number of the weight (0, 0)
};

/// Layer norm of a sum: y = after(norm(x + before(r))).
struct NormShape {
  int64_t width = 0;
  float epsilon = 0;
  Mask before, after;
};

/// Loops over one element type T (float or Bf16). Row ranges are [begin, end).
template <class T>
struct Rows {
  void (*normalise)(const float* x, T* out, int64_t width, float epsilon, int64_t begin, int64_t end);
  void (*add_norm)(const T* x, const T* r, const float* gain, const float* bias, T* y, const NormShape& shape, int64_t begin, int64_t end);
  /// dr may be null (then it equals dx); dgain and dbias are added to.
  void (*add_norm_backward)(const T* dy, const T* x, const T* r, const float* gain, T* dx, T* dr, float* dgain, float* dbias,
                            const NormShape& shape, int64_t begin, int64_t end);
  void (*dropout_gelu)(const T* x, T* y, const Mask& mask, int64_t begin, int64_t end);
  void (*dropout_gelu_backward)(const T* dy, const T* x, T* dx, const Mask& mask, int64_t begin, int64_t end);
  void (*dropout)(const T* x, T* y, const Mask& mask, int64_t begin, int64_t end);
  /// out[c][i] = gelu(h[i]) + table[position[c][i]] for every copy c
  void (*gelu_positions)(const T* h, const float* table, const int64_t* const* position, T* const* out, int64_t copies, int64_t width,
                         int64_t begin, int64_t end);
  /// dh = (sum of dout[c]) * gelu'(h)
  void (*gelu_positions_backward)(const T* const* dout, const T* h, T* dh, int64_t copies, int64_t width, int64_t begin, int64_t end);
  void (*column_sums)(const T* x, int64_t row, float* sums, int64_t width, int64_t begin, int64_t end);  ///< added to sums
  void (*attention)(const T* qkv, T* out, const AttentionItem& item, float* scratch);
  void (*attention_backward)(const T* dout, const T* qkv, T* dqkv, const AttentionItem& item, float* scratch);
  /// Softmax over the rows of one sequence for every channel; statistics [2, width]: maximum, sum.
  void (*pool)(const T* x, const T* logits, float* out, float* statistics, int64_t length, int64_t width, const Mask& on_logits,
               const Mask& on_weights, uint32_t first_element);
  void (*pool_backward)(const float* dout, const float* out, const float* statistics, const T* x, const T* logits, T* dx, T* dlogits,
                        int64_t length, int64_t width, const Mask& on_logits, const Mask& on_weights, uint32_t first_element);
};

/// A BatchNorm in training, per channel: y = relu(x scale + shift), dx = scale dy + slope (x - mean) + offset.
struct ChannelNorm {
  const float *scale, *shift, *mean, *slope, *offset;
};

/// Loops over clips with channels last; float32. `parts` are six arrays between which and four frames (six on the way in) a convolution
/// over time takes place, all of `count` elements. Row ranges are [begin, end), sums are added to.
struct Frames {
  void (*frames_to_parts)(const float* const* frames, float* const* parts, int64_t count);               ///< six frames
  void (*parts_to_frames)(const float* const* parts, float* const* frames, int64_t count, float least);  ///< four, none below `least`
  void (*frame_gradients_to_parts)(const float* const* frames, float* const* parts, int64_t count);      ///< four frames
  /// Four frames. @param before, behind  what the neighbours' last and first part give to the first and last of them
  void (*part_gradients_to_frames)(const float* const* parts, const float* before, const float* behind, float* const* frames,
                                   int64_t count);
  void (*channel_moments)(const float* x, double* sums, double* squares, int64_t width, int64_t begin, int64_t end);
  void (*scale_relu)(const float* x, const float* scale, const float* shift, float* y, int64_t width, int64_t begin, int64_t end);
  /// Sums of dy behind the ReLU, and of its products with x - mean.
  void (*scale_relu_sums)(const float* dy, const float* x, const ChannelNorm& norm, double* sums, double* products, int64_t width,
                          int64_t begin, int64_t end);
  void (*scale_relu_backward)(const float* dy, const float* x, const ChannelNorm& norm, float* dx, int64_t width, int64_t begin,
                              int64_t end);
};

struct Table {
  const char* name;
  int64_t tile_rows, tile_columns;  ///< of gemm_block; blocks should be multiples
  bool fast_gemm;                   ///< worth using instead of the BLAS
  void (*gemm_block)(const Product& product, int64_t m0, int64_t m1, int64_t n0, int64_t n1, float* scratch);
  int64_t (*attention_scratch)(int64_t length, int64_t head_width);  ///< floats, forward or backward
  Rows<float> f32;
  Rows<Bf16> bf16;
  Frames frames;
};

extern const Table kGeneric;
#if defined(VBENCH_X86_KERNELS)
extern const Table kAvx2, kAvx512;
#endif

/// The best table that this processor runs; VBENCH_CPU=generic|avx2|avx512 asks for a lesser one.
const Table& table();

/// True where matrix products of bfloat16 belong to the library: processors with matrix units (AMX), unless VBENCH_CPU names a table.
/// Without them its bfloat16 products were measured slower than ours, which widen to float32 while packing.
bool library_bf16();

/// Every table that this processor runs, the best one last. For tests.
int tables(const Table* out[3]);
/// Makes table() and library_bf16() give these from now on; null: the choice made at the start. For tests, while no kernel runs.
void use_table(const Table* table, bool library = false);

template <class T>
const Rows<T>& rows();
template <>
inline const Rows<float>& rows<float>() {
  return table().f32;
}
template <>
inline const Rows<Bf16>& rows<Bf16>() {
  return table().bf16;
}

}  // namespace vbench::nn::kernels
