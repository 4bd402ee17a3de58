#include "datasets/location/location.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>

#include "datasets/location/generated_folder.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench {
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

[[noreturn]] void refuse_incomplete(const LocationQuery& query, const fs::path& folder, const std::vector<std::string>& missing) {
  throw input_error(fmt::format("files of {} are missing: {}", query.dataset, fmt::join(missing, ", ")), folder.string(),
                    fmt::format("put them there ('vbench data info {}' shows the layout), or use --source synthetic", query.dataset));
}

Location standin(const LocationQuery& query, Verbosity verbosity) {
  make_folder(query.standin.parent_path());
  const FileLock lock(query.standin.string() + ".lock");
  if (!is_synthetic(query.standin)) {
    Progress(verbosity).info(fmt::format("{}: generating SYNTHETIC stand-in data in {}", query.dataset, query.standin.string()));
    query.synthesize(query.standin);
  }
  const auto missing = query.missing_files(query.standin);
  if (!missing.empty()) {
    throw usage_error(fmt::format("the stand-in of {} has no {}", query.dataset, fmt::join(missing, ", ")), "--source",
                      "the stand-in comes in the dataset's usual format only");
  }
  return {query.standin, Source::kSynthetic};
}

/// Where files lie, or should.
fs::path folder_of(const LocationQuery& query) {
  const auto used = std::find_if(query.folders.begin(), query.folders.end(),
                                 [&](const fs::path& folder) { return is_synthetic(folder) || query.has_official_files(folder); });
  return used == query.folders.end() ? query.folders.front() : *used;
}

void add_missing_files(const LocationQuery& query, const fs::path& folder, DataReport& report) {
  for (const std::string& file : query.missing_files(folder)) {
    report.problems.push_back({"missing file", file, "not in " + folder.string(), true});
  }
}

}  // namespace

bool is_synthetic(const fs::path& folder) { return fs::exists(folder / kMarkerFile); }

fs::path standin_folder(const std::string& name, const std::map<std::string, std::string>& generator_settings,
                        const std::vector<std::string>& request) {
  std::string text = fmt::format("generator={}\n", kGeneratorVersion);
  for (const auto& [key, value] : generator_settings) text += key + "=" + value + "\n";
  for (const std::string& setting : request) text += setting + "\n";
  const auto hash = static_cast<uint32_t>(XXH64(text.data(), text.size(), 0));
  return fs::absolute(cache_folder()) / "synthetic" / fmt::format("{}-{:08x}", name, hash);
}

Location locate(const LocationQuery& query, SourceChoice choice, Verbosity verbosity) {
  const fs::path folder = folder_of(query);
  const bool generated = is_synthetic(folder);
  if (choice == SourceChoice::kReal && generated) {
    throw input_error(fmt::format("the folder holds generated data ({}), not the official files", kMarkerFile), folder.string(),
                      "name another --data-root, or use --source synthetic");
  }
  const bool present = generated || query.has_official_files(folder);
  const bool wanted = choice == SourceChoice::kAuto || (choice == SourceChoice::kSynthetic) == generated;
  if (choice == SourceChoice::kReal || (present && wanted)) {
    const auto missing = query.missing_files(folder);
    if (!missing.empty()) refuse_incomplete(query, folder, missing);
    return {folder, generated ? Source::kSynthetic : Source::kReal};
  }
  return standin(query, verbosity);
}

std::optional<Location> find_for_report(const LocationQuery& query, SourceChoice choice, bool generate, DataReport& report) {
  const fs::path folder = folder_of(query);
  const bool generated = is_synthetic(folder);
  const bool unused = choice == SourceChoice::kReal ? generated : choice == SourceChoice::kSynthetic && !generated;
  const bool present = generated || query.has_official_files(folder);
  if (present && !unused) {
    const size_t before = report.problems.size();
    add_missing_files(query, folder, report);
    if (report.problems.size() > before) return std::nullopt;
    return Location{folder, generated ? Source::kSynthetic : Source::kReal};
  }
  if (choice == SourceChoice::kSynthetic) {
    if (generate) return locate(query, choice, Verbosity::kNormal);
    if (is_synthetic(query.standin)) return Location{query.standin, Source::kSynthetic};
    report.facts.emplace_back("stand-in: not generated yet, the first run does it");
    return std::nullopt;
  }
  add_missing_files(query, folder, report);
  if (generated) {
    report.problems.push_back({"generated data", folder.string(), "the folder holds a stand-in, not the official files", true});
  }
  report.facts.emplace_back("runs with --source auto use the synthetic stand-in");
  return std::nullopt;
}

}  // namespace vbench
