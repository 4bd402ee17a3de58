// Hashes of contents, for fingerprints. Used by the datasets.
#pragma once

#include <ATen/core/Tensor.h>
#include <fmt/format.h>
#include <xxhash.h>

#include <string>
#include <string_view>

namespace vbench {

/// 32 hex digits.
[[nodiscard]] inline std::string hash_of(const void* data, size_t bytes) {
  const XXH128_hash_t hash = XXH3_128bits(data, bytes);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}
[[nodiscard]] inline std::string hash_of(std::string_view text) { return hash_of(text.data(), text.size()); }
/// @param values  contiguous, on the CPU
[[nodiscard]] inline std::string hash_of(const at::Tensor& values) { return hash_of(values.data_ptr(), values.nbytes()); }

}  // namespace vbench
