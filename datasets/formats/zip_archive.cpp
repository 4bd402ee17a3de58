#include "datasets/formats/zip_archive.hpp"

#include <fmt/format.h>
#include <zip.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

constexpr const char* kCopyAgain = "download or copy it again";
constexpr size_t kShownName = 200;  // of an entry's name in an error

// What writing needs of the format; numbers are little endian.
constexpr uint32_t kLocalHeader = 0x04034b50, kDirectoryHeader = 0x02014b50, kDirectoryEnd = 0x06054b50;
constexpr uint16_t kVersion = 20, kUtf8Names = 1 << 11, kFirstDay = (1 << 5) | 1;  // 1980-01-01: the same content gives the same bytes
constexpr uint16_t kPaddingField = 0x4246;                                         // "FB", as torch marks its padding
constexpr size_t kLocalHeaderBytes = 30, kFieldHeaderBytes = 4, kAlignment = 64;
constexpr uint64_t kMaxArchive = 0xFFFFFFFF, kMaxEntries = 0xFFFE;

template <class T>
void append(std::string& out, T value) {
  for (size_t i = 0; i < sizeof(T); ++i) out += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xFF);
}

std::string place(const std::string& archive, const std::string& name) {
  return fmt::format("{}: entry '{}'", archive, name.substr(0, kShownName));
}

uint64_t size_of(const std::filesystem::path& path) {
  std::error_code failure;
  const uint64_t size = std::filesystem::file_size(path, failure);
  if (failure) throw input_error("cannot be read: " + failure.message(), path.string());
  return size;
}

// Through the file and not a mapping: a file that shrinks while it is read is then an error and not a signal.
zip_t* open_archive(const std::filesystem::path& path) {
  int failure = 0;
  zip_t* archive = zip_open(path.c_str(), ZIP_RDONLY, &failure);
  if (archive == nullptr && failure == ZIP_ER_OPEN)
    throw input_error(fmt::format("cannot be read: {}", std::strerror(errno)), path.string());
  return archive;
}

struct Known {
  zip_uint64_t index = 0;
  uint64_t size = 0;
};

Known checked(zip_t* archive, zip_uint64_t index, uint64_t file_size, const std::string& where) {
  zip_stat_t entry;
  zip_stat_init(&entry);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (zip_stat_index(archive, index, 0, &entry) != 0 || (entry.valid & kNeeded) != kNeeded)
    throw input_error("cannot be described", where, kCopyAgain);
  if (entry.encryption_method != ZIP_EM_NONE) throw input_error("is encrypted", where);
  if (entry.comp_method != ZIP_CM_STORE && entry.comp_method != ZIP_CM_DEFLATE) {
    throw input_error(fmt::format("is compressed by method {}, only stored and deflated entries are read", entry.comp_method), where);
  }
  const bool impossible = entry.comp_size > file_size || (entry.comp_method == ZIP_CM_STORE && entry.size != entry.comp_size);
  if (impossible) throw input_error(fmt::format("claims {} bytes, which the archive does not have", entry.size), where, kCopyAgain);
  return {index, entry.size};
}

}  // namespace

struct ZipArchive::Impl {
  explicit Impl(const std::filesystem::path& file) : path(file.string()), file_size(size_of(file)), archive(open_archive(file)) {}

  std::string path;
  uint64_t file_size;
  zip_t* archive = nullptr;
  std::vector<std::string> names;
  std::unordered_map<std::string, Known> entries;

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {
    if (archive != nullptr) zip_discard(archive);
  }
  [[nodiscard]] const Known& find(const std::string& name) const {
    const auto found = entries.find(name);
    if (found == entries.end()) throw input_error(fmt::format("has no entry '{}'", name.substr(0, kShownName)), path);
    return found->second;
  }
};

ZipArchive ZipArchive::open(const std::filesystem::path& path, const ZipLimits& limits) {
  auto impl = std::make_shared<Impl>(path);
  if (impl->archive == nullptr) throw input_error("is no zip archive, or a truncated one", impl->path, kCopyAgain);
  const uint64_t file_size = impl->file_size;
  uint64_t unpacked = 0;
  const auto count = static_cast<zip_uint64_t>(std::max<zip_int64_t>(zip_get_num_entries(impl->archive, 0), 0));
  for (zip_uint64_t i = 0; i < count; ++i) {
    const char* raw = zip_get_name(impl->archive, i, ZIP_FL_ENC_RAW);
    if (raw == nullptr) throw input_error("has an entry without a name", impl->path, kCopyAgain);
    const std::string name = raw;
    const Known known = checked(impl->archive, i, file_size, place(impl->path, name));
    if (!impl->entries.emplace(name, known).second) throw input_error("is there twice", place(impl->path, name));
    impl->names.push_back(name);
    if (__builtin_add_overflow(unpacked, known.size, &unpacked) ||
        (unpacked > limits.always_allowed && unpacked / limits.ratio > file_size)) {
      throw input_error(fmt::format("unpacks to more than {} times its size: refused", limits.ratio), impl->path, "is this a zip bomb?");
    }
  }
  return ZipArchive(impl);
}

