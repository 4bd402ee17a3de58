// The writing half of torch_checkpoint.hpp.
#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <limits>
#include <map>

#include "datasets/formats/torch_checkpoint.hpp"
#include "datasets/formats/zip_archive.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"

namespace vbench::torch_file {
namespace {

constexpr uint64_t kEntryBytes = 256;  // headers and padding of one storage, about

const char* storage_class(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "FloatStorage";
    case at::kDouble:
      return "DoubleStorage";
    case at::kHalf:
      return "HalfStorage";
    case at::kBFloat16:
      return "BFloat16Storage";
    case at::kLong:
      return "LongStorage";
    case at::kInt:
      return "IntStorage";
    case at::kShort:
      return "ShortStorage";
    case at::kChar:
      return "CharStorage";
    case at::kByte:
      return "ByteStorage";
    case at::kBool:
      return "BoolStorage";
    default:
      throw Error(ErrorKind::kInternal, fmt::format("tensors of type {} cannot be written to a checkpoint", at::toString(type)));
  }
}

/// The part of one storage that tensors reach, in elements.
struct Stretch {
  at::Tensor any;  // keeps the storage alive
  int64_t first = std::numeric_limits<int64_t>::max(), end = 0;
  std::string key;
  [[nodiscard]] int64_t count() const { return std::max<int64_t>(end - first, 0); }
};

/// All storages of a tree. Python refuses one storage seen as two types, so every type gets its own copy.
class Stretches {
 public:
  explicit Stretches(const Value& root) { collect(root); }

  [[nodiscard]] const Stretch& of(const at::Tensor& tensor) const { return *stretches_.at(identity(tensor)); }
  [[nodiscard]] const std::vector<std::unique_ptr<Stretch>>& in_order() const { return order_; }
  [[nodiscard]] uint64_t bytes() const {
    uint64_t total = 0;
    for (const auto& stretch : order_) total += static_cast<uint64_t>(stretch->count()) * stretch->any.element_size() + kEntryBytes;
    return total;
  }

 private:
  using Identity = std::pair<const void*, at::ScalarType>;
  static Identity identity(const at::Tensor& tensor) { return {tensor.storage().unsafeGetStorageImpl(), tensor.scalar_type()}; }

  void collect(const Value& value) {
    if (value.is_tensor()) add(value.tensor());
    if (value.is_sequence()) {
      for (const auto& item : value.items()) collect(item);
    }
    if (value.is_dict()) {
      for (const auto& [key, item] : value.dict().items()) collect(item);
    }
  }

  void add(const at::Tensor& tensor) {
    if (!tensor.defined() || tensor.layout() != at::kStrided || tensor.is_neg() || tensor.is_conj()) {
      throw Error(ErrorKind::kInternal, "only plain dense tensors can be written to a checkpoint");
    }
    (void)storage_class(tensor.scalar_type());
    auto& stretch = stretches_[identity(tensor)];
    if (stretch == nullptr) {
      order_.push_back(std::make_unique<Stretch>());
      stretch = order_.back().get();
      stretch->any = tensor.detach();
      stretch->key = std::to_string(order_.size() - 1);
    }
    if (tensor.numel() == 0) return;
    int64_t end = tensor.storage_offset() + 1;
    for (int64_t i = 0; i < tensor.dim(); ++i) end += (tensor.size(i) - 1) * tensor.stride(i);
    stretch->first = std::min(stretch->first, tensor.storage_offset());
    stretch->end = std::max(stretch->end, end);
  }

  std::map<Identity, Stretch*> stretches_;
  std::vector<std::unique_ptr<Stretch>> order_;
};

/// Pickle protocol 2 without the memo: everything is written where it stands.
class Pickler {
 public:
  explicit Pickler(const Stretches& stretches) : stretches_(stretches) {}

  std::string run(const Value& root) {
    out_ = "\x80\x02";
    write(root);
    return std::move(out_) + ".";
  }

 private:
  template <class T>
  void raw(const T& value) {
    out_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void integer(int64_t value) {
    if (value == static_cast<int32_t>(value)) {
      out_ += 'J';
      raw(static_cast<int32_t>(value));
    } else {
      out_ += "\x8a\x08";
      raw(value);
    }
  }
  void text(std::string_view value) {
    if (value.size() > std::numeric_limits<uint32_t>::max()) throw input_error("text of more than 4 GiB does not fit a checkpoint");
    out_ += 'X';
    raw(static_cast<uint32_t>(value.size()));
    out_ += value;
  }
  void integers(at::IntArrayRef values) {
    out_ += '(';
    for (const int64_t value : values) integer(value);
    out_ += 't';
  }
  void sequence(const std::vector<Value>& items) {
    for (const auto& item : items) write(item);
  }
  void dictionary(const Dict& dict) {
    out_ += dict.ordered ? "ccollections\nOrderedDict\n)R(" : "}(";
    for (const auto& [key, value] : dict.items()) {
      write(key);
      write(value);
    }
    out_ += 'u';
  }
  void tensor(const at::Tensor& value) {
    const Stretch& stretch = stretches_.of(value);
    out_ += "ctorch._utils\n_rebuild_tensor_v2\n((";
    text("storage");
    out_ += fmt::format("ctorch\n{}\n", storage_class(value.scalar_type()));
    text(stretch.key);
    text("cpu");
    integer(stretch.count());
    out_ += "tQ";
    integer(value.numel() == 0 ? 0 : value.storage_offset() - stretch.first);
    integers(value.sizes());
    integers(value.strides());
    out_ +=
        "\x89"
        "ccollections\nOrderedDict\n)RtR";
  }
  void write(const Value& value) {
    switch (value.kind()) {
      case Kind::kNone:
        out_ += 'N';
        return;
      case Kind::kBool:
        out_ += value.boolean() ? '\x88' : '\x89';
        return;
      case Kind::kInteger:
        integer(value.integer());
        return;
      case Kind::kReal:
        out_ += 'G', raw(__builtin_bswap64(std::bit_cast<uint64_t>(value.real())));
        return;
      case Kind::kText:
        text(value.text());
        return;
      case Kind::kList:
        out_ += "](", sequence(value.items()), out_ += 'e';
        return;
      case Kind::kTuple:
        out_ += '(', sequence(value.items()), out_ += 't';
        return;
      case Kind::kDict:
        dictionary(value.dict());
        return;
      case Kind::kTensor:
        tensor(value.tensor());
        return;
    }
  }

  const Stretches& stretches_;
  std::string out_;
};

}  // namespace

std::string write_torch_zip(const Value& value) {
  const Stretches stretches(value);
  ZipWriter archive;
  archive.reserve(stretches.bytes() + (1 << 16));
  archive.add("archive/data.pkl", Pickler(stretches).run(value));
  archive.add("archive/byteorder", "little");
  for (const auto& stretch : stretches.in_order()) {
    at::Tensor content = at::empty({0}, stretch->any.options());
    if (stretch->count() > 0) content.set_(stretch->any.storage(), stretch->first, {stretch->count()}, {1});
    content = content.cpu();
    archive.add("archive/data/" + stretch->key, {static_cast<const char*>(content.data_ptr()), content.nbytes()});
  }
  archive.add("archive/version", "3\n");
  return archive.finish();
}

void save_torch_file(const std::filesystem::path& path, const Value& value) { write_file_atomically(path, write_torch_zip(value)); }

}  // namespace vbench::torch_file
