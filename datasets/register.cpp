#include "datasets/register.hpp"

namespace vbench {
void register_datasets(Registry& registry) { (void)registry; }
}  // namespace vbench
