// Per-item outputs as the store keeps them: Zstandard-compressed little-endian bytes with a checksum. Private to results/.
#pragma once

#include <cstdint>
#include <string>

#include "harness/core/run_record.hpp"

namespace vbench {

struct PackedOutput {
  std::string name;
  int64_t items = 0, width = 1;
  std::string ids;       ///< compressed; each id as its length (uint32) and bytes
  std::string values;    ///< compressed float32, row-major
  int64_t checksum = 0;  ///< XXH3 over the bytes before compression, ids first
};

/// @throws Error kInternal if the number of values is not items * width
[[nodiscard]] PackedOutput pack(const ItemOutput& output);

/// @throws Error kInput about `where` if anything does not fit: sizes, lengths, checksum
[[nodiscard]] ItemOutput unpack(const PackedOutput& packed, const std::string& where);

}  // namespace vbench
