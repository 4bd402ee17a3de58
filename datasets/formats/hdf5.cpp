#include "datasets/formats/hdf5.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <hdf5.h>

#include <algorithm>
#include <functional>
#include <mutex>

#include "harness/core/error.hpp"

namespace vbench::hdf5 {
namespace {

// A file may claim any size; nothing larger than this is ever allocated for one dataset.
constexpr uint64_t kMaxBytes = uint64_t{1} << 36;
// Chunks that were never written cost a file nothing and read as zeros: beyond the first bound it must hold a share of what it claims.
// Deflate packs at most 1032 to 1.
constexpr uint64_t kAlwaysAllowed = uint64_t{256} << 20, kMaxRatio = 1100;

/// Owns an HDF5 identifier of any kind.
class Id {
 public:
  Id(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Id(const Id&) = delete;
  Id& operator=(const Id&) = delete;
  ~Id() {
    if (id_ >= 0) close_(id_);
  }
  [[nodiscard]] hid_t get() const { return id_; }
  [[nodiscard]] bool ok() const { return id_ >= 0; }

 private:
  hid_t id_;
  herr_t (*close_)(hid_t);
};

// The library prints its error stack to stderr by default; our one-line errors replace it.
void silence_library() {
  static std::once_flag once;
  std::call_once(once, [] { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); });
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);  // the setting is per thread
}

struct NumberType {
  hid_t memory;
  at::ScalarType scalar;
};

NumberType number_type(hid_t type, const std::string& where) {
  const size_t size = H5Tget_size(type);
  if (H5Tget_class(type) == H5T_FLOAT) {
    if (size == 8) return {H5T_NATIVE_DOUBLE, at::kDouble};
    return {H5T_NATIVE_FLOAT, at::kFloat};  // float16 widens
  }
  if (H5Tget_class(type) == H5T_INTEGER) {
    const bool is_signed = H5Tget_sign(type) == H5T_SGN_2;
    if (size == 1) return is_signed ? NumberType{H5T_NATIVE_INT8, at::kChar} : NumberType{H5T_NATIVE_UINT8, at::kByte};
    if (is_signed && size == 2) return {H5T_NATIVE_INT16, at::kShort};
    if (is_signed && size == 4) return {H5T_NATIVE_INT32, at::kInt};
    return {H5T_NATIVE_INT64, at::kLong};
  }
  if (H5Tget_class(type) == H5T_ENUM) return {H5T_NATIVE_INT8, at::kChar};  // h5py stores bool as an enum of int8
  throw input_error("dataset does not hold numbers", where);
}

hid_t file_type(at::ScalarType scalar, const std::string& where) {
  switch (scalar) {
    case at::kFloat:
      return H5T_IEEE_F32LE;
    case at::kDouble:
      return H5T_IEEE_F64LE;
    case at::kLong:
      return H5T_STD_I64LE;
    case at::kInt:
      return H5T_STD_I32LE;
    case at::kShort:
      return H5T_STD_I16LE;
    case at::kChar:
      return H5T_STD_I8LE;
    case at::kByte:
      return H5T_STD_U8LE;
    default:
      throw Error(ErrorKind::kInternal, "tensor type cannot be written to HDF5", where);
  }
}

hid_t memory_type(at::ScalarType scalar) {
  switch (scalar) {
    case at::kDouble:
      return H5T_NATIVE_DOUBLE;
    case at::kLong:
      return H5T_NATIVE_INT64;
    case at::kInt:
      return H5T_NATIVE_INT32;
    case at::kShort:
      return H5T_NATIVE_INT16;
    case at::kChar:
      return H5T_NATIVE_INT8;
    case at::kByte:
      return H5T_NATIVE_UINT8;
    default:
      return H5T_NATIVE_FLOAT;
  }
}

/// How datasets are created: without the time of creation, so that the same content gives the same bytes.
Id creation_list() {
  const hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(list, false);
  return {list, H5Pclose};
}

std::vector<int64_t> extent(hid_t space) {
  const int rank = H5Sget_simple_extent_ndims(space);
  std::vector<hsize_t> sizes(static_cast<size_t>(std::max(rank, 0)));
  if (rank > 0) H5Sget_simple_extent_dims(space, sizes.data(), nullptr);
  return {sizes.begin(), sizes.end()};
}

/// Bytes of `count` elements. @throws Error kInput for more than is ever read
uint64_t checked_bytes(uint64_t element, uint64_t count, const std::string& where) {
  uint64_t bytes = 0;
  if (__builtin_mul_overflow(element, count, &bytes) || bytes > kMaxBytes) throw input_error("claims an implausible size", where);
  return bytes;
}

void require_stored(hid_t set, uint64_t bytes, const std::string& where) {
  if (bytes > kAlwaysAllowed && bytes / kMaxRatio > H5Dget_storage_size(set)) {
    throw input_error(fmt::format("claims {} bytes, which the file does not hold", bytes), where, "download it again");
  }
}

// Reads strings of either kind through `read(memory type, buffer)`, `count` of them.
std::vector<std::string> strings_of(hid_t type, hid_t space, size_t count, const std::function<herr_t(hid_t, void*)>& read,
                                    const std::string& where) {
  if (H5Tget_class(type) != H5T_STRING) throw input_error("does not hold text", where);
  std::vector<std::string> values(count);
  const Id memory(H5Tcopy(type), H5Tclose);
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count, nullptr);
    if (read(memory.get(), pointers.data()) < 0) throw input_error("cannot read the text", where);
    for (size_t i = 0; i < count; ++i) values[i] = pointers[i] == nullptr ? "" : pointers[i];
    H5Dvlen_reclaim(memory.get(), space, H5P_DEFAULT, pointers.data());
    return values;
  }
  const size_t width = H5Tget_size(type);
  std::string buffer(checked_bytes(width, count, where), '\0');
  if (read(memory.get(), buffer.data()) < 0) throw input_error("cannot read the text", where);
  for (size_t i = 0; i < count; ++i) {
    const std::string piece = buffer.substr(i * width, width);
    values[i] = piece.substr(0, piece.find('\0'));
  }
  return values;
}

}  // namespace

