// Pictures and sound of a video as a network takes them: one video's, and a batch of them. Used by AudioVisualData and by the methods that
// see and hear.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Device.h>

#include <cstdint>
#include <string>
#include <vector>

namespace vbench::audio_visual {

struct Sample {
  at::Tensor clip;         ///< [3, T, S, S] float32; undefined: could not be read
  at::Tensor spectrogram;  ///< [1, F, frames] float32
  int64_t index = 0;       ///< of the video in its split
  int64_t label = 0;       ///< for evaluation only
  std::string id;          ///< "<class>/<video>", unique in its split
};

struct Batch {
  at::Tensor clips;         ///< [B, 3, T, S, S] float32
  at::Tensor spectrograms;  ///< [B, 1, F, frames] float32
  at::Tensor indices;       ///< [B] int64, on the CPU
  at::Tensor labels;        ///< [B] int64, on the CPU
  std::vector<std::string> ids;

  [[nodiscard]] int64_t bytes() const { return static_cast<int64_t>(clips.nbytes() + spectrograms.nbytes()); }
  [[nodiscard]] int64_t size() const { return static_cast<int64_t>(ids.size()); }
  [[nodiscard]] Batch to(const at::Device& device) const;  ///< clips and spectrograms there
};

}  // namespace vbench::audio_visual
