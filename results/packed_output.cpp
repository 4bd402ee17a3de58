#include "results/packed_output.hpp"

#include <fmt/format.h>
#include <xxhash.h>
#include <zstd.h>

#include <bit>
#include <cstring>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

static_assert(std::endian::native == std::endian::little, "the store keeps little-endian numbers");

constexpr int kLevel = 3;
constexpr uint64_t kMostBytes = uint64_t{4} << 30;  // of one output, uncompressed: a damaged or hostile store must not exhaust memory

std::string compress(const std::string& bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), kLevel);
  if (ZSTD_isError(size) != 0) throw Error(ErrorKind::kInternal, fmt::format("cannot compress an output: {}", ZSTD_getErrorName(size)));
  out.resize(size);
  return out;
}

[[noreturn]] void fail(const std::string& what, const PackedOutput& packed, const std::string& where) {
  throw input_error(fmt::format("output '{}' is damaged: {}", packed.name, what), where, "the scores of the run can still be read");
}

std::string decompress(const std::string& bytes, const PackedOutput& packed, const std::string& where) {
  const uint64_t size = ZSTD_getFrameContentSize(bytes.data(), bytes.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) fail("not compressed data", packed, where);
  if (size > kMostBytes) fail(fmt::format("claims {} bytes", size), packed, where);
  std::string out(size, '\0');
  const size_t got = ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size());
  if (ZSTD_isError(got) != 0) fail(ZSTD_getErrorName(got), packed, where);
  out.resize(got);
  return out;
}

int64_t checksum_of(const std::string& ids, const std::string& values) {
  const uint64_t first = XXH3_64bits(ids.data(), ids.size());
  return std::bit_cast<int64_t>(XXH3_64bits_withSeed(values.data(), values.size(), first));
}

std::string joined_ids(const std::vector<std::string>& ids) {
  std::string bytes;
  for (const auto& id : ids) {
    const auto length = static_cast<uint32_t>(id.size());
    char prefix[sizeof length];
    std::memcpy(prefix, &length, sizeof length);
    bytes.append(prefix, sizeof length).append(id);
  }
  return bytes;
}

std::vector<std::string> split_ids(const std::string& bytes, const PackedOutput& packed, const std::string& where) {
  std::vector<std::string> ids;
  for (size_t at = 0; at < bytes.size();) {
    uint32_t length = 0;
    if (bytes.size() - at < sizeof length) fail("an id is cut off", packed, where);
    std::memcpy(&length, bytes.data() + at, sizeof length);
    at += sizeof length;
    if (bytes.size() - at < length) fail("an id is cut off", packed, where);
    ids.push_back(bytes.substr(at, length));
    at += length;
  }
  return ids;
}

}  // namespace

PackedOutput pack(const ItemOutput& output) {
  if (output.width < 0 || output.values.size() != output.ids.size() * static_cast<size_t>(output.width)) {
    throw Error(ErrorKind::kInternal,
                fmt::format("{} values for {} items of width {}", output.values.size(), output.ids.size(), output.width),
                "output '" + output.name + "'");
  }
  const std::string ids = joined_ids(output.ids);
  std::string values(output.values.size() * sizeof(float), '\0');
  if (!values.empty()) std::memcpy(values.data(), output.values.data(), values.size());
  return {output.name, static_cast<int64_t>(output.ids.size()), output.width, compress(ids), compress(values), checksum_of(ids, values)};
}

ItemOutput unpack(const PackedOutput& packed, const std::string& where) {
  const std::string ids = decompress(packed.ids, packed, where), values = decompress(packed.values, packed, where);
  if (checksum_of(ids, values) != packed.checksum) fail("the checksum does not match", packed, where);
  ItemOutput output{packed.name, packed.width, split_ids(ids, packed, where), {}};
  const bool fits = packed.width >= 0 && packed.items == static_cast<int64_t>(output.ids.size()) && values.size() % sizeof(float) == 0 &&
                    static_cast<unsigned __int128>(packed.items) * static_cast<uint64_t>(packed.width) * sizeof(float) == values.size();
  if (!fits) fail(fmt::format("{} bytes for {} items of width {}", values.size(), packed.items, packed.width), packed, where);
  output.values.resize(values.size() / sizeof(float));
  if (!values.empty()) std::memcpy(output.values.data(), values.data(), values.size());
  return output;
}

}  // namespace vbench
