#include "datasets/activitynet/activitynet.hpp"

#include "datasets/synthetic/synthesize.hpp"
#include "datasets/synthetic/world.hpp"
#include "datasets/video_text/family.hpp"
#include "harness/core/settings.hpp"

namespace vbench::video_text {
namespace {

constexpr const char* kActivityNetLayout =
    R"(activitynet/train.json, val_1.json, val_2.json   ActivityNet Captions, cs.stanford.edu/people/ranjaykrishna/densevid; or meta_all.json, made from them
activitynet/features/ICEP_V3_global_pool_skip_8_direct_resize/v_<id>.npz   frame features, array frame_scores (frames x 1 x 2048 x 1 x 1)
activitynet/text_feat_activitynet_meta_all_transformers_bert-base-uncased_-2,-1.h5                     BERT features (tokens x 1536) by key
activitynet/text_feat_activitynet_meta_all_transformers_bert-base-uncased_-2,-1_sentence_splits.json   tokens of each sentence by key
The features are linked from the README of github.com/gingsi/coot-videotext. Keys are <id>_train, <id>_val_1, <id>_val_2.)";

std::map<std::string, std::string> activitynet_settings() {
  auto world = synthetic::activitynet_world();
  Settings settings;
  world.bind(settings);
  return settings.values();
}

}  // namespace

const Family& activitynet_family() {
  static const Family family{"activitynet",
                             "ActivityNet Captions: everyday videos with described events (Krishna et al., ICCV 2017)",
                             "research use; videos remain their uploaders'",
                             kActivityNetLayout,
                             activitynet_options,
                             synthetic::synthesize_activitynet,
                             activitynet_settings};
  return family;
}

}  // namespace vbench::video_text
