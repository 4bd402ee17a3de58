// Makes products of our own kernels visible to observers of LibTorch's functions, as at::mm is. Used by the kernels that multiply matrices;
// harness/throughput/operation_counter.cpp looks at them.
#pragma once

#include <ATen/record_function.h>

#include <cstdint>

namespace vbench::nn {

inline constexpr const char* kProducts = "vbench::products";

/// Lives as long as so many multiply-adds are computed. What LibTorch computes meanwhile is part of them.
class CountedProducts {
 public:
  explicit CountedProducts(int64_t multiply_adds) : guard_(at::RecordScope::FUNCTION) {
    if (guard_.isActive())  // somebody observes
      at::detail::record_function_with_scope(guard_, kProducts, c10::ArrayRef<const c10::IValue>(c10::IValue(multiply_adds)));
  }

 private:
  at::RecordFunction guard_;
};

}  // namespace vbench::nn
