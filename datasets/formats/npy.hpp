// Arrays of numpy: .npy files and .npz archives of them. Used by the readers of per-video features and by the stand-in generators.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vbench::npy {

/// Names of the arrays in an archive, without ".npy", in file order. @throws Error kInput
[[nodiscard]] std::vector<std::string> npz_names(const std::filesystem::path& path);

/// One array of an archive, stored or deflated, as a contiguous CPU tensor: float16/32/64, int8..64, uint8, bool; header versions 1 to 3, C
/// and Fortran order.
/// @throws Error kInput with file, array and reason; the sizes of the header are checked before anything is allocated
[[nodiscard]] at::Tensor read_npz(const std::filesystem::path& path, const std::string& name);

/// Sizes of an array of an archive, from its header alone.
[[nodiscard]] std::vector<int64_t> npz_shape(const std::filesystem::path& path, const std::string& name);

/// A single .npy file.
[[nodiscard]] at::Tensor read_npy(const std::filesystem::path& path);

/// The bytes of a .npy file, version 1, C order.
[[nodiscard]] std::string write_npy_bytes(const at::Tensor& tensor);

/// An uncompressed archive, written atomically.
void write_npz(const std::filesystem::path& path, const std::vector<std::pair<std::string, at::Tensor>>& arrays);

}  // namespace vbench::npy
