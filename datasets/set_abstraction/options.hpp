// Settings of the set-abstraction datasets: which files, how sets are made. Methods give published values, users change them with --set.
#pragma once

#include <cstdint>
#include <string>

namespace vbench {
class Settings;
}

namespace vbench::set_abstraction {

enum class SetSource {
  kFiles,   ///< the pre-computed sets of <d>_train_abstraction_sets.json, as published
  kOnline,  ///< sets drawn anew in every epoch from the list file and the graph (the authors' sampler, which their training did not use)
};
enum class LabelChoice {
  kOnly,   ///< a subset with more than one label is an error
  kFirst,  ///< the first one counts
};
enum class TieChoice {
  kSmallest,  ///< among equally low common ancestors the one with the smallest label
  kRandom,    ///< any of them, as the authors' sampler
};

/// How cached features lie on the disk.
enum class FeatureLayout {
  kRows,   ///< resnet3d50: a [videos, D] tensor or a list of vectors; rows by list file or embeddings
  kPaths,  ///< i3d: {"features": [N, D], "path": [names]}
};

struct Options {
  std::string base_model = "resnet3d50";  ///< as in <base_model>_<dataset>_<split>_features.pth
  FeatureLayout layout = FeatureLayout::kRows;
  SetSource sets = SetSource::kFiles;  ///< of training
  LabelChoice label_choice = LabelChoice::kOnly;
  TieChoice ties = TieChoice::kSmallest;  ///< kOnline
  bool shuffle_members = false;           ///< training: another order of the members in every epoch; off as published
  int64_t feature_width = 0;              ///< D; 0: that of the files (2048 as published); files of another width are an error
  int64_t embedding_width = 0;            ///< E; 0: that of the files (300 as published)
  int64_t nodes = 0;                      ///< C; 0: those of the graph (391 moments, 608 kinetics as published)
  int64_t classes = 0;                    ///< concrete nodes; 0: those of the graph
  double allow_missing = 0.1;             ///< share of a split's training sets that may lack videos or labels, [0, 1]
  bool tasks = true;                      ///< evaluate set completion and odd one out too

  void bind(Settings& settings);  ///< names them "data.base_model", "data.sets", ...
};

[[nodiscard]] Options kinetics_options();
[[nodiscard]] Options moments_options();

}  // namespace vbench::set_abstraction