struct File::Impl {
  std::filesystem::path path;
  hid_t id = -1;

  ~Impl() {
    if (id >= 0) H5Fclose(id);
  }
  [[nodiscard]] std::string where(const std::string& name) const { return path.string() + ": " + (name.empty() ? "/" : name); }
  [[nodiscard]] Id dataset(const std::string& name) const {
    silence_library();
    const hid_t set = H5Dopen2(id, name.c_str(), H5P_DEFAULT);
    if (set < 0) throw input_error("no such dataset", where(name));
    return {set, H5Dclose};
  }
  [[nodiscard]] Id object(const std::string& name) const {
    silence_library();
    const hid_t found = H5Oopen(id, name.empty() ? "/" : name.c_str(), H5P_DEFAULT);
    if (found < 0) throw input_error("no such object", where(name));
    return {found, H5Oclose};
  }
};

File File::open(const std::filesystem::path& path) {
  silence_library();
  if (!std::filesystem::exists(path)) throw input_error("file does not exist", path.string());
  auto impl = std::make_shared<Impl>();
  impl->path = path;
  impl->id = H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  if (impl->id < 0) throw input_error("not a readable HDF5 file (truncated or of another format)", path.string(), "download it again");
  return File(impl);
}

File File::create(const std::filesystem::path& path) {
  silence_library();
  auto impl = std::make_shared<Impl>();
  impl->path = path;
  impl->id = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  if (impl->id < 0) throw input_error("cannot create the HDF5 file", path.string(), "is the folder writable and the disk not full?");
  return File(impl);
}

const std::filesystem::path& File::path() const { return impl_->path; }

