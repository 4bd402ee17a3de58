// Python's pickles, run by a machine that can build checkpoints and nothing else. Used by the readers of both torch formats.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "datasets/formats/byte_reader.hpp"
#include "datasets/formats/torch_checkpoint.hpp"

namespace vbench::torch_file {

/// A storage that a pickle refers to: its elements lie elsewhere in the file.
struct StorageRequest {
  at::ScalarType type;  ///< kByte for untyped storages
  std::string key;
  int64_t count = 0;  ///< elements of the whole storage, not negative; count times the element size does not overflow
  struct View {
    std::string key;
    int64_t offset = 0, count = 0;  ///< elements, within the storage
  };
  std::optional<View> view;  ///< the stream format names a part of a storage as a storage of its own

  [[nodiscard]] uint64_t bytes() const;
};

/// Gives the storage as a 1-D CPU tensor of `count` elements (of the view's, if there is one); the same memory for the same key.
using StorageLoader = std::function<at::Tensor(const StorageRequest&)>;

/// Reads one pickle (protocols 2 to 5) up to its end, leaving `reader` behind it.
/// @throws Error kInput for whatever is damaged, refused or beyond the limits
[[nodiscard]] Value unpickle(ByteReader& reader, const StorageLoader& load, const Limits& limits);

}  // namespace vbench::torch_file
