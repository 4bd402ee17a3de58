// Labelled clips as a network takes them: one video's, and a batch of them. Used by ClipData and by the methods that classify videos.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vbench::clips {

struct Sample {
  at::Tensor clips;  ///< [V, 3, T, H, W] float32, V views of one video: 1 but for evaluation with all clips. Undefined: could not be read
  int64_t label = 0;
  std::string id;  ///< unique in its split
};

struct Batch {
  at::Tensor clips;            ///< [N, 3, T, H, W] float32, the views of a video one behind the other
  at::Tensor labels;           ///< [B] int64
  std::vector<int64_t> views;  ///< [B], they sum to N
  std::vector<std::string> ids;

  [[nodiscard]] int64_t bytes() const { return static_cast<int64_t>(clips.nbytes()); }
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(ids.size()); }  ///< videos
  [[nodiscard]] Batch to(const at::Device& device) const;                          ///< clips and labels there
};

/// Of the samples that have clips; empty if none has.
[[nodiscard]] Batch collate_readable(const std::vector<Sample>& samples);
/// The same. @throws Error kInput if no sample has clips
[[nodiscard]] Batch collate(const std::vector<Sample>& samples);

}  // namespace vbench::clips
