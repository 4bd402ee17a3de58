// Tells the registry about smth3d.
#include <published/smth3d.hpp>

#include <string>

#include "harness/core/registry.hpp"

namespace vbench {

void register_smth3d(Registry& registry) {
  registry.method("smth3d", "the 3D convolutional baseline of something-something-v2 (Goyal et al., ICCV 2017)",
                  std::string(published::kSmth3d));
}

}  // namespace vbench
