#include "datasets/clips/sample.hpp"

namespace vbench::clips {

Batch Batch::to(const at::Device& device) const { return {clips.to(device), labels.to(device), views, ids}; }

}  // namespace vbench::clips
