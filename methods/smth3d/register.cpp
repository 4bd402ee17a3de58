// Tells the registry about smth3d: the authors' three runs, and small ones for CPUs.
#include <published/smth3d.hpp>

#include <string>
#include <utility>
#include <vector>

#include "harness/core/registry.hpp"
#include "harness/train/pairing.hpp"
#include "methods/smth3d/method.hpp"

namespace vbench {
namespace {

using namespace smth3d;
using Data = something::SomethingData;
using Presets = std::vector<std::pair<std::string, std::string>>;
using Variant = std::function<std::unique_ptr<Pairing>()>;

constexpr const char* kDataset = "something-something-v2";

/// A network small enough for two cores: an eighth of the channels, short and small clips, a plain cosine. Ours.
Presets mini(const std::string& augmentations) {
  return {{"model.divisor", "8"},
          {"model.dropout", "0"},
          {"model.show_clip", "24x48x48"},
          {"sampling.frames", "24"},
          {"view.crop", "48"},
          {"view.train_upscale", "1.15"},
          {"augment.rotation", "5"},
          {"augment.types", augmentations},
          {"batch_size", "16"},
          {"eval_batch_size", "16"},
          {"schedule", "cosine"},
          {"epochs", "20"},
          {"optimizer.learning_rate", "0.01"}};
}

/// The run with mirrored videos: the network and the clips of model3d-1.
Variant left_right() {
  return pair_of<Smth3d<kModel1>, Data>({{"augment.types", "left/right,left/right agnostic"}, {"augment.jitter_fps", "true"}},
                                        [] { return PairDefaults<Smth3d<kModel1>, Data>{published_training(kRunLeftRight)}; });
}

}  // namespace

void register_smth3d(Registry& registry) {
  registry
      .method("smth3d", "the 3D convolutional baseline of something-something-v2 (Goyal et al., ICCV 2017)",
              std::string(published::kSmth3d))
      .variant(kDataset, "mini",
               "none: an eighth of the channels, short and small clips, for CPUs; mirrored videos with the class they then show",
               pair_of<Smth3d<kModel1>, Data>(mini("left/right,left/right agnostic")))
      .variant(kDataset, "mini-plain", "none: the same without mirrored videos", pair_of<Smth3d<kModel1>, Data>(mini("")))
      .variant(kDataset, "model3d-1", "README of the authors' repository, row model3D_1", pair_of<Smth3d<kModel1>, Data>())
      .variant(kDataset, "model3d-1-224", "README of the authors' repository, row model3D_1_224", pair_of<Smth3d<kModel224>, Data>())
      .variant(kDataset, "model3d-1-left-right",
               "README of the authors' repository, row model3D_1 with left-right augmentation and fps jitter", left_right());
}

}  // namespace vbench