const std::vector<std::string>& ZipArchive::names() const { return impl_->names; }
bool ZipArchive::has(const std::string& name) const { return impl_->entries.count(name) != 0; }
uint64_t ZipArchive::size(const std::string& name) const { return impl_->find(name).size; }

std::string ZipArchive::read(const std::string& name, uint64_t limit) const {
  Entry source = entry(name);
  if (source.remaining() > limit) {
    throw input_error(fmt::format("has {} bytes, at most {} are read", source.remaining(), limit), place(impl_->path, name));
  }
  std::string content(source.remaining(), '\0');
  source.read(content.data(), content.size());
  source.finish();
  return content;
}

ZipArchive::Entry ZipArchive::entry(const std::string& name) const {
  const Known& known = impl_->find(name);
  Entry result;
  result.where_ = place(impl_->path, name);
  result.remaining_ = known.size;
  result.file_.reset(zip_fopen_index(impl_->archive, known.index, 0));
  if (!result.file_) throw input_error("cannot be opened", result.where_, kCopyAgain);
  return result;
}

void ZipArchive::Entry::Closer::operator()(void* file) const { zip_fclose(static_cast<zip_file_t*>(file)); }

void ZipArchive::Entry::read(void* out, uint64_t bytes) {
  auto* position = static_cast<char*>(out);
  if (bytes > remaining_) throw input_error("ends too early", where_, kCopyAgain);
  remaining_ -= bytes;
  while (bytes > 0) {
    const zip_int64_t got = zip_fread(static_cast<zip_file_t*>(file_.get()), position, bytes);
    if (got <= 0) throw input_error("ends too early or is damaged", where_, kCopyAgain);
    position += got;
    bytes -= static_cast<uint64_t>(got);
  }
}

// The checksum is compared when the library meets the end of the entry.
void ZipArchive::Entry::finish() {
  char extra = 0;
  const bool at_end = remaining_ == 0 && zip_fread(static_cast<zip_file_t*>(file_.get()), &extra, 1) == 0;
  if (!at_end)
    throw input_error(remaining_ > 0 ? "is longer than expected" : "is damaged (its checksum or length is wrong)", where_, kCopyAgain);
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  const uint64_t offset = bytes_.size();
  const uint64_t start = offset + kLocalHeaderBytes + name.size() + kFieldHeaderBytes;
  const auto padding = static_cast<uint16_t>((kAlignment - start % kAlignment) % kAlignment);
  const auto checksum = static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
  const auto describe = [&](std::string& out, size_t field_bytes) {
    append(out, kVersion);
    append(out, kUtf8Names);
    append(out, uint16_t{0});  // stored
    append(out, uint16_t{0});  // time
    append(out, kFirstDay);
    append(out, checksum);
    append(out, static_cast<uint32_t>(content.size()));
    append(out, static_cast<uint32_t>(content.size()));
    append(out, static_cast<uint16_t>(name.size()));
    append(out, static_cast<uint16_t>(field_bytes));
  };
  append(bytes_, kLocalHeader);
  describe(bytes_, kFieldHeaderBytes + padding);
  bytes_ += name;
  append(bytes_, kPaddingField);
  append(bytes_, padding);
  bytes_.append(padding, '\0');
  bytes_ += content;
  append(directory_, kDirectoryHeader);
  append(directory_, kVersion);
  describe(directory_, 0);
  append(directory_, uint16_t{0});  // comment
  append(directory_, uint16_t{0});  // disk
  append(directory_, uint16_t{0});  // internal attributes
  append(directory_, uint32_t{0});  // external attributes
  append(directory_, static_cast<uint32_t>(offset));
  directory_ += name;
  ++entries_;
}

std::string ZipWriter::finish() {
  if (bytes_.size() + directory_.size() > kMaxArchive || entries_ > kMaxEntries) {
    throw input_error(
        fmt::format("{} entries of {} bytes do not fit one archive of 4 GiB and {} entries", entries_, bytes_.size(), kMaxEntries));
  }
  const auto start = static_cast<uint32_t>(bytes_.size());
  bytes_ += directory_;
  append(bytes_, kDirectoryEnd);
  append(bytes_, uint32_t{0});  // disks
  append(bytes_, static_cast<uint16_t>(entries_));
  append(bytes_, static_cast<uint16_t>(entries_));
  append(bytes_, static_cast<uint32_t>(directory_.size()));
  append(bytes_, start);
  append(bytes_, uint16_t{0});  // comment
  return std::move(bytes_);
}

}  // namespace vbench
