// Zip archives from outside, read with bounds, and plain ones written. Used by the torch checkpoint and npz formats.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vbench {

/// When an archive counts as a bomb: its entries unpack to more than `always_allowed` and to more than `ratio` times the file.
struct ZipLimits {
  uint64_t always_allowed = uint64_t{256} << 20;  ///< bytes
  uint64_t ratio = 100;
};

/// An archive open for reading. Everything in its directory is checked by open(): names are unique, entries are stored or deflated, not
/// encrypted, and no bomb. Not for several threads at once.
class ZipArchive {
 public:
  static ZipArchive open(const std::filesystem::path& path, const ZipLimits& limits = {});

  [[nodiscard]] const std::vector<std::string>& names() const;  ///< in file order
  [[nodiscard]] bool has(const std::string& name) const;
  [[nodiscard]] uint64_t size(const std::string& name) const;  ///< unpacked, bytes
  /// Whole entry. @throws Error kInput if it is missing, longer than `limit`, or its checksum is wrong
  [[nodiscard]] std::string read(const std::string& name, uint64_t limit) const;

  /// Reads one entry piece by piece, while its archive lives.
  class Entry {
   public:
    void read(void* out, uint64_t bytes);  ///< @throws Error kInput if the entry ends before
    void finish();                         ///< @throws Error kInput if bytes are left or the checksum is wrong
    [[nodiscard]] uint64_t remaining() const { return remaining_; }

   private:
    friend class ZipArchive;
    struct Closer {
      void operator()(void* file) const;
    };
    std::unique_ptr<void, Closer> file_;
    std::string where_;
    uint64_t remaining_ = 0;
  };
  [[nodiscard]] Entry entry(const std::string& name) const;

 private:
  struct Impl;
  explicit ZipArchive(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

/// Builds an archive of stored entries in memory; the content of every entry starts at a multiple of 64 bytes, as torch wants it for
/// mapping.
class ZipWriter {
 public:
  void reserve(uint64_t bytes) { bytes_.reserve(bytes); }  ///< expected size of the whole
  void add(std::string_view name, std::string_view content);
  /// The finished archive. @throws Error kInput beyond 4 GiB or 65,534 entries, which need records that this writer leaves out
  [[nodiscard]] std::string finish();

 private:
  std::string bytes_, directory_;
  uint32_t entries_ = 0;
};

}  // namespace vbench