bool File::has(const std::string& name) const {
  silence_library();
  if (name.empty() || name == "/") return true;
  for (size_t slash = name.find('/', 1); slash != std::string::npos; slash = name.find('/', slash + 1)) {
    if (H5Lexists(impl_->id, name.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(impl_->id, name.c_str(), H5P_DEFAULT) > 0;
}

bool File::is_group(const std::string& name) const {
  const Id object = impl_->object(name);
  return H5Iget_type(object.get()) == H5I_GROUP;
}

std::vector<std::string> File::children(const std::string& group) const {
  const Id object = impl_->object(group);
  H5G_info_t info{};
  if (H5Gget_info(object.get(), &info) < 0) throw input_error("not a group", impl_->where(group));
  std::vector<std::string> names;
  for (hsize_t i = 0; i < info.nlinks; ++i) {
    const ssize_t length = H5Lget_name_by_idx(object.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, nullptr, 0, H5P_DEFAULT);
    if (length < 0) throw input_error("cannot list the group", impl_->where(group));
    std::string name(static_cast<size_t>(length) + 1, '\0');
    H5Lget_name_by_idx(object.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(), name.size(), H5P_DEFAULT);
    name.resize(static_cast<size_t>(length));
    names.push_back(name);
  }
  return names;
}

std::vector<int64_t> File::shape(const std::string& dataset) const {
  const Id set = impl_->dataset(dataset);
  const Id space(H5Dget_space(set.get()), H5Sclose);
  return extent(space.get());
}

at::Tensor File::read(const std::string& dataset) const {
  const auto sizes = shape(dataset);
  if (!sizes.empty()) return read_rows(dataset, 0, sizes[0]);
  const Id set = impl_->dataset(dataset);
  const Id type(H5Dget_type(set.get()), H5Tclose);
  const auto number = number_type(type.get(), impl_->where(dataset));
  at::Tensor tensor = at::empty({}, at::TensorOptions().dtype(number.scalar));
  if (H5Dread(set.get(), number.memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, tensor.data_ptr()) < 0)
    throw input_error("cannot read", impl_->where(dataset));
  return tensor;
}

at::Tensor File::read_rows(const std::string& dataset, int64_t first, int64_t count) const {
  const Id set = impl_->dataset(dataset);
  const std::string where = impl_->where(dataset);
  const Id type(H5Dget_type(set.get()), H5Tclose);
  const auto number = number_type(type.get(), where);
  const Id space(H5Dget_space(set.get()), H5Sclose);
  auto sizes = extent(space.get());
  if (sizes.empty() || first < 0 || count < 0 || first > sizes[0] - count) {
    throw input_error(fmt::format("{} rows from row {} asked for, the dataset has {}", count, first, sizes.empty() ? 0 : sizes[0]), where);
  }
  sizes[0] = count;
  uint64_t bytes = at::elementSize(number.scalar);
  for (const int64_t size : sizes) bytes = checked_bytes(bytes, std::max<uint64_t>(static_cast<uint64_t>(size), 1), where);
  if (std::find(sizes.begin(), sizes.end(), 0) == sizes.end()) require_stored(set.get(), bytes, where);
  at::Tensor tensor = at::empty(sizes, at::TensorOptions().dtype(number.scalar));
  if (tensor.numel() == 0) return tensor;
  std::vector<hsize_t> start(sizes.size(), 0);
  std::vector<hsize_t> extent_sizes(sizes.begin(), sizes.end());
  start[0] = static_cast<hsize_t>(first);
  const Id memory(H5Screate_simple(static_cast<int>(sizes.size()), extent_sizes.data(), nullptr), H5Sclose);
  H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, extent_sizes.data(), nullptr);
  if (H5Dread(set.get(), number.memory, memory.get(), space.get(), H5P_DEFAULT, tensor.data_ptr()) < 0) {
    throw input_error("cannot read the values (truncated or damaged file)", where, "download it again");
  }
  return tensor;
}

std::vector<std::string> File::read_strings(const std::string& dataset) const {
  const Id set = impl_->dataset(dataset);
  const Id type(H5Dget_type(set.get()), H5Tclose);
  const Id space(H5Dget_space(set.get()), H5Sclose);
  const std::string where = impl_->where(dataset);
  const auto count = static_cast<size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space.get()), 0));
  require_stored(set.get(), checked_bytes(std::max(H5Tget_size(type.get()), sizeof(std::string)), count, where), where);
  return strings_of(
      type.get(), space.get(), count,
      [&](hid_t memory, void* buffer) { return H5Dread(set.get(), memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer); }, where);
}

std::vector<std::string> File::attributes(const std::string& object) const {
  const Id found = impl_->object(object);
  std::vector<std::string> names;
  const auto collect = [](hid_t, const char* name, const H5A_info_t*, void* out) -> herr_t {
    static_cast<std::vector<std::string>*>(out)->emplace_back(name);
    return 0;
  };
  hsize_t position = 0;
  H5Aiterate2(found.get(), H5_INDEX_NAME, H5_ITER_INC, &position, collect, &names);
  return names;
}

