// HDF5 files as tensors and strings. Used by feature readers, embeddings, stand-in generators and golden tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vbench::hdf5 {

/// An open HDF5 file. Names are paths inside it ("group/dataset"); "" or "/" is the root.
/// Every failure throws Error kInput with file and name. Safe to call from several threads (the library holds one global lock).
class File {
 public:
  /// Opens for reading. @throws Error if missing, truncated or not HDF5
  static File open(const std::filesystem::path& path);
  /// Creates or truncates; wrap in replace_file_atomically for outputs that must be whole.
  static File create(const std::filesystem::path& path);

  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] bool is_group(const std::string& name) const;
  [[nodiscard]] std::vector<std::string> children(const std::string& group) const;  ///< sorted by name
  [[nodiscard]] std::vector<int64_t> shape(const std::string& dataset) const;

  /// Whole dataset as a contiguous CPU tensor: float16/32/64, (u)int8..64 (uint16/32/64 widen to int64). Sizes are checked before anything
  /// is allocated, also against what the file really holds.
  [[nodiscard]] at::Tensor read(const std::string& dataset) const;
  /// Rows [first, first + count) of the first axis.
  [[nodiscard]] at::Tensor read_rows(const std::string& dataset, int64_t first, int64_t count) const;
  /// Fixed or variable length strings, 1-D or scalar.
  [[nodiscard]] std::vector<std::string> read_strings(const std::string& dataset) const;

  [[nodiscard]] std::vector<std::string> attributes(const std::string& object) const;
  [[nodiscard]] std::optional<std::string> text_attribute(const std::string& object, const std::string& name) const;
  [[nodiscard]] std::optional<double> number_attribute(const std::string& object, const std::string& name) const;

  /// Several numbers in one attribute, of any shape, in the order of storage; at most 4096.
  [[nodiscard]] std::optional<std::vector<double>> numbers_attribute(const std::string& object, const std::string& name) const;

  void write(const std::string& dataset, const at::Tensor& tensor);  ///< parents are created
  void write_strings(const std::string& dataset, const std::vector<std::string>& values);
  void write_text_attribute(const std::string& object, const std::string& name, const std::string& value);
  void write_number_attribute(const std::string& object, const std::string& name, double value);
  void close();  ///< flushes; throws if the disk is full (a destructor could not)

  [[nodiscard]] const std::filesystem::path& path() const;

 private:
  struct Impl;
  explicit File(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace vbench::hdf5
