// Checkpoint files put together byte by byte, valid and hostile. Used by the tests of the checkpoint reader.
#pragma once

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "datasets/formats/zip_archive.hpp"

namespace vbench::test {

template <class T>
std::string raw(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

inline std::string repeat(std::string_view piece, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += piece;
  return all;
}

/// Instructions of a pickle. Each function gives those that leave one value on the stack.
namespace pickled {

inline std::string text(std::string_view value) { return std::string("X") + raw(static_cast<uint32_t>(value.size())) + std::string(value); }
inline std::string integer(int64_t value) { return std::string("\x8a\x08") + raw(value); }
inline std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }
inline std::string tuple(const std::vector<std::string>& items) {
  std::string all = "(";
  for (const auto& item : items) all += item;
  return all + "t";
}
inline std::string integers(const std::vector<int64_t>& values) {
  std::vector<std::string> items;
  for (const int64_t value : values) items.push_back(integer(value));
  return tuple(items);
}
inline std::string storage(const std::string& type, const std::string& key, int64_t count, const std::string& rest = "") {
  return tuple({text("storage"), global("torch", type), text(key), text("cuda:3"), integer(count) + rest}) + "Q";
}
inline std::string tensor(const std::string& stored, int64_t offset, const std::vector<int64_t>& sizes,
                          const std::vector<int64_t>& strides) {
  return global("torch._utils", "_rebuild_tensor_v2") +
         tuple({stored, integer(offset), integers(sizes), integers(strides), "\x89", global("collections", "OrderedDict") + ")R"}) + "R";
}
inline std::string list(const std::vector<std::string>& items) {
  std::string all = "](";
  for (const auto& item : items) all += item;
  return all + "e";
}
inline std::string dict(const std::vector<std::pair<std::string, std::string>>& items) {
  std::string all = "}(";
  for (const auto& [key, value] : items) all += text(key) + value;
  return all + "u";
}
inline std::string whole(const std::string& value) { return "\x80\x02" + value + "."; }

}  // namespace pickled

using Storages = std::vector<std::pair<std::string, std::string>>;  // key, content

inline std::string zip_checkpoint(const std::string& pickle, const Storages& storages = {}) {
  ZipWriter archive;
  archive.add("model/data.pkl", pickle);
  for (const auto& [key, content] : storages) archive.add("model/data/" + key, content);
  return archive.finish();
}

/// Everything of the stream format before the tree.
inline std::string stream_head() {
  return pickled::whole("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled::whole("M\xe9\x03") +
         pickled::whole(pickled::dict({{"little_endian", "\x88"}}));
}

/// `width`: bytes of one element.
inline std::string stream_checkpoint(const std::string& pickle, const Storages& storages, size_t width) {
  std::vector<std::string> keys;
  std::string contents;
  for (const auto& [key, content] : storages) {
    keys.push_back(pickled::text(key));
    contents += raw(static_cast<int64_t>(content.size() / width)) + content;
  }
  return stream_head() + pickle + pickled::whole(pickled::list(keys)) + contents;
}

template <class T>
std::string content(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

inline const std::string kCounting = content<float>({0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});

inline std::filesystem::path put(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  return path;
}

}  // namespace vbench::test
