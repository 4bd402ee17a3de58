#include "datasets/video_text/locate.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/video_text/meta.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

std::vector<std::string> standin_request(const Options& options) {
  return {"video_features=" + options.video_features, fmt::format("video_width={}", options.video_width),
          "text_features=" + options.text_features, fmt::format("text_width={}", options.text_width)};
}

/// Nothing where the annotations are there in either form, else the names of the missing ones.
std::vector<fs::path> missing_annotations(const std::string& dataset, const fs::path& folder) {
  if (fs::exists(folder / "meta_all.json")) return {};
  std::vector<fs::path> missing;
  for (const std::string& name : official_annotation_files(dataset)) {
    if (!fs::exists(folder / name)) missing.push_back(folder / name);
  }
  return missing;
}

std::vector<fs::path> feature_paths(const Family& family, const Options& options, const fs::path& folder) {
  return {frame_features_path(options, folder), word_features_path(family, options, folder), sentence_splits_path(family, options, folder)};
}

}  // namespace

fs::path frame_features_path(const Options& options, const fs::path& folder) {
  return options.feature_format == FeatureFormat::kHdf5 ? folder / (options.video_features + ".h5")
                                                        : folder / "features" / options.video_features;
}

fs::path frame_counts_path(const Options& options, const fs::path& folder) {
  return folder / (options.video_features + "_num_frames.json");
}

fs::path word_features_path(const Family& family, const Options& options, const fs::path& folder) {
  return folder / fmt::format("text_feat_{}_meta_all_{}.h5", family.name, options.text_features);
}

fs::path sentence_splits_path(const Family& family, const Options& options, const fs::path& folder) {
  return folder / fmt::format("text_feat_{}_meta_all_{}_sentence_splits.json", family.name, options.text_features);
}

std::vector<std::string> missing_files(const Family& family, const Options& options, const fs::path& folder) {
  std::vector<std::string> missing;
  for (const fs::path& path : missing_annotations(family.name, folder)) {
    missing.push_back(path.filename().string() + " (or meta_all.json)");
  }
  for (const fs::path& path : feature_paths(family, options, folder)) {
    if (!fs::exists(path)) missing.push_back(fs::relative(path, folder).string());
  }
  return missing;
}

bool has_annotations(const Family& family, const fs::path& folder) { return missing_annotations(family.name, folder).empty(); }

bool has_official_files(const Family& family, const Options& options, const fs::path& folder) {
  if (has_annotations(family, folder)) return true;
  const auto features = feature_paths(family, options, folder);
  return std::any_of(features.begin(), features.end(), [](const fs::path& path) { return fs::exists(path); });
}

fs::path standin_folder(const Family& family, const Options& options) {
  const std::string name = fmt::format("{}-{}x{}", family.name, options.video_width, options.text_width);
  return vbench::standin_folder(name, family.standin_settings(), standin_request(options));
}

LocationQuery location_query(const Family& family, const Options& options, const fs::path& data_root) {
  LocationQuery query;
  query.dataset = family.name;
  query.folders = {data_root / family.name};
  query.has_official_files = [&family, options](const fs::path& folder) { return has_official_files(family, options, folder); };
  query.missing_files = [&family, options](const fs::path& folder) { return missing_files(family, options, folder); };
  query.standin = standin_folder(family, options);
  query.synthesize = [&family, options](const fs::path& folder) {
    DataRequest request;
    request.settings = standin_request(options);
    (void)family.synthesize(request, folder.string());
  };
  return query;
}

Location locate(const Family& family, const Options& options, const fs::path& data_root, SourceChoice choice, Verbosity verbosity) {
  return vbench::locate(location_query(family, options, data_root), choice, verbosity);
}

}  // namespace vbench::video_text
