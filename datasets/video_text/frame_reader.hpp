// Reads the frames that a sample needs, and no others where that is cheaper; adds noise. Used by RetrievalData.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "datasets/video_text/feature_store.hpp"
#include "harness/core/random.hpp"

namespace vbench::video_text {

/// Some frames of one video in memory.
class FrameRows {
 public:
  /// All of them. @param rows  [F, D] float32
  explicit FrameRows(at::Tensor rows);

  /// At least the frames `wanted` (any order). @throws Error kInput as FeatureStore, and for values that are not finite
  static FrameRows read(const FeatureStore& store, const std::string& key, int64_t frames, const std::vector<std::vector<int64_t>>& wanted);

  /// [n, D]; a view where the frames are neighbours. @param frames  sorted numbers among the wanted ones
  [[nodiscard]] at::Tensor take(const std::vector<int64_t>& frames) const;

  /// Frames in memory.
  [[nodiscard]] int64_t size() const { return rows_.size(0); }

 private:
  struct Run {
    int64_t first, count, position;  // of its first frame in rows_
  };
  FrameRows(at::Tensor rows, std::vector<Run> runs) : rows_(std::move(rows)), runs_(std::move(runs)) {}
  static std::vector<Run> runs_of(std::vector<int64_t> frames);
  [[nodiscard]] int64_t position(int64_t frame) const;

  at::Tensor rows_;
  std::vector<Run> runs_;  // sorted, with gaps between them
};

/// A copy with independent noise on every value: normal with standard deviation `std`, truncated at two of them. 65,536 different values.
[[nodiscard]] at::Tensor add_noise(const at::Tensor& frames, double std, RandomStream& random);

}  // namespace vbench::video_text
