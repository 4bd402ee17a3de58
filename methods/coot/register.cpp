#include "harness/core/registry.hpp"

namespace vbench {
void register_coot(Registry& registry) { registry.method("coot", "hierarchical video-text retrieval"); }
}  // namespace vbench
