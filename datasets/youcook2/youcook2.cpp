#include "datasets/youcook2/youcook2.hpp"

#include "datasets/synthetic/synthesize.hpp"
#include "datasets/synthetic/world.hpp"
#include "datasets/video_text/family.hpp"
#include "harness/core/settings.hpp"

namespace vbench::video_text {
namespace {

constexpr const char* kLayout =
    R"(youcook2/youcookii_annotations_trainval.json   youcook2.eecs.umich.edu, "Annotations"; or meta_all.json, made from it
youcook2/video_feat_100m.h5                    frame features (frames x 512) by video id; the HowTo100M ones of the COOT authors
youcook2/video_feat_2d3d.h5                    frame features (frames x 4096) by video id; ResNet-152 and ResNeXt-101, same source
youcook2/text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1.h5                     BERT features (tokens x 1536) by key
youcook2/text_feat_youcook2_meta_all_transformers_bert-base-uncased_-2,-1_sentence_splits.json   tokens of each sentence by key
The features are linked from the README of github.com/gingsi/coot-videotext. One of the two frame features is enough.)";

std::map<std::string, std::string> standin_settings() {
  auto world = synthetic::youcook2_world();
  Settings settings;
  world.bind(settings);
  return settings.values();
}

}  // namespace

const Family& youcook2_family() {
  static const Family family{"youcook2",
                             "YouCook2: cooking videos with described steps (Zhou et al., AAAI 2018)",
                             "annotations: see youcook2.eecs.umich.edu, research use; videos remain their uploaders'",
                             kLayout,
                             youcook2_options,
                             synthetic::synthesize_youcook2,
                             standin_settings};
  return family;
}

}  // namespace vbench::video_text
