// Arrays of features by key: one HDF5 file, or one npz file a video. Used by the video-text datasets for frames and for words.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/core/error.hpp"

namespace vbench::video_text {

/// The features are of another width than the settings say: wrong for every video.
struct WrongWidth : Error {
  using Error::Error;
};

/// Reads are safe on several threads.
class FeatureStore {
 public:
  virtual ~FeatureStore() = default;

  /// @param width  that every array must have. @throws Error kInput if the file cannot be opened
  static std::shared_ptr<const FeatureStore> open_hdf5(const std::filesystem::path& file, int64_t width, const std::string& width_setting);
  static std::shared_ptr<const FeatureStore> open_npz(const std::filesystem::path& folder, int64_t width, const std::string& width_setting);

  [[nodiscard]] virtual bool has(const std::string& key) const = 0;
  /// Rows of an array. @throws Error kInput if it is not two-dimensional, of another width or empty
  [[nodiscard]] virtual int64_t rows(const std::string& key) const = 0;
  /// The whole array, [rows, width] float32, contiguous. @throws Error kInput as rows(), and for damaged files
  [[nodiscard]] virtual at::Tensor read(const std::string& key) const = 0;
  /// Rows [first, first + count).
  [[nodiscard]] virtual at::Tensor read_rows(const std::string& key, int64_t first, int64_t count) const = 0;
  /// False: each read decodes the whole array.
  [[nodiscard]] virtual bool reads_parts() const = 0;
  /// False: rows() opens a file.
  [[nodiscard]] virtual bool counts_cheaply() const = 0;
  [[nodiscard]] virtual std::filesystem::path file_of(const std::string& key) const = 0;

  /// "file: key", for errors.
  [[nodiscard]] std::string where(const std::string& key) const { return file_of(key).string() + ": " + key; }
};

/// @throws Error kInput naming `where` and the first row with a value that is not finite
/// @param rows       [n, D] float32, contiguous
/// @param first_row  number of its first row in the file
void require_finite(const at::Tensor& rows, const std::string& where, int64_t first_row = 0);

/// Frames of each video. From <name>_num_frames.json where it is present, else counted; then written there if the folder can be written to.
/// @param keys  all videos of the dataset; those without features are left out
/// @throws Error kInput for a bad file
[[nodiscard]] std::map<std::string, int64_t> count_frames(const FeatureStore& store, const std::vector<std::string>& keys,
                                                          const std::filesystem::path& index_file, int64_t workers);

}  // namespace vbench::video_text
