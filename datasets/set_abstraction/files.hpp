// The files of a metadata folder: their paths, and those that are no sets: lists of videos and vectors. Used by this folder, by generators
// and by `vbench data prepare`.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "datasets/set_abstraction/options.hpp"
#include "harness/core/concepts.hpp"

namespace vbench::torch_file {
class Value;
}

namespace vbench::set_abstraction {

struct Family;

enum class Split { kTrain, kVal, kTest };

[[nodiscard]] std::string to_string(Split split);

/// Paths of a metadata folder.
struct Files {
  std::filesystem::path folder;
  std::string dataset;     ///< "kinetics"
  std::string base_model;  ///< "resnet3d50"

  [[nodiscard]] std::filesystem::path graph() const;
  [[nodiscard]] std::filesystem::path category_embeddings() const;
  [[nodiscard]] std::filesystem::path abstraction_sets(Split split) const;  ///< kTest: the ranking sets
  [[nodiscard]] std::filesystem::path features(Split split) const;
  [[nodiscard]] std::filesystem::path video_embeddings(Split split) const;
  [[nodiscard]] std::filesystem::path list(Split split) const;
};

/// Whether the split's rows stand in the order of its embeddings rather than of its list.
[[nodiscard]] bool rows_by_embeddings(const Family& family, Split split);

/// What a run needs for a role, in the order of the layout.
[[nodiscard]] std::vector<std::filesystem::path> needed_files(const Family& family, const Options& options, const Files& files, Role role);

/// A line of a list file: a name without blanks, then integers.
struct ListedVideo {
  std::string name;
  std::vector<int64_t> numbers;

  /// Classes of the video: all numbers behind the number of frames, or the only number there is.
  [[nodiscard]] std::span<const int64_t> labels() const;
};

/// @throws Error kInput naming file and line; also for a file without videos
[[nodiscard]] std::vector<ListedVideo> read_list(const std::filesystem::path& path);
void write_list(const std::filesystem::path& path, const std::vector<ListedVideo>& videos);

/// Vectors of one width: a matrix, or tensors that lie anywhere. Holds what it was made of, without a copy.
class Rows {
 public:
  Rows() = default;
  /// @param value  [N, D] tensor or a list of [D] tensors, of any real type. @throws Error kInput naming the place
  [[nodiscard]] static Rows of(const torch_file::Value& value, const std::string& where);
  /// @param vectors  [D] each, undefined where there is none. @throws Error kInput; `name_of` names a row
  Rows(std::vector<at::Tensor> vectors, const std::string& where, const std::function<std::string(size_t)>& name_of);

  [[nodiscard]] int64_t count() const;
  [[nodiscard]] int64_t width() const { return width_; }
  [[nodiscard]] bool has(int64_t row) const { return matrix_.defined() || vectors_[static_cast<size_t>(row)].defined(); }
  void copy(int64_t row, float* to) const;                             ///< D values
  [[nodiscard]] at::Tensor take(std::span<const int32_t> rows) const;  ///< [rows, D] float32
  [[nodiscard]] std::vector<char> finite() const;                      ///< by row: all values are; true where there is none

 private:
  at::Tensor matrix_;                // [N, D], or
  std::vector<at::Tensor> vectors_;  // N of [D]
  int64_t width_ = 0;
};

/// A dictionary of vectors by name, in the file's order. @throws Error kInput naming file and key
[[nodiscard]] std::vector<std::pair<std::string, at::Tensor>> read_embeddings(const std::filesystem::path& path);

/// Any .pth file, also one of a million vectors.
[[nodiscard]] torch_file::Value read_vectors(const std::filesystem::path& path);

}  // namespace vbench::set_abstraction
