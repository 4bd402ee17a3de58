#include "datasets/clips/location.hpp"

#include <fmt/format.h>

#include "datasets/clips/labels.hpp"
#include "datasets/clips/media.hpp"
#include "datasets/clips/standin.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
namespace fs = std::filesystem;

namespace {

constexpr uint64_t kStandinSeed = 1;

fs::path without_last_slash(const fs::path& path) { return path.has_filename() ? path : path.parent_path(); }

fs::path labels_below(const fs::path& folder, const Options& options) {
  return options.labels.empty() ? folder / "labels" : fs::path(options.labels);
}

std::vector<std::string> missing_files(const Family& family, const Options& options, const fs::path& folder, std::optional<Role> role) {
  std::vector<std::string> missing;
  const LabelFolder labels(family, labels_below(folder, options), options.fold);
  const fs::path shown = options.labels.empty() ? fs::path("labels") : fs::path(options.labels);
  for (const auto& [split, of] : {std::pair{kTrain, Role::kTrain}, std::pair{kVal, Role::kEvaluate}}) {
    if (role && *role != of) continue;
    if (!labels.find(split)) missing.push_back(printable((shown / labels.wanted(split)).string()));
  }
  if (!role && missing.size() == 1) missing.clear();
  if (options.media.empty() && !find_media(folder, family.media_folder)) missing.push_back(wanted_media(folder, family.media_folder));
  return missing;
}

}  // namespace

LocationQuery location_query(const Family& family, const Options& options, const std::string& root, std::optional<Role> role) {
  LocationQuery query;
  query.dataset = family.name;
  query.folders = {options.labels.empty() ? fs::path(root) / family.name
                                          : fs::weakly_canonical(fs::absolute(without_last_slash(options.labels))).parent_path()};
  query.has_official_files = [&family, options](const fs::path& folder) {
    const bool named = !options.labels.empty() || !options.media.empty();
    return named || fs::exists(folder / "labels") || find_media(folder, family.media_folder);
  };
  query.missing_files = [&family, options, role](const fs::path& folder) { return missing_files(family, options, folder, role); };
  // Stand-ins with the lists of all folds are others than those that had the first one alone.
  const std::vector<std::string> folds = family.folds > 1 ? std::vector{fmt::format("folds={}", family.folds)} : std::vector<std::string>();
  query.standin = standin_folder(family.name, standin_values(options.standin), folds);
  query.synthesize = [&family, options](const fs::path& folder) {
    (void)write_standin(family, options.standin, kStandinSeed, folder.string());
  };
  return query;
}

bool is_generated(const fs::path& named) {
  std::error_code error;
  const fs::path path = without_last_slash(named);
  const fs::path real = fs::weakly_canonical(path, error);
  return is_synthetic(path) || is_synthetic(path.parent_path()) || is_synthetic(real) || is_synthetic(real.parent_path());
}

void require_effect(const NamedFiles& named, const LocationQuery& query, const Location& location) {
  const bool in_cache = location.folder == query.standin;
  if (in_cache && (!named.labels.empty() || !named.media.empty())) {
    throw usage_error("has no effect on the stand-in", "--set " + (named.labels.empty() ? "data.media" : named.labels_setting),
                      "leave it out, or leave --source synthetic out");
  }
  if (!in_cache && named.other_standin) {
    throw usage_error("standin settings have no effect on " + printable(location.folder.string()), "--set standin",
                      "leave them out, or ask for the stand-in with --source synthetic");
  }
}

Source source_of(const fs::path& labels, const fs::path& media, const Location& location, SourceChoice choice) {
  const Source source = is_generated(labels) || is_generated(media) ? Source::kSynthetic : location.source;
  if (source != location.source && choice == SourceChoice::kReal) {
    throw input_error("the videos are a generated stand-in, not official files", printable(media.string()),
                      "name others with data.media, or use --source auto");
  }
  return source;
}

DatasetFiles files_of(const Family& family, const Options& options, const LocationQuery& query, const Location& location,
                      SourceChoice choice) {
  require_effect({"data.labels", options.labels, options.media, options.standin != family.defaults().standin}, query, location);
  DatasetFiles files{labels_below(location.folder, options), options.media, location.source};
  if (options.media.empty())
    files.media = find_media(location.folder, family.media_folder).value_or(location.folder / video::kFrameDatabase);
  files.source = source_of(files.labels, files.media, location, choice);
  return files;
}

}  // namespace vbench::clips
