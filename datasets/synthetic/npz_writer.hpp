// Writes one array as NumPy's npz. Used by output.cpp.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>

namespace vbench::synthetic {

/// An archive with the single member `name`.npy, not compressed and without a date: the same array gives the same bytes.
/// @param array contiguous float32 on the CPU, any shape
void write_npz(const std::filesystem::path& path, const std::string& name, const at::Tensor& array);

}  // namespace vbench::synthetic
