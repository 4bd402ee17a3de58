#include "datasets/formats/npy.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <numeric>
#include <optional>
#include <system_error>

#include "datasets/formats/byte_reader.hpp"
#include "datasets/formats/zip_archive.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::npy {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kMagic{"\x93NUMPY", 6};
constexpr std::string_view kSuffix = ".npy";
constexpr size_t kAlignment = 64;  // of the values in the file
constexpr uint32_t kMaxHeader = 1 << 16;
constexpr size_t kMaxDimensions = 64;  // as LibTorch
constexpr size_t kShownText = 100;     // of the header in an error
constexpr std::array<std::pair<std::string_view, at::ScalarType>, 9> kTypes{{{"<f2", at::kHalf},
                                                                             {"<f4", at::kFloat},
                                                                             {"<f8", at::kDouble},
                                                                             {"|i1", at::kChar},
                                                                             {"<i2", at::kShort},
                                                                             {"<i4", at::kInt},
                                                                             {"<i8", at::kLong},
                                                                             {"|u1", at::kByte},
                                                                             {"|b1", at::kBool}}};

struct Header {
  at::ScalarType type = at::kFloat;
  bool fortran = false;
  std::vector<int64_t> sizes;
};

/// What follows `'key':` in the header, a Python dictionary of three known keys.
std::string_view after_key(std::string_view text, std::string_view key, const std::string& where) {
  for (const char quote : {'\'', '"'}) {
    const std::string quoted = quote + std::string(key) + quote;
    const size_t found = text.find(quoted);
    if (found == std::string_view::npos) continue;
    const size_t value = text.find_first_not_of(" :", found + quoted.size());
    if (value != std::string_view::npos) return text.substr(value);
  }
  throw input_error(fmt::format("the header of the array has no '{}'", key), where);
}

at::ScalarType parse_type(std::string_view text, const std::string& where) {
  const size_t end = text.size() < 2 ? std::string_view::npos : text.find(text[0], 1);
  const std::string_view name = end == std::string_view::npos ? text.substr(0, kShownText) : text.substr(1, std::min(end - 1, kShownText));
  for (const auto& [known, type] : kTypes) {
    if (name == known) return type;
  }
  throw input_error(fmt::format("holds values of type '{}', which is not read", name), where,
                    "known: little-endian floats, signed integers, uint8 and bool");
}

std::vector<int64_t> parse_sizes(std::string_view text, const std::string& where) {
  const size_t end = text.find(')');
  if (text.empty() || text[0] != '(' || end == std::string_view::npos) throw input_error("the shape of the array is no tuple", where);
  std::vector<int64_t> sizes;
  for (const auto& piece : split(text.substr(1, end - 1), ',')) {
    if (piece.empty()) continue;  // after the last comma
    const auto size = parse_int(piece);
    if (!size || *size < 0 || sizes.size() == kMaxDimensions) throw input_error("the shape of the array is not valid", where);
    sizes.push_back(*size);
  }
  return sizes;
}

/// The smallest number of bytes for the values, or nothing if it overflows.
std::optional<uint64_t> bytes_of(const Header& header) {
  uint64_t bytes = at::elementSize(header.type);
  const bool empty = std::find(header.sizes.begin(), header.sizes.end(), 0) != header.sizes.end();
  for (const int64_t size : header.sizes) {
    if (size != 0 && __builtin_mul_overflow(bytes, static_cast<uint64_t>(size), &bytes)) return std::nullopt;
  }
  if (bytes >> 62 != 0) return std::nullopt;
  return empty ? 0 : bytes;
}

/// `Source` has read(out, bytes) and remaining(): a file or an entry of an archive.
template <class Source>
Header read_header(Source& source, const std::string& where) {
  std::array<char, 8> start{};  // magic, version
  if (source.remaining() < start.size() + sizeof(uint32_t)) throw input_error("is no array of numpy: it is too short", where);
  source.read(start.data(), start.size());
  if (std::string_view(start.data(), kMagic.size()) != kMagic) throw input_error("is no array of numpy", where);
  uint32_t length = 0;
  if (start[6] < 1 || start[6] > 3)
    throw input_error(fmt::format("is an array of numpy in the unknown version {}", static_cast<int>(start[6])), where);
  source.read(&length, start[6] == 1 ? sizeof(uint16_t) : sizeof(uint32_t));
  if (length > kMaxHeader || length > source.remaining()) throw input_error("the header of the array is implausibly long", where);
  std::string text(length, '\0');
  source.read(text.data(), length);
  const std::string_view fortran = after_key(text, "fortran_order", where);
  return {parse_type(after_key(text, "descr", where), where), fortran.substr(0, 4) == "True",
          parse_sizes(after_key(text, "shape", where), where)};
}

