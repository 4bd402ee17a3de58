#include "datasets/audio_visual/location.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "datasets/audio_visual/standin.hpp"
#include "datasets/audio_visual/video_list.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kStandinSeed = 1;

bool has_any_split(const fs::path& folder) {
  return std::any_of(split_names().begin(), split_names().end(), [&](const std::string& split) { return has_split(folder, split); });
}

/// Methods that use a dataset as features have a stand-in of their own: where one lies, videos lie beside it.
fs::path folder_of(const Family& family, const Options& options, const std::string& root) {
  if (options.videos.empty()) {
    const fs::path folder = fs::path(root) / family.name;
    return is_synthetic(folder) && !has_any_split(folder) ? folder / "videos" : folder;
  }
  const fs::path named(options.videos);
  return named.has_filename() ? named : named.parent_path();
}

}  // namespace

LocationQuery location_query(const Family& family, const Options& options, const std::string& root, const std::string& split) {
  LocationQuery query;
  query.dataset = family.name;
  query.folders = {folder_of(family, options, root)};
  query.has_official_files = [options](const fs::path& folder) { return !options.videos.empty() || has_any_split(folder); };
  query.missing_files = [split](const fs::path& folder) -> std::vector<std::string> {
    if (split.empty() ? has_any_split(folder) : has_split(folder, split)) return {};
    return {(split.empty() ? std::string(split_names().front()) : split) + "/<class>/"};
  };
  query.standin = standin_folder(family.name + "-av", standin_values(options.standin), {});
  query.synthesize = [&family, options](const fs::path& folder) {
    (void)write_standin(family.name, options.standin, kStandinSeed, folder.string());
  };
  return query;
}

void check_settings(const Family& family, const Options& options, const LocationQuery& query, const Location& location) {
  const bool in_cache = location.folder == query.standin;
  if (in_cache && !options.videos.empty()) {
    throw usage_error("has no effect on the stand-in", "--set data.videos", "leave it out, or leave --source synthetic out");
  }
  if (!in_cache && options.standin != family.defaults().standin) {
    throw usage_error("standin settings have no effect on " + printable(location.folder.string()), "--set standin",
                      "leave them out, or ask for the stand-in with --source synthetic");
  }
}

}  // namespace vbench::audio_visual
