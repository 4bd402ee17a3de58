// Zip archives put together byte by byte, so that every field can lie. Used by the tests of the archive and checkpoint readers.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vbench::test {

constexpr uint16_t kStored = 0, kDeflated = 8, kEncrypted = 1;

/// What an entry says of itself; by default the truth about its content.
struct RawEntry {
  std::string name;
  std::string content;
  std::optional<uint32_t> size = std::nullopt;
  uint16_t method = kStored;
  uint16_t flags = 0;
  std::optional<uint32_t> checksum = std::nullopt;
};

template <class T>
std::string little(T value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(T); ++i) bytes += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i) & 0xFF);
  return bytes;
}

/// A raw deflate stream, as zip archives hold it.
inline std::string deflated(const std::string& content) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline uint32_t checksum(const std::string& content) {
  return static_cast<uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(content.data()), content.size()));
}

inline std::string raw_zip(const std::vector<RawEntry>& entries) {
  std::string all, directory;
  for (const auto& entry : entries) {
    const auto packed = static_cast<uint32_t>(entry.content.size());
    const std::string facts = little(uint16_t{20}) + little(entry.flags) + little(entry.method) + little(uint32_t{1 << 21}) +
                              little(entry.checksum.value_or(checksum(entry.content))) + little(packed) +
                              little(entry.size.value_or(packed)) + little(static_cast<uint16_t>(entry.name.size())) + little(uint16_t{0});
    directory += little(uint32_t{0x02014b50}) + little(uint16_t{20}) + facts + std::string(10, '\0') +
                 little(static_cast<uint32_t>(all.size())) + entry.name;
    all += little(uint32_t{0x04034b50}) + facts + entry.name + entry.content;
  }
  const auto count = static_cast<uint16_t>(entries.size());
  return all + directory + little(uint32_t{0x06054b50}) + little(uint32_t{0}) + little(count) + little(count) +
         little(static_cast<uint32_t>(directory.size())) + little(static_cast<uint32_t>(all.size())) + little(uint16_t{0});
}

}  // namespace vbench::test
