#include "datasets/formats/torch_checkpoint.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <array>
#include <fstream>
#include <new>
#include <sstream>
#include <system_error>
#include <unordered_map>

#include "datasets/formats/pickle.hpp"
#include "datasets/formats/zip_archive.hpp"
#include "harness/core/error.hpp"

namespace vbench::torch_file {
namespace fs = std::filesystem;
namespace {

constexpr const char* kCopyAgain = "download or copy it again";
constexpr std::string_view kZipStart{"PK\x03\x04", 4};
constexpr std::string_view kStreamMagic{"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.",
                                        13};  // the pickled number that opens the stream format
constexpr int64_t kStreamVersion = 1001;
constexpr size_t kShownKey = 200;  // of a key in an error

/// Storages by key. All of one file; a key means the same memory every time.
class Storages {
 public:
  explicit Storages(std::string where) : where_(std::move(where)) {}

  /// The storage if it is known; an undefined tensor if not.
  [[nodiscard]] at::Tensor find(const std::string& key, at::ScalarType type, int64_t count) const {
    const auto found = known_.find(key);
    if (found == known_.end()) return {};
    if (found->second.scalar_type() != type || found->second.numel() != count) {
      throw input_error(fmt::format("storage '{}' is described in two ways", key.substr(0, kShownKey)), where_, kCopyAgain);
    }
    return found->second;
  }
  [[nodiscard]] at::Tensor* find(const std::string& key) {
    const auto found = known_.find(key);
    return found == known_.end() ? nullptr : &found->second;
  }
  at::Tensor& add(const std::string& key, at::Tensor storage) { return known_[key] = std::move(storage); }
  [[nodiscard]] size_t size() const { return known_.size(); }

 private:
  std::unordered_map<std::string, at::Tensor> known_;
  std::string where_;
};

at::Tensor allocate(const StorageRequest& request) { return at::empty({request.count}, at::TensorOptions().dtype(request.type)); }

/// The zip format: <name>/data.pkl, and one entry <name>/data/<key> a storage.
class ZipReader {
 public:
  explicit ZipReader(const fs::path& path)
      : where_(path.string()), archive_(ZipArchive::open(path)), storages_(where_), prefix_(find_prefix()) {}

  Value read(const Limits& limits) {
    if (archive_.has(prefix_ + "byteorder") && archive_.read(prefix_ + "byteorder", 16) != "little") {
      throw input_error("was written on a big-endian machine: refused", where_);
    }
    std::string pickle = archive_.read(prefix_ + "data.pkl", limits.pickle_bytes);
    const uint64_t size = pickle.size();
    std::istringstream stream(std::move(pickle));
    ByteReader reader(stream, size, where_);
    return unpickle(
        reader, [this](const StorageRequest& request) { return load(request); }, limits);
  }

 private:
  std::string find_prefix() const {
    constexpr std::string_view kTree = "/data.pkl";
    std::string found;
    for (const auto& name : archive_.names()) {
      if (name.size() <= kTree.size() || name.find('/') != name.size() - kTree.size() ||
          name.compare(name.find('/'), kTree.size(), kTree) != 0)
        continue;
      if (!found.empty()) throw input_error("holds two checkpoints", where_);
      found = name.substr(0, name.find('/') + 1);
    }
    if (found.empty()) throw input_error("is a zip archive but no torch checkpoint (no 'data.pkl')", where_);
    if (archive_.has(found + "constants.pkl"))
      throw input_error("is a TorchScript program: refused", where_, "save the model's state_dict instead");
    return found;
  }

  at::Tensor load(const StorageRequest& request) {
    if (request.view) throw input_error("refers to a part of a storage, which the zip format does not have", where_, kCopyAgain);
    at::Tensor storage = storages_.find(request.key, request.type, request.count);
    if (storage.defined()) return storage;
    auto entry = archive_.entry(prefix_ + "data/" + request.key);
    if (entry.remaining() / at::elementSize(request.type) != static_cast<uint64_t>(request.count)) {
      throw input_error(
          fmt::format("storage '{}' has {} bytes, {} are described", request.key.substr(0, kShownKey), entry.remaining(), request.bytes()),
          where_, kCopyAgain);
    }
    storage = allocate(request);
    entry.read(storage.data_ptr(), request.bytes());
    std::array<char, sizeof(double)> rest{};  // a storage may end within an element
    entry.read(rest.data(), entry.remaining());
    entry.finish();
    return storages_.add(request.key, storage);
  }

