#include "datasets/video_text/locate.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>

#include "datasets/synthetic/output.hpp"
#include "datasets/video_text/meta.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::video_text {
namespace fs = std::filesystem;

namespace {

/// Waits until no other process holds the lock. It goes with the process.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : descriptor_(::open(path.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0) throw input_error("cannot write to the cache", path.string(), "choose another folder with VBENCH_CACHE");
    while (::flock(descriptor_, LOCK_EX) != 0) {
      if (errno != EINTR) break;
    }
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;
  ~FileLock() { ::close(descriptor_); }

 private:
  int descriptor_;
};

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

[[noreturn]] void refuse_incomplete(const Family& family, const fs::path& folder, const std::vector<std::string>& missing) {
  throw input_error(fmt::format("files of {} are missing: {}", family.name, fmt::join(missing, ", ")), folder.string(),
                    fmt::format("put them there ('vbench data info {}' shows the layout), or use --source synthetic", family.name));
}

Location standin(const Family& family, const Options& options, Verbosity verbosity) {
  const Location location{standin_folder(family, options), Source::kSynthetic};
  make_folder(location.folder.parent_path());
  const FileLock lock(location.folder.string() + ".lock");
  if (!is_synthetic(location.folder)) {
    Progress(verbosity).info(fmt::format("{}: generating SYNTHETIC stand-in data in {}", family.name, location.folder.string()));
    DataRequest request;
    request.settings = standin_request(options);
    (void)family.synthesize(request, location.folder.string());
  }
  const auto missing = missing_files(family, options, location.folder);
  if (!missing.empty()) {
    throw usage_error(fmt::format("the stand-in of {} has no {}", family.name, fmt::join(missing, ", ")), "--source",
                      "the stand-in comes in the dataset's usual format only");
  }
  return location;
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

bool is_synthetic(const fs::path& folder) { return fs::exists(folder / synthetic::kMarkerFile); }

fs::path standin_folder(const Family& family, const Options& options) {
  std::string text = fmt::format("generator={}\n", synthetic::kGeneratorVersion);
  for (const auto& [key, value] : family.standin_settings()) text += key + "=" + value + "\n";
  for (const std::string& setting : standin_request(options)) text += setting + "\n";
  const auto hash = static_cast<uint32_t>(XXH64(text.data(), text.size(), 0));
  const std::string name = fmt::format("{}-{}x{}-{:08x}", family.name, options.video_width, options.text_width, hash);
  return fs::absolute(cache_folder()) / "synthetic" / name;
}

Location locate(const Family& family, const Options& options, const fs::path& data_root, SourceChoice choice, Verbosity verbosity) {
  const fs::path folder = data_root / family.name;
  const bool generated = is_synthetic(folder);
  if (choice == SourceChoice::kReal && generated) {
    throw input_error(fmt::format("the folder holds generated data ({}), not the official files", synthetic::kMarkerFile), folder.string(),
                      "name another --data-root, or use --source synthetic");
  }
  const bool present = generated || has_official_files(family, options, folder);
  const bool wanted = choice == SourceChoice::kAuto || (choice == SourceChoice::kSynthetic) == generated;
  if (choice == SourceChoice::kReal || (present && wanted)) {
    const auto missing = missing_files(family, options, folder);
    if (!missing.empty()) refuse_incomplete(family, folder, missing);
    return {folder, generated ? Source::kSynthetic : Source::kReal};
  }
  return standin(family, options, verbosity);
}

}  // namespace vbench::video_text
