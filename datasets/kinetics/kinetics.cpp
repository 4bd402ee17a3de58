#include "datasets/kinetics/kinetics.hpp"

#include "datasets/set_abstraction/family.hpp"
#include "datasets/synthetic/set_world.hpp"
#include "datasets/synthetic/synthesize.hpp"

namespace vbench::set_abstraction {
namespace {

constexpr const char* kLayout =
    R"(kinetics/kinetics_graph.json                             semantic graph: classes and the concepts above them (608 nodes)
kinetics/kinetics_category_embeddings.pth                embedding of every node
kinetics/kinetics_{train,val}_abstraction_sets.json      sets of videos with the label of every subset
kinetics/kinetics_human_abstraction_sets.json            ranked sets of the test split, for set completion and odd one out
kinetics/resnet3d50_kinetics_{train,val,test}_features.pth   features (videos x 2048), in the order of the list files
kinetics/kinetics_{train,val}_embeddings.pth             embedding of every video
kinetics/kinetics_{train,val,test}_listfile.txt          name, frames, class a line
All from http://abstraction.csail.mit.edu/data/metadata/ (may be gone); a folder metadata/ beside kinetics/ does too.)";

std::map<std::string, std::string> standin_settings() { return synthetic::set_world_settings(false); }

}  // namespace

const Family& kinetics_family() {
  static const Family family{
      "kinetics",
      "Kinetics-400: sets of human action videos and what they share (Andonian et al., ECCV 2020)",
      "lists CC BY 4.0; features, embeddings and sets: see abstraction.csail.mit.edu; videos remain their uploaders'",
      kLayout,
      ".mp4",
      false,
      kinetics_options,
      synthetic::synthesize_kinetics,
      standin_settings};
  return family;
}

}  // namespace vbench::set_abstraction