  std::string where_;
  ZipArchive archive_;
  Storages storages_;
  std::string prefix_;  // with its slash
};

/// The stream before it: magic number, version, machine, tree, keys of the storages, and each storage's length and content.
class StreamReader {
 public:
  StreamReader(std::istream& stream, uint64_t size, const std::string& where)
      : reader_(stream, size, where), unclaimed_(size), where_(where), storages_(where), parts_(where) {}

  Value read(const Limits& limits) {
    check_magic();
    const Limits small{1 << 16, 1 << 20, 1000, 10};
    if (plain(small).integer() != kStreamVersion) throw input_error("was written in an unknown version of the stream format", where_);
    const Value machine = plain(small);
    if (machine.has("little_endian") && !machine["little_endian"].boolean())
      throw input_error("was written on a big-endian machine: refused", where_);
    Value tree = unpickle(
        reader_, [this](const StorageRequest& request) { return load(request); }, limits);
    fill(plain(limits));
    return tree;
  }

 private:
  void check_magic() {
    const std::string start = reader_.text(2);  // protocol, checked by the caller
    if (start[1] >= 4) (void)reader_.text(9);   // frame
    if (reader_.text(kStreamMagic.size()) != kStreamMagic)
      throw input_error("is neither a zip nor a stream of torch.save", where_, "is this a checkpoint?");
  }

  /// A pickle without tensors.
  Value plain(const Limits& limits) {
    return unpickle(
               reader_, [this](const StorageRequest&) -> at::Tensor { throw input_error("has a tensor in its header", where_); }, limits)
        .placed(where_);
  }

  at::Tensor load(const StorageRequest& request) {
    at::Tensor storage = storages_.find(request.key, request.type, request.count);
    if (!storage.defined()) {
      // The contents follow the tree: together they cannot be longer than the file.
      if (request.bytes() > unclaimed_) {
        throw input_error(
            fmt::format("describes a storage of {} bytes, which the file does not have (truncated or damaged)", request.bytes()), where_,
            kCopyAgain);
      }
      unclaimed_ -= request.bytes();
      storage = storages_.add(request.key, allocate(request));
    }
    if (!request.view) return storage;
    at::Tensor part = parts_.find(request.view->key, request.type, request.view->count);
    if (!part.defined()) part = parts_.add(request.view->key, storage.narrow(0, request.view->offset, request.view->count));
    return part;
  }

  void fill(const Value& keys) {
    std::unordered_map<std::string, bool> filled;
    for (const auto& key : keys.items()) {
      const std::string& name = key.text();
      at::Tensor* storage = storages_.find(name);
      if (storage == nullptr || !filled.emplace(name, true).second) {
        throw input_error(fmt::format("holds storage '{}', which no tensor uses or which is there twice", name.substr(0, kShownKey)),
                          where_, kCopyAgain);
      }
      if (reader_.number<int64_t>() != storage->numel()) {
        throw input_error(fmt::format("storage '{}' has another length than described", name.substr(0, kShownKey)), where_, kCopyAgain);
      }
      reader_.read(storage->data_ptr(), static_cast<uint64_t>(storage->nbytes()));
    }
    if (filled.size() != storages_.size()) throw input_error("lacks the content of a storage", where_, kCopyAgain);
  }

  ByteReader reader_;
  uint64_t unclaimed_;  // bytes that no storage has been promised yet
  std::string where_;
  Storages storages_, parts_;
};

Value read_either(const fs::path& path, const Limits& limits) {
  std::error_code missing;
  const uint64_t size = fs::file_size(path, missing);
  if (missing) throw input_error("cannot be read: " + missing.message(), path.string());
  std::ifstream stream(path, std::ios::binary);
  std::string start(kZipStart.size(), '\0');
  if (!stream.read(start.data(), static_cast<std::streamsize>(start.size())))
    throw input_error("is no checkpoint: it is too short", path.string(), kCopyAgain);
  if (start == kZipStart) return ZipReader(path).read(limits);
  if (start[0] != '\x80' || start[1] < 2 || start[1] > 5) {
    throw input_error("is neither a zip nor a stream of torch.save", path.string(), "is this a checkpoint?");
  }
  stream.seekg(0);
  return StreamReader(stream, size, path.string()).read(limits);
}

}  // namespace

Value read_torch_file(const fs::path& path, const Limits& limits) {
  try {
    return read_either(path, limits).placed(path.string());
  } catch (const c10::Error&) {  // LibTorch's allocator; sizes have been checked before
    throw input_error("needs more memory than there is", path.string());
  } catch (const std::bad_alloc&) {
    throw input_error("needs more memory than there is", path.string());
  }
}

}  // namespace vbench::torch_file
