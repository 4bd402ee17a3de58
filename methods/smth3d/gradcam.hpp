// Grad-CAM (Selvaraju et al. 2017) over a video: where the column looked for a class. Used by the method's explanations, tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <optional>

#include "methods/smth3d/network.hpp"

namespace vbench::smth3d {

struct Explanation {
  at::Tensor logits;      ///< [classes] float32 on the CPU
  int64_t explained = 0;  ///< the class whose logit was followed
  at::Tensor mask;        ///< [T, H, W] float32 on the CPU in [0, 1], as long and as large as the clip; zeros for a constant map
};

/// Weights of channels are means of the logit's gradient over block 5's output; the map begins with ones, as the authors' does, is cut at
/// zero, resized bilinearly for each time step and repeated over its frames, and brought to [0, 1] over the whole video. Where the frames
/// are no multiple of the steps, frame t belongs to step t T' / T rounded down. The parameters' own gradients stay as they are.
/// @param clip  [1, 3, T, H, W], normalised   @param chosen  nothing: the class with the highest logit
/// @throws Error kUsage for a class that the network has not, kInput for another shape, kNumeric for logits that are not finite
[[nodiscard]] Explanation explain_clip(const Network& network, const at::Tensor& clip, std::optional<int64_t> chosen);

}  // namespace vbench::smth3d