std::optional<std::string> File::text_attribute(const std::string& object, const std::string& name) const {
  const Id found = impl_->object(object);
  if (H5Aexists(found.get(), name.c_str()) <= 0) return std::nullopt;
  const Id attribute(H5Aopen(found.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id type(H5Aget_type(attribute.get()), H5Tclose);
  const Id space(H5Aget_space(attribute.get()), H5Sclose);
  const std::string where = impl_->where(object) + "@" + name;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) throw input_error("attribute is not one text", where);
  const auto values = strings_of(
      type.get(), space.get(), 1, [&](hid_t memory, void* buffer) { return H5Aread(attribute.get(), memory, buffer); }, where);
  return values.front();
}

std::optional<double> File::number_attribute(const std::string& object, const std::string& name) const {
  const Id found = impl_->object(object);
  if (H5Aexists(found.get(), name.c_str()) <= 0) return std::nullopt;
  const Id attribute(H5Aopen(found.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id space(H5Aget_space(attribute.get()), H5Sclose);
  const Id type(H5Aget_type(attribute.get()), H5Tclose);
  const std::string where = impl_->where(object) + "@" + name;
  if (H5Sget_simple_extent_npoints(space.get()) != 1) throw input_error("attribute is not one number", where);
  if (H5Tget_class(type.get()) == H5T_ENUM) {  // h5py's bool
    int8_t flag = 0;
    const bool fits = H5Tget_size(type.get()) == sizeof flag;
    if (!fits || H5Aread(attribute.get(), type.get(), &flag) < 0) throw input_error("attribute is not a number", where);
    return flag;
  }
  double value = 0;
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) throw input_error("attribute is not a number", where);
  return value;
}

std::optional<std::vector<double>> File::numbers_attribute(const std::string& object, const std::string& name) const {
  constexpr hssize_t kMost = 4096;
  const Id found = impl_->object(object);
  if (H5Aexists(found.get(), name.c_str()) <= 0) return std::nullopt;
  const Id attribute(H5Aopen(found.get(), name.c_str(), H5P_DEFAULT), H5Aclose);
  const Id space(H5Aget_space(attribute.get()), H5Sclose);
  const std::string where = impl_->where(object) + "@" + name;
  const hssize_t count = H5Sget_simple_extent_npoints(space.get());
  if (count < 1 || count > kMost) throw input_error("attribute is not a list of 1 to 4096 numbers", where);
  std::vector<double> values(static_cast<size_t>(count));
  if (H5Aread(attribute.get(), H5T_NATIVE_DOUBLE, values.data()) < 0) throw input_error("attribute is not a list of numbers", where);
  return values;
}

void File::write(const std::string& dataset, const at::Tensor& tensor) {
  silence_library();
  const at::Tensor data = tensor.detach().cpu().contiguous();
  const std::vector<hsize_t> sizes(data.sizes().begin(), data.sizes().end());
  const Id space(sizes.empty() ? H5Screate(H5S_SCALAR) : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr), H5Sclose);
  const Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const Id creation = creation_list();
  const Id set(H5Dcreate2(impl_->id, dataset.c_str(), file_type(data.scalar_type(), impl_->where(dataset)), space.get(), links.get(),
                          creation.get(), H5P_DEFAULT),
               H5Dclose);
  if (!set.ok() ||
      (data.numel() > 0 && H5Dwrite(set.get(), memory_type(data.scalar_type()), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data_ptr()) < 0)) {
    throw input_error("cannot write (disk full, or the name exists)", impl_->where(dataset));
  }
}

void File::write_strings(const std::string& dataset, const std::vector<std::string>& values) {
  silence_library();
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), H5T_VARIABLE);
  H5Tset_cset(type.get(), H5T_CSET_UTF8);
  const hsize_t count = values.size();
  const Id space(H5Screate_simple(1, &count, nullptr), H5Sclose);
  const Id links(H5Pcreate(H5P_LINK_CREATE), H5Pclose);
  H5Pset_create_intermediate_group(links.get(), 1);
  const Id creation = creation_list();
  const Id set(H5Dcreate2(impl_->id, dataset.c_str(), type.get(), space.get(), links.get(), creation.get(), H5P_DEFAULT), H5Dclose);
  std::vector<const char*> pointers;
  for (const auto& value : values) pointers.push_back(value.c_str());
  if (!set.ok() || (count > 0 && H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)) {
    throw input_error("cannot write the text", impl_->where(dataset));
  }
}

void File::write_text_attribute(const std::string& object, const std::string& name, const std::string& value) {
  const Id found = impl_->object(object);
  const Id type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type.get(), std::max<size_t>(value.size(), 1));
  H5Tset_strpad(type.get(), H5T_STR_NULLPAD);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(H5Acreate2(found.get(), name.c_str(), type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.ok() || H5Awrite(attribute.get(), type.get(), value.c_str()) < 0) {
    throw input_error("cannot write the attribute", impl_->where(object) + "@" + name);
  }
}

void File::write_number_attribute(const std::string& object, const std::string& name, double value) {
  const Id found = impl_->object(object);
  const Id space(H5Screate(H5S_SCALAR), H5Sclose);
  const Id attribute(H5Acreate2(found.get(), name.c_str(), H5T_IEEE_F64LE, space.get(), H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  if (!attribute.ok() || H5Awrite(attribute.get(), H5T_NATIVE_DOUBLE, &value) < 0) {
    throw input_error("cannot write the attribute", impl_->where(object) + "@" + name);
  }
}

void File::close() {
  if (impl_->id < 0) return;
  const bool flushed = H5Fflush(impl_->id, H5F_SCOPE_GLOBAL) >= 0;
  const bool closed = H5Fclose(impl_->id) >= 0;
  impl_->id = -1;
  if (!flushed || !closed) throw input_error("cannot write the file to the end", path().string(), "is the disk full?");
}

}  // namespace vbench::hdf5
