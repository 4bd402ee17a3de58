#include "datasets/synthetic/synthesize.hpp"

#include <algorithm>
#include <vector>

#include "datasets/synthetic/real_annotations.hpp"
#include "datasets/synthetic/standin.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::synthetic {
namespace {

bool asks_for_annotations(const DataRequest& request) {
  return std::any_of(request.settings.begin(), request.settings.end(), [](const std::string& setting) {
    return setting.rfind("annotations=", 0) == 0 || setting.rfind("word_vectors=", 0) == 0;
  });
}

template <class Options>
void apply(Settings& settings, Options& options, const DataRequest& request, const std::vector<std::string>& feature_names) {
  options.bind(settings);
  settings.text("video_features", options.video_features, "name of the frame features", feature_names);
  for (const std::string& assignment : request.settings) settings.set_assignment(assignment);
  options.seed = request.seed;
}

DataReport from_annotations(const DataRequest& request, const std::string& folder, const std::string& dataset,
                            RealAnnotationOptions options, const std::vector<std::string>& feature_names) {
  std::string annotations, vectors;
  Settings settings;
  settings.text("annotations", annotations, "folder of the official annotation files");
  settings.text("word_vectors", vectors, "word vectors in GloVe's text format");
  apply(settings, options, request, feature_names);
  if (annotations.empty() || vectors.empty()) {
    throw usage_error("annotations and word_vectors belong together", "data synth " + dataset,
                      "--set annotations=DIR --set word_vectors=FILE");
  }
  return write_real_annotation_features(folder, dataset, annotations, vectors, options);
}

}  // namespace

DataReport synthesize_youcook2(const DataRequest& request, const std::string& folder) {
  const std::vector<std::string> names{"video_feat_100m", "video_feat_2d3d"};
  if (asks_for_annotations(request)) return from_annotations(request, folder, "youcook2", youcook2_annotations(), names);
  VideoTextWorld world = youcook2_world();
  Settings settings;
  apply(settings, world, request, names);
  return write_youcook2_standin(folder, world);
}

DataReport synthesize_activitynet(const DataRequest& request, const std::string& folder) {
  const std::vector<std::string> names{activitynet_world().video_features};
  if (asks_for_annotations(request)) return from_annotations(request, folder, "activitynet", activitynet_annotations(), names);
  VideoTextWorld world = activitynet_world();
  Settings settings;
  settings.flag("second_annotation", world.second_annotation, "describe the validation videos a second time, as split val_2");
  apply(settings, world, request, names);
  return write_activitynet_standin(folder, world);
}

}  // namespace vbench::synthetic
