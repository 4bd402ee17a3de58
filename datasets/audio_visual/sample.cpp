#include "datasets/audio_visual/sample.hpp"

#include <ATen/ATen.h>

namespace vbench::audio_visual {

Batch Batch::to(const at::Device& device) const {
  Batch moved = *this;
  moved.clips = clips.to(device, clips.scalar_type(), /*non_blocking=*/true);
  moved.spectrograms = spectrograms.to(device, spectrograms.scalar_type(), /*non_blocking=*/true);
  return moved;
}

}  // namespace vbench::audio_visual
