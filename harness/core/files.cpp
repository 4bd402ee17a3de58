#include "harness/core/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kTemporary = ".tmp.";  // then the process and a number: no two writers meet

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

[[noreturn]] void fail(const fs::path& path, const std::string& doing, int error, const std::string& hint = "") {
  throw input_error("cannot " + doing + ": " + std::strerror(error), path.string(), hint);
}

[[noreturn]] void fail_writing(const fs::path& path, const std::string& doing, int error) {
  std::string hint;
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) hint = "free some space or choose another folder with --out";
  if (error == EACCES || error == EROFS || error == EPERM) hint = "choose a folder that can be written to, with --out";
  fail(path, doing, error, hint);
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail_writing(path, "write", errno);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

void sync_path(const fs::path& path, int flags) {
  const Descriptor fd(::open(path.c_str(), flags | O_CLOEXEC));
  if (fd.get() < 0) fail_writing(path, "open for syncing", errno);
  if (::fsync(fd.get()) != 0 && errno != EINVAL) fail_writing(path, "sync", errno);
}

}  // namespace

void replace_file_atomically(const fs::path& path, const std::function<void(const fs::path&)>& write) {
  static std::atomic<uint64_t> counter{0};
  const fs::path temporary = path.string() + std::string(kTemporary) + std::to_string(::getpid()) + "." + std::to_string(counter++);
  try {
    write(temporary);
    sync_path(temporary, O_RDONLY);
    if (::rename(temporary.c_str(), path.c_str()) != 0) fail_writing(path, "replace the file", errno);
  } catch (...) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw;
  }
  sync_path(path.has_parent_path() ? path.parent_path() : fs::path("."), O_RDONLY | O_DIRECTORY);
}

void write_file_atomically(const fs::path& path, std::string_view bytes) {
  replace_file_atomically(path, [&](const fs::path& temporary) {
    const Descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (fd.get() < 0) fail_writing(path, "create the file", errno);
    write_all(fd.get(), bytes, path);
  });
}

void replace_link(const fs::path& link, const fs::path& target) {
  const fs::path temporary = link.string() + ".link";
  std::error_code error;
  fs::remove(temporary, error);
  fs::create_symlink(target, temporary, error);
  if (!error) fs::rename(temporary, link, error);
  if (error) throw input_error("cannot make the link: " + error.message(), printable(link.string()));
}

void remove_abandoned_files(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const bool temporary = entry.path().filename().string().find(kTemporary) != std::string::npos;
    if (temporary && entry.is_regular_file(ignored)) fs::remove(entry.path(), ignored);
  }
}

void require_writable(const fs::path& file) {
  const auto parent = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(parent)) throw input_error("is no folder", parent.string(), "create it, or choose another --output");
  if (fs::is_directory(file)) throw input_error("is a folder", file.string(), "name a file with --output");
  if (fs::exists(file) && !fs::is_regular_file(file))
    throw input_error("is no file that may be replaced", file.string(), "name a file with --output");
  if (::access(parent.c_str(), W_OK) != 0) throw input_error("cannot be written to", parent.string(), "choose another --output");
}

std::string read_file(const fs::path& path, uint64_t limit) {
  const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) fail(path, "open the file", errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) fail(path, "stat the file", errno);
  if (S_ISDIR(info.st_mode)) throw input_error("is a folder, a file was expected", path.string());
  if (static_cast<uint64_t>(info.st_size) > limit)
    throw input_error("file is larger than the limit of " + std::to_string(limit) + " bytes", path.string());
  std::string bytes(static_cast<size_t>(info.st_size), '\0');
  size_t have = 0;
  while (have < bytes.size()) {
    const ssize_t got = ::read(fd.get(), bytes.data() + have, bytes.size() - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(path, "read", errno);
    if (got == 0) break;
    have += static_cast<size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

std::vector<fs::path> list_folder(const fs::path& path) {
  std::error_code error;
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(path, error)) found.push_back(entry.path());
  const bool none = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
  if (error && !none) fail(path, "list the folder", error.value());
  std::sort(found.begin(), found.end());
  return found;
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error || !fs::is_directory(path)) fail_writing(path, "create the folder", error ? error.value() : ENOTDIR);
}

fs::path cache_folder() {
  const auto from = [](const char* name) -> fs::path {
    const char* value = std::getenv(name);
    return value == nullptr ? fs::path() : fs::path(value);
  };
  if (auto own = from("VBENCH_CACHE"); !own.empty()) return own;
  if (const auto xdg = from("XDG_CACHE_HOME"); !xdg.empty()) return xdg / "vbench";
  if (const auto home = from("HOME"); !home.empty()) return home / ".cache" / "vbench";
  return fs::path(".cache") / "vbench";
}

}  // namespace vbench
