// Tells the registry about SAM: its variants on both datasets. The paper's tables could not be read, so no figure is published here.
#include <algorithm>
#include <string>

#include "datasets/kinetics/kinetics.hpp"
#include "datasets/moments/moments.hpp"
#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/sam/method.hpp"

namespace vbench {
namespace {

using sam::Sam;
using Presets = std::vector<std::pair<std::string, std::string>>;

/// "1,2" -> sam-1-2: the network with fewer scales.
template <class Data>
void add_scales(Registry::MethodHandle& method, const std::string& dataset, const std::string& scales) {
  std::string name = "sam-" + scales;
  std::replace(name.begin(), name.end(), ',', '-');
  Presets presets{{"model.scales", scales}};
  if (scales.front() != '1') {  // no feature of a single video to compare with
    presets.insert(presets.end(), {{"model.predictor", "relation"}, {"model.small_sets", "repeat"}});
  }
  method.variant(dataset, name, "ablation: relations of " + scales + " videos", pair_of<Sam<sam::kSam>, Data>(presets));
}

template <class Data>
void add_variants(Registry::MethodHandle& method, const std::string& dataset) {
  method.variant(dataset, "sam", "the paper's model, as released", pair_of<Sam<sam::kSam>, Data>())
      .variant(dataset, "sam-features", "relation features order videos, no embeddings", pair_of<Sam<sam::kSamFeatures>, Data>())
      .variant(dataset, "sam-nosem", "ablation: no semantic supervision", pair_of<Sam<sam::kSamNoSem>, Data>())
      .variant(dataset, "sam-semonly", "ablation: semantic supervision alone", pair_of<Sam<sam::kSamSemOnly>, Data>())
      .variant(dataset, "rn", "baseline: relation network of pairs", pair_of<Sam<sam::kRn>, Data>())
      .variant(dataset, "rn-3", "baseline: relation network of triples", pair_of<Sam<sam::kRn>, Data>({{"model.scales", "3"}}))
      .variant(dataset, "rn-4", "baseline: relation network of fours", pair_of<Sam<sam::kRn>, Data>({{"model.scales", "4"}}))
      .variant(dataset, "mean", "baseline: mean feature, nothing to train", pair_of<Sam<sam::kMean>, Data>())
      .variant(dataset, "mean-linear", "baseline of ours: heads on the mean feature", pair_of<Sam<sam::kMeanLinear>, Data>());
  for (const char* scales : {"1", "1,2", "1,3", "1,4", "1,2,3", "1,2,4", "1,3,4", "2,3", "2,4", "3,4", "2,3,4"}) {
    add_scales<Data>(method, dataset, scales);
  }
}

}  // namespace

void register_sam(Registry& registry) {
  auto method = registry.method("sam", "semantic relational set abstraction of videos (Andonian et al., ECCV 2020)");
  add_variants<Kinetics>(method, "kinetics");
  add_variants<Moments>(method, "moments");
}

}  // namespace vbench
