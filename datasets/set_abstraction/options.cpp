#include "datasets/set_abstraction/options.hpp"

#include "harness/core/settings.hpp"

namespace vbench::set_abstraction {

void Options::bind(Settings& settings) {
  settings.text("data.base_model", base_model, "network that made the features, as in their files' names");
  settings.choice("data.layout", layout, "features as rows in the order of the videos' list, or with their own paths",
                  {{"rows", FeatureLayout::kRows}, {"paths", FeatureLayout::kPaths}});
  settings.choice("data.sets", sets, "training sets from the files, or drawn anew in every epoch",
                  {{"files", SetSource::kFiles}, {"online", SetSource::kOnline}});
  settings.choice("data.label_choice", label_choice, "subsets with several labels are an error, or have their first one",
                  {{"only", LabelChoice::kOnly}, {"first", LabelChoice::kFirst}});
  settings.choice("data.ties", ties, "drawn sets: which of several lowest common ancestors is the label",
                  {{"smallest", TieChoice::kSmallest}, {"random", TieChoice::kRandom}});
  settings.flag("data.shuffle_members", shuffle_members, "training: another order of the members in every epoch");
  settings.integer("data.feature_width", feature_width, "width of the features; 0: that of the files", {0, 65536});
  settings.integer("data.embedding_width", embedding_width, "width of the semantic embeddings; 0: that of the files", {0, 65536});
  settings.integer("data.nodes", nodes, "nodes of the semantic graph; 0: those of the file", {0, 20000});
  settings.integer("data.classes", classes, "concrete nodes of the semantic graph; 0: those of the file", {0, 20000});
  settings.number("data.allow_missing", allow_missing, "share of the training sets that may lack videos or labels", {0, 1});
  settings.flag("data.tasks", tasks, "evaluate set completion and odd one out too");
}

Options kinetics_options() { return {}; }
Options moments_options() { return {}; }

}  // namespace vbench::set_abstraction
