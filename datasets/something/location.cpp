#include "datasets/something/location.hpp"

#include <fmt/format.h>

#include "datasets/clips/location.hpp"
#include "datasets/clips/media.hpp"
#include "datasets/something/standin.hpp"
#include "harness/core/text.hpp"

namespace vbench::something {
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kStandinSeed = 1;
constexpr const char* kOfficialVideos = "20bn-something-something-v2";

/// The folder that holds annotations (or labels/ with them) and, as a rule, the videos.
fs::path folder_of(const Options& options, const std::string& root) {
  if (options.annotations.empty()) return fs::path(root) / kDataset;
  fs::path named = fs::weakly_canonical(fs::absolute(options.annotations));
  if (!named.has_filename()) named = named.parent_path();
  return named.filename() == "labels" ? named.parent_path() : named;
}

fs::path annotations_below(const fs::path& folder, const Options& options) {
  return options.annotations.empty() ? folder : fs::path(options.annotations);
}

/// The first part of a download that nobody has put together yet.
bool is_in_parts(const fs::path& folder) {
  std::error_code error;
  return fs::exists(folder / fmt::format("{}-00", kOfficialVideos), error);
}

std::vector<std::string> missing_files(const Options& options, const fs::path& folder, const std::string& split) {
  const AnnotationFiles found = find_annotations(annotations_below(folder, options));
  std::vector<std::string> missing;
  if (found.labels.empty()) missing.push_back(wanted_annotation("labels"));
  if (split.empty() ? found.lists.empty() : !found.lists.contains(split))
    missing.push_back(wanted_annotation(split.empty() ? kTrain : split));
  if (!options.media.empty() || clips::find_media(folder, kOfficialVideos)) return missing;
  const std::string parts = fmt::format("{}/ (join its parts {}-?? and unpack them)", kOfficialVideos, kOfficialVideos);
  missing.push_back(is_in_parts(folder) ? parts : clips::wanted_media(folder, kOfficialVideos));
  return missing;
}

}  // namespace

LocationQuery location_query(const Options& options, const std::string& root, const std::string& split) {
  LocationQuery query;
  query.dataset = kDataset;
  query.folders = {folder_of(options, root)};
  query.has_official_files = [options](const fs::path& folder) {
    const bool named = !options.annotations.empty() || !options.media.empty();
    const AnnotationFiles found = find_annotations(folder);
    return named || !found.labels.empty() || !found.lists.empty() || clips::find_media(folder, kOfficialVideos) || is_in_parts(folder);
  };
  query.missing_files = [options, split](const fs::path& folder) { return missing_files(options, folder, split); };
  query.standin = standin_folder(kDataset, standin_values(options.standin), {});
  query.synthesize = [options](const fs::path& folder) { (void)write_standin(options.standin, kStandinSeed, folder.string()); };
  return query;
}

Files files_of(const Options& options, const LocationQuery& query, const Location& location, SourceChoice choice) {
  clips::require_effect({"data.annotations", options.annotations, options.media, options.standin != StandinOptions{}}, query, location);
  const fs::path annotations = annotations_below(location.folder, options);
  Files files{find_annotations(annotations), options.media, location.source};
  if (options.media.empty()) files.media = clips::find_media(location.folder, kOfficialVideos).value_or(location.folder / kOfficialVideos);
  files.source = clips::source_of(annotations, files.media, location, choice);
  return files;
}

}  // namespace vbench::something
