// Tells the registry about SeLaVi.
#include <published/selavi.hpp>

#include <string>

#include "harness/core/registry.hpp"

namespace vbench {

void register_selavi(Registry& registry) {
  registry.method("selavi", "clusters of unlabelled videos from picture and sound (Asano et al., NeurIPS 2020)",
                  std::string(published::kSelavi));
}

}  // namespace vbench
