#include "harness/throughput/machine_peak.hpp"

#include <ATen/ATen.h>

#include <chrono>
#include <functional>

#include "methods/nn/product.hpp"

namespace vbench::throughput {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_of(const std::function<void()>& work) {
  const auto start = Clock::now();
  work();
  return std::chrono::duration<double>(Clock::now() - start).count();
}

at::Tensor matrix(int64_t side, at::ScalarType type) { return at::rand({side, side}, at::kFloat).to(type); }

/// @param own  our tiles, else what ATen calls
double product_rate(int64_t side, at::ScalarType type, bool own) {
  const auto a = matrix(side, type), b = matrix(side, type);
  const double seconds = seconds_of([&] {
    const at::NoGradGuard no_grad;
    const auto c = own ? nn::product(a, b, {}, type) : at::mm(a, b);
    (void)c[0][0].item<float>();
  });
  const auto n = static_cast<double>(side);
  return 2 * n * n * n / seconds;
}

constexpr int64_t kSide = 2048;  // a third of a second at 50 GFLOP/s, and too large for most caches

double blas_fp32(int64_t /*threads*/) { return product_rate(kSide, at::kFloat, false); }
double own_fp32(int64_t /*threads*/) { return product_rate(kSide, at::kFloat, true); }
double own_bf16(int64_t /*threads*/) { return product_rate(kSide, at::kBFloat16, true); }

/// Without bfloat16 instructions ATen takes seconds for what float32 does in milliseconds: a small one tells.
double blas_bf16(int64_t /*threads*/) {
  const double small = product_rate(kSide / 8, at::kBFloat16, false);
  return small > 0.25 * product_rate(kSide / 8, at::kFloat, false) ? product_rate(kSide, at::kBFloat16, false) : small;
}

/// a = b + s c, as in McCalpin's STREAM: 3 floats move for every element.
double triad(int64_t threads) {
  constexpr int64_t kElements = int64_t{1} << 24;  // 64 MiB each
  static std::vector<float> a(kElements), b(kElements, 1.0F), c(kElements, 2.0F);
  float *to = a.data(), *first = b.data(), *second = c.data();
  const double seconds = seconds_of([&] {
#pragma omp parallel for simd num_threads(threads)
    for (int64_t i = 0; i < kElements; ++i) to[i] = first[i] + 3.0F * second[i];
  });
  return 3 * sizeof(float) * static_cast<double>(kElements) / seconds;
}

}  // namespace

std::vector<PeakKernel> peak_kernels(Precision precision) {
  std::vector<PeakKernel> kernels{{"blas_fp32", blas_fp32}, {"own_fp32", own_fp32}};
  if (precision == Precision::kBf16) {
    kernels.push_back({"blas_bf16", blas_bf16});
    kernels.push_back({"own_bf16", own_bf16});
  }
  kernels.push_back({"triad", triad, true});
  return kernels;
}

}  // namespace vbench::throughput
