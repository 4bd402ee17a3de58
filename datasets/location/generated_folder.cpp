#include "datasets/location/generated_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "datasets/formats/json_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace fs = std::filesystem;

namespace {

void require_replaceable(const fs::path& target) {
  std::error_code error;
  const auto kind = fs::status(target, error).type();
  if (kind == fs::file_type::not_found) return;
  if (kind != fs::file_type::directory) throw input_error("is not a folder", target.string(), "name another folder");
  const bool empty = fs::is_empty(target, error);
  if (error) throw input_error("cannot read the folder: " + error.message(), target.string());
  if (empty || fs::is_regular_file(target / kMarkerFile)) return;
  throw input_error(fmt::format("the folder holds files that were not generated (no {})", kMarkerFile), target.string(),
                    "generated data never replaces other files; name another folder");
}

void rename_folder(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error) throw input_error("cannot rename the folder to its final name: " + error.message(), to.string());
}

/// Removes a folder at the end of a scope, whatever happens.
struct Cleanup {
  fs::path folder;
  ~Cleanup() {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
  }
};

}  // namespace

void replace_generated_folder(const fs::path& wanted, const std::function<void(const fs::path&)>& write) {
  fs::path target = fs::weakly_canonical(fs::absolute(wanted));
  if (!target.has_filename()) target = target.parent_path();
  require_replaceable(target);
  make_folder(target.parent_path());
  const std::string beside = (target.parent_path() / fmt::format(".{}.{}", target.filename().string(), ::getpid())).string();
  const Cleanup partial{beside + ".partial"};
  const Cleanup old{beside + ".old"};
  fs::remove_all(partial.folder);
  make_folder(partial.folder);
  write(partial.folder);
  require_replaceable(target);  // somebody may have put files there in the meantime
  if (fs::exists(target)) rename_folder(target, old.folder);
  rename_folder(partial.folder, target);
}

void sync_file_system(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::syncfs(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) throw input_error("cannot sync: " + std::generic_category().message(error), printable(folder.string()));
}

void write_marker(const fs::path& folder, const std::string& dataset, uint64_t seed, const std::string& annotations,
                  const std::map<std::string, std::string>& options) {
  nlohmann::json marker{{"generator", "vbench data synth " + dataset},
                        {"version", kGeneratorVersion},
                        {"dataset", dataset},
                        {"seed", seed},
                        {"annotations", annotations},
                        {"options", options},
                        {"note", "synthetic stand-in, not the official data"}};
  if (annotations == "real") marker["note"] = "real annotations with generated features, not the official data";
  write_file_atomically(folder / kMarkerFile, json_text(marker, 2) + "\n");
}

}  // namespace vbench