template <class Source>
at::Tensor read_array(Source& source, const std::string& where) {
  Header header = read_header(source, where);
  const auto bytes = bytes_of(header);
  if (!bytes || *bytes != source.remaining()) {
    throw input_error(fmt::format("shape ({}) does not fit the {} bytes of values", fmt::join(header.sizes, ", "), source.remaining()),
                      where, "download or copy it again");
  }
  if (header.fortran) std::reverse(header.sizes.begin(), header.sizes.end());
  at::Tensor tensor = at::empty(header.sizes, at::TensorOptions().dtype(header.type));
  source.read(tensor.data_ptr(), *bytes);
  if (!header.fortran) return tensor;
  std::vector<int64_t> axes(header.sizes.size());
  std::iota(axes.rbegin(), axes.rend(), 0);
  return tensor.permute(axes).contiguous();
}

/// @throws Error kInput if there is no such array
std::string entry_name(const ZipArchive& archive, const fs::path& path, const std::string& name) {
  std::string entry = name + std::string(kSuffix);
  if (!archive.has(entry)) throw input_error(fmt::format("has no array '{}'", name), path.string(), suggest(name, npz_names(path)));
  return entry;
}

}  // namespace

std::vector<std::string> npz_names(const fs::path& path) {
  std::vector<std::string> names = ZipArchive::open(path).names();
  for (auto& name : names) {
    if (name.size() > kSuffix.size() && name.compare(name.size() - kSuffix.size(), kSuffix.size(), kSuffix) == 0)
      name.resize(name.size() - kSuffix.size());
  }
  return names;
}

at::Tensor read_npz(const fs::path& path, const std::string& name) {
  const auto archive = ZipArchive::open(path);
  auto entry = archive.entry(entry_name(archive, path, name));
  at::Tensor tensor = read_array(entry, fmt::format("{}: array '{}'", path.string(), name));
  entry.finish();
  return tensor;
}

std::vector<int64_t> npz_shape(const fs::path& path, const std::string& name) {
  const auto archive = ZipArchive::open(path);
  auto entry = archive.entry(entry_name(archive, path, name));
  return read_header(entry, fmt::format("{}: array '{}'", path.string(), name)).sizes;
}

at::Tensor read_npy(const fs::path& path) {
  std::error_code missing;
  const uint64_t size = fs::file_size(path, missing);
  if (missing) throw input_error("cannot be read: " + missing.message(), path.string());
  std::ifstream stream(path, std::ios::binary);
  ByteReader reader(stream, size, path.string());
  return read_array(reader, path.string());
}

std::string write_npy_bytes(const at::Tensor& tensor) {
  const at::Tensor data = tensor.detach().cpu().contiguous();
  const auto type = std::find_if(kTypes.begin(), kTypes.end(), [&](const auto& known) { return known.second == data.scalar_type(); });
  if (type == kTypes.end())
    throw Error(ErrorKind::kInternal, fmt::format("tensors of type {} cannot be written for numpy", at::toString(data.scalar_type())));
  std::string header = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}", type->first,
                                   fmt::join(data.sizes(), ", "), data.dim() == 1 ? "," : "");
  constexpr size_t kPrefix = 10;  // magic, version, length
  header.append(kAlignment - 1 - (kPrefix + header.size()) % kAlignment, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes.reserve(kPrefix + header.size() + data.nbytes());
  bytes += {'\1', '\0', static_cast<char>(header.size() & 0xFF), static_cast<char>(header.size() >> 8)};
  bytes += header;
  return bytes.append(static_cast<const char*>(data.data_ptr()), data.nbytes());
}

void write_npz(const fs::path& path, const std::vector<std::pair<std::string, at::Tensor>>& arrays) {
  ZipWriter archive;
  for (const auto& [name, tensor] : arrays) archive.add(name + std::string(kSuffix), write_npy_bytes(tensor));
  write_file_atomically(path, archive.finish());
}

}  // namespace vbench::npy
