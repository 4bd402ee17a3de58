#include "datasets/video_text/feature_store.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <set>

#include "datasets/formats/hdf5.hpp"
#include "datasets/formats/json_file.hpp"
#include "datasets/formats/npy.hpp"
#include "datasets/loader/ordered_prefetch.hpp"
#include "harness/core/files.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

struct Width {
  int64_t expected = 0;
  std::string setting;  // whose value it is

  /// @throws Error kInput unless sizes are [rows, expected] with at least one row
  void require(const std::vector<int64_t>& sizes, const std::string& where) const {
    if (sizes.size() != 2) throw input_error(fmt::format("the features have {} dimensions, 2 are expected", sizes.size()), where);
    if (sizes[1] != expected) {
      throw WrongWidth(ErrorKind::kInput, fmt::format("the features are {} wide, {} is expected", sizes[1], expected), where,
                       fmt::format("choose other features, or --set {}={}", setting, sizes[1]));
    }
    if (sizes[0] < 1) throw input_error("the features have no rows", where);
  }
};

class Hdf5Store final : public FeatureStore {
 public:
  Hdf5Store(const fs::path& path, Width width) : file_(hdf5::File::open(path)), width_(std::move(width)) {}

  [[nodiscard]] bool has(const std::string& key) const override { return file_.has(key); }
  [[nodiscard]] int64_t rows(const std::string& key) const override {
    const auto sizes = file_.shape(key);
    width_.require(sizes, where(key));
    return sizes[0];
  }
  [[nodiscard]] at::Tensor read(const std::string& key) const override { return read_rows(key, 0, rows(key)); }
  [[nodiscard]] at::Tensor read_rows(const std::string& key, int64_t first, int64_t count) const override {
    const at::Tensor part = file_.read_rows(key, first, count);
    width_.require(part.sizes().vec(), where(key));
    return part.to(at::kFloat);
  }
  [[nodiscard]] bool reads_parts() const override { return true; }
  [[nodiscard]] bool counts_cheaply() const override { return true; }
  [[nodiscard]] fs::path file_of(const std::string& /*key*/) const override { return file_.path(); }

 private:
  hdf5::File file_;
  Width width_;
};

/// As published: v_<id>.npz with frame_scores [F, 1, D, 1, 1], or [F, D].
class NpzStore final : public FeatureStore {
 public:
  NpzStore(fs::path folder, Width width) : folder_(std::move(folder)), width_(std::move(width)) {}

  [[nodiscard]] bool has(const std::string& key) const override { return fs::exists(file_of(key)); }
  [[nodiscard]] int64_t rows(const std::string& key) const override {
    const auto sizes = squeezed(npy::npz_shape(file_of(key), "frame_scores"));
    width_.require(sizes, file_of(key).string());
    return sizes[0];
  }
  [[nodiscard]] at::Tensor read(const std::string& key) const override {
    const fs::path path = file_of(key);
    const at::Tensor array = npy::read_npz(path, "frame_scores");
    width_.require(squeezed(array.sizes().vec()), path.string());
    return array.reshape({array.size(0), width_.expected}).to(at::kFloat).contiguous();
  }
  [[nodiscard]] at::Tensor read_rows(const std::string& key, int64_t first, int64_t count) const override {
    return read(key).narrow(0, first, count);
  }
  [[nodiscard]] bool reads_parts() const override { return false; }
  [[nodiscard]] bool counts_cheaply() const override { return false; }
  [[nodiscard]] fs::path file_of(const std::string& key) const override { return folder_ / ("v_" + key + ".npz"); }

 private:
  /// Without axes of length 1, except the first: a video may have one frame.
  static std::vector<int64_t> squeezed(const std::vector<int64_t>& sizes) {
    std::vector<int64_t> kept;
    for (size_t i = 0; i < sizes.size(); ++i) {
      if (i == 0 || sizes[i] != 1) kept.push_back(sizes[i]);
    }
    if (kept.size() == 1 && sizes.size() > 1) kept.push_back(1);
    return kept;
  }

  fs::path folder_;
  Width width_;
};

std::map<std::string, int64_t> read_counts(const fs::path& path) {
  std::map<std::string, int64_t> counts;
  const auto file = read_json_object<nlohmann::json>(path);
  for (const auto& [key, value] : file.items()) {
    if (!value.is_number_integer() || value.get<int64_t>() < 1) {
      throw input_error("not a positive number of frames", path.string() + ": " + key, "delete the file, it is made anew");
    }
    counts[key] = value.get<int64_t>();
  }
  return counts;
}

}  // namespace

std::shared_ptr<const FeatureStore> FeatureStore::open_hdf5(const fs::path& file, int64_t width, const std::string& width_setting) {
  return std::make_shared<Hdf5Store>(file, Width{width, width_setting});
}

std::shared_ptr<const FeatureStore> FeatureStore::open_npz(const fs::path& folder, int64_t width, const std::string& width_setting) {
  if (!fs::is_directory(folder)) throw input_error("not a folder of npz files", folder.string());
  return std::make_shared<NpzStore>(folder, Width{width, width_setting});
}

void require_finite(const at::Tensor& rows, const std::string& where, int64_t first_row) {
  constexpr uint32_t kExponent = 0x7f800000;  // all ones: infinity or NaN
  const int64_t width = rows.size(1);
  const auto* values = static_cast<const float*>(rows.data_ptr());
  for (int64_t row = 0; row < rows.size(0); ++row) {
    uint32_t largest = 0;
    for (int64_t i = 0; i < width; ++i) {
      uint32_t bits = 0;
      std::memcpy(&bits, values + row * width + i, sizeof bits);
      largest = std::max(largest, bits & kExponent);
    }
    if (largest == kExponent) throw input_error(fmt::format("row {} holds a value that is not finite", first_row + row), where);
  }
}

std::map<std::string, int64_t> count_frames(const FeatureStore& store, const std::vector<std::string>& keys, const fs::path& index_file,
                                            int64_t workers) {
  if (fs::exists(index_file)) return read_counts(index_file);
  std::vector<std::string> present;
  for (const std::string& key : std::set<std::string>(keys.begin(), keys.end())) {
    if (store.has(key)) present.push_back(key);
  }
  const auto count = [&](int64_t i) -> int64_t {
    try {
      return store.rows(present[static_cast<size_t>(i)]);
    } catch (const Error&) {
      return 0;  // whoever needs this video gets the error
    }
  };
  OrderedPrefetch<int64_t> counted(0, static_cast<int64_t>(present.size()), store.counts_cheaply() ? 0 : workers, 4 * workers, count);
  std::map<std::string, int64_t> counts;
  bool complete = true;
  for (const std::string& key : present) {
    const int64_t rows = *counted.next();
    if (rows > 0) counts[key] = rows;
    complete = complete && rows > 0;
  }
  if (!complete) return counts;
  try {
    write_file_atomically(index_file, nlohmann::json(counts).dump());
  } catch (const Error&) {
    // Data folders are often read-only; the index only saves time.
  }
  return counts;
}

}  // namespace vbench::video_text
