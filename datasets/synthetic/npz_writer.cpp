#include "datasets/synthetic/npz_writer.hpp"

#include <fmt/format.h>
#include <zip.h>

#include <memory>

#include "harness/core/error.hpp"

namespace vbench::synthetic {
namespace {

constexpr zip_uint16_t kNoDate = (1 << 5) | 1;  // the first day that a zip file can name, 1980-01-01

// NumPy format 1.0: magic, header length, a Python dictionary padded with blanks to a multiple of 64 bytes, the values.
std::string npy_bytes(const at::Tensor& array) {
  std::string shape;
  for (const int64_t size : array.sizes()) shape += fmt::format("{}, ", size);
  if (array.dim() > 1) shape.resize(shape.size() - 2);
  std::string header = fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': ({}), }}", shape);
  constexpr size_t kPrefix = 10;
  header.append(63 - (kPrefix + header.size()) % 64, ' ');
  header += '\n';
  std::string bytes("\x93NUMPY\x01\x00", 8);
  bytes += static_cast<char>(header.size() & 0xff);
  bytes += static_cast<char>(header.size() >> 8);
  bytes += header;
  bytes.append(static_cast<const char*>(array.data_ptr()), static_cast<size_t>(array.numel()) * sizeof(float));
  return bytes;
}

}  // namespace

void write_npz(const std::filesystem::path& path, const std::string& name, const at::Tensor& array) {
  const std::string bytes = npy_bytes(array);
  const auto failed = [&](const std::string& why) {
    return input_error("cannot write the archive: " + why, path.string(), "is the disk full?");
  };
  std::unique_ptr<zip_t, void (*)(zip_t*)> archive(zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr), zip_discard);
  if (!archive) throw failed("it cannot be created");
  zip_source_t* source = zip_source_buffer(archive.get(), bytes.data(), bytes.size(), 0);
  const zip_int64_t index = source == nullptr ? -1 : zip_file_add(archive.get(), (name + ".npy").c_str(), source, ZIP_FL_OVERWRITE);
  if (index < 0) {
    zip_source_free(source);
    throw failed(zip_strerror(archive.get()));
  }
  const auto member = static_cast<zip_uint64_t>(index);
  zip_set_file_compression(archive.get(), member, ZIP_CM_STORE, 0);
  zip_file_set_dostime(archive.get(), member, 0, kNoDate, 0);
  if (zip_close(archive.get()) != 0) throw failed(zip_strerror(archive.get()));
  (void)archive.release();  // zip_close has freed it
}

}  // namespace vbench::synthetic
