#include "methods/nn/product.hpp"

#include <cstdint>
#include <memory>

#include "methods/nn/counted_products.hpp"
#include "methods/nn/rows.hpp"

namespace vbench::nn {
namespace {

kernels::Matrix matrix_of(const at::Tensor& x) { return {x.data_ptr(), x.scalar_type() == at::kBFloat16, x.stride(0), x.stride(1)}; }

// Packing space of one thread, reused by all products that the thread ever takes part in.
float* packing_space() {
  constexpr size_t kAlignment = 64;
  static thread_local const std::unique_ptr<float[]> space(new float[kernels::kPackedFloats + kAlignment]);
  const auto address = reinterpret_cast<std::uintptr_t>(space.get());
  return space.get() + ((address + kAlignment - 1) / kAlignment * kAlignment - address) / sizeof(float);
}

int64_t blocks_of(int64_t size, int64_t blocks, int64_t tile) { return ((size + blocks - 1) / blocks + tile - 1) / tile * tile; }

// Rows are cut first: every block packs all its columns of b. Few rows (a weight's gradient) are cut in both directions.
void run(const kernels::Product& p, int64_t m, int64_t n) {
  const kernels::Table& table = kernels::table();
  const int64_t threads = at::get_num_threads();
  int64_t columns = 1;
  while (columns * columns * m < threads * n && columns < threads) columns *= 2;
  if (m >= 64 * threads * table.tile_rows) columns = 1;
  const int64_t height = blocks_of(m, (threads + columns - 1) / columns, table.tile_rows);
  const int64_t width = blocks_of(n, columns, table.tile_columns);
  const int64_t down = (m + height - 1) / height, across = (n + width - 1) / width;
  at::parallel_for(0, down * across, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t m0 = i / across * height, n0 = i % across * width;
      table.gemm_block(p, m0, std::min(m, m0 + height), n0, std::min(n, n0 + width), packing_space());
    }
  });
}

// Which type is used is decided here and not by autocast, which would be on in a forward pass only.
at::Tensor library_product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, at::ScalarType result) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
  const bool narrow = a.scalar_type() == at::kBFloat16 && kernels::library_bf16();
  const auto type = narrow ? at::kBFloat16 : at::kFloat;
  const at::Tensor c = bias.defined() ? at::addmm(bias.to(type), a.to(type), b.to(type)) : at::mm(a.to(type), b.to(type));
  return c.to(result);
}

}  // namespace

at::Tensor product(const at::Tensor& a, const at::Tensor& b, const at::Tensor& bias, at::ScalarType result) {
  const int64_t m = a.size(0), n = b.size(1), k = a.size(1);
  const bool narrow = a.scalar_type() == at::kBFloat16;
  const CountedProducts counted(m * n * k);
  if (m == 0 || n == 0 || k == 0 || !kernels::table().fast_gemm || (narrow && kernels::library_bf16())) {
    return library_product(a, b, bias, result);
  }
  const bool rounded_later = result == at::kBFloat16 && k > kernels::kMaxSinglePass;
  const at::Tensor c = at::empty({m, n}, rounded_later ? at::kFloat : result);
  const at::Tensor offset = bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
  run({matrix_of(a), matrix_of(b), k, c.data_ptr(), c.scalar_type() == at::kBFloat16, n, data<float>(offset)}, m, n);
  return rounded_later ? c.to(result) : c;
}

at::Tensor column_sums(const at::Tensor& x) {
  at::Tensor result;
  with_element_type(x, [&]<class T>(T) {
    result = summed_over_rows(x.size(0), x.size(1), [&](float* sums, int64_t begin, int64_t end) {
      kernels::rows<T>().column_sums(data<T>(x), x.stride(0), sums, x.size(1), begin, end);
    });
  });
  return result;
}

}  // namespace vbench::nn
