// One training example and one batch of video-text retrieval. Datasets yield them, COOT (and later retrieval methods) take them.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vbench::video_text {

/// A video with its paragraph; clip i belongs to sentence i. Dv = width of video features, Dt = width of word features.
struct Sample {
  std::string key;
  at::Tensor frames;                  ///< [F, Dv] float32: sampled frames of the whole video, F >= 1
  at::Tensor words;                   ///< [W, Dt] float32: all words of the paragraph, W >= 1
  std::vector<at::Tensor> clips;      ///< [F_i, Dv] each, at least one
  std::vector<at::Tensor> sentences;  ///< [W_i, Dt] each, as many as clips
};

/// Sequences of different lengths without padding: the rows of all of them, one after another.
struct Sequences {
  at::Tensor rows;               ///< [sum of lengths, D] float32
  std::vector<int64_t> lengths;  ///< N, each >= 1

  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(lengths.size()); }
  [[nodiscard]] int64_t max_length() const;
  [[nodiscard]] at::Tensor padded() const;                     ///< [N, max_length, D], zeros behind each end
  [[nodiscard]] at::Tensor padding() const;                    ///< [N, max_length] bool, true = padding
  [[nodiscard]] Sequences to(const at::Device& device) const;  ///< moves the rows

  /// From a zero-padded tensor [N, T, D] and lengths. For tests and foreign data.
  static Sequences from_padded(const at::Tensor& padded, const std::vector<int64_t>& lengths);
  static Sequences concatenate(const std::vector<at::Tensor>& items);  ///< of [T_i, D]
};

/// B videos; clips and sentences flattened over the batch.
struct Batch {
  std::vector<std::string> keys;  ///< B
  Sequences video;                ///< B sequences, Dv
  Sequences paragraph;            ///< B sequences, Dt
  Sequences clips;                ///< sum(clip_num) sequences, Dv
  Sequences sentences;  ///< sum(sent_num) sequences, Dt; the very rows of `paragraph` where the sentences are that paragraph in pieces
  std::vector<int64_t> clip_num;  ///< B
  std::vector<int64_t> sent_num;  ///< B; equal to clip_num

  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(keys.size()); }
  [[nodiscard]] Batch to(const at::Device& device) const;
};

[[nodiscard]] Batch collate(const std::vector<Sample>& samples);

}  // namespace vbench::video_text
