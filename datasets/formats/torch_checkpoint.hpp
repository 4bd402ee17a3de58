// Files of Python's torch.save, read without running anything they ask for, and written so that torch.load reads them.
// Used by training checkpoints and by the methods that import published weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/formats/torch_value.hpp"

namespace vbench::torch_file {

/// Where reading stops, so that a hostile file costs neither time nor memory. The defaults admit a million small tensors.
struct Limits {
  uint64_t pickle_bytes = uint64_t{1} << 30;  ///< description of the tree; tensor contents not counted
  uint64_t object_bytes = uint64_t{1} << 31;  ///< memory of the tree while it is read, tensor contents not counted
  uint64_t values = uint64_t{1} << 25;        ///< values met on a walk over the whole tree, shared parts counted every time
  int depth = 200;                            ///< containers inside each other
};

/// Reads the zip format (torch >= 1.6) and the stream format before it, whichever the file is.
///
/// Builds None, bool, integers, reals, text, lists, tuples (also torch.Size), dictionaries (also OrderedDict), tensors and parameters of
/// float16/32/64, bfloat16, int8..64, uint8 and bool, and numpy's number scalars. Tensors come to the CPU whatever device they were saved
/// from; views keep their strides, and tensors that shared a storage share it again. Everything else that a file asks for is refused by
/// name.
/// @throws Error kInput with file, place and reason
[[nodiscard]] Value read_torch_file(const std::filesystem::path& path, const Limits& limits = {});

/// The zip format: pickle protocol 2, little endian, stored entries aligned to 64 bytes; Python's torch.load reads it, also with
/// weights_only. Tensors that share a storage share it in the file; of a storage only the stretch that the tensors reach is written.
/// @throws Error kInternal for tensors of a type that the reader would refuse; kInput for more than 4 GiB or 65,000 storages
[[nodiscard]] std::string write_torch_zip(const Value& value);

/// write_torch_zip into a file that is either whole or not there. @throws Error kInput if it cannot be written
void save_torch_file(const std::filesystem::path& path, const Value& value);

}  // namespace vbench::torch_file
