// Tells the registry about COOT: variants, datasets, and the tables of the paper that they reproduce.
#include <published/coot.hpp>

#include <string>

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/coot/method.hpp"

namespace vbench {

void register_coot(Registry& registry) {
  using namespace coot;
  registry.method("coot", "hierarchical video-text retrieval (Ging et al., NeurIPS 2020)", std::string(published::kCoot))
      .variant("youcook2", "yc2-100m", "table 3, rows with HowTo100M features", pair_of<Coot<kYc2100m>, YouCook2>())
      .variant("youcook2", "yc2-2d3d", "table 3, rows with ResNet-152 and ResNeXt-101 features", pair_of<Coot<kYc22d3d>, YouCook2>())
      .variant("youcook2", "small", "none: a small network for tests", pair_of<Coot<kSmallYouCook2>, YouCook2>())
      .variant("activitynet", "anet", "table 2, val_1", pair_of<Coot<kAnet>, ActivityNet>())
      .variant("activitynet", "small-anet", "none: a small network for tests", pair_of<Coot<kSmallActivityNet>, ActivityNet>());
}

}  // namespace vbench
