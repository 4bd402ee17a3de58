#include "datasets/moments/moments.hpp"

#include "datasets/set_abstraction/family.hpp"
#include "datasets/synthetic/set_world.hpp"
#include "datasets/synthetic/synthesize.hpp"

namespace vbench::set_abstraction {
namespace {

constexpr const char* kMomentsLayout =
    R"(moments/moments_graph.json                             semantic graph: classes and the concepts above them (391 nodes)
moments/moments_category_embeddings.pth                embedding of every node
moments/moments_{train,val}_abstraction_sets.json      sets of videos with the label of every subset
moments/moments_human_abstraction_sets.json            ranked sets of the test split, for set completion and odd one out
moments/resnet3d50_moments_{train,val,test}_features.pth   features (videos x 2048); train and val in the order of the embeddings
moments/moments_{train,val}_embeddings.pth             embedding of every video
moments/moments_test_listfile.txt                      name, frames, class a line: the order of the test features
moments/moments_{train,val}_listfile.txt               optional: checks the names; the sampler needs it for the classes
All from http://abstraction.csail.mit.edu/data/metadata/ (may be gone); a folder metadata/ beside moments/ does too.)";

std::map<std::string, std::string> moments_settings() { return synthetic::set_world_settings(true); }

}  // namespace

const Family& moments_family() {
  static const Family family{"moments",
                             "Multi-Moments in Time: sets of videos of events and what they share (Andonian et al., ECCV 2020)",
                             "videos: signed agreement, non-commercial; features, embeddings and sets: see abstraction.csail.mit.edu",
                             kMomentsLayout,
                             "",
                             true,
                             moments_options,
                             synthetic::synthesize_moments,
                             moments_settings};
  return family;
}

}  // namespace vbench::set_abstraction
