// Bounded reading of a stream whose length is known. Used by the unpickler and the formats around it.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <istream>
#include <string>

#include "harness/core/error.hpp"

namespace vbench {

static_assert(std::endian::native == std::endian::little, "the file formats are read and written without swapping bytes");

/// Every read is checked against the bytes that are left before anything is allocated. Throws Error kInput "file ends too early" with
/// `where`.
class ByteReader {
 public:
  ByteReader(std::istream& stream, uint64_t size, std::string where) : stream_(stream), remaining_(size), where_(std::move(where)) {}

  template <class T>
  [[nodiscard]] T number() {
    T value{};
    read(&value, sizeof(T));
    return value;
  }
  [[nodiscard]] std::string text(uint64_t bytes) {
    require(bytes);
    std::string out(bytes, '\0');
    read(out.data(), bytes);
    return out;
  }
  /// Up to and without the next line feed; at most `limit` bytes.
  [[nodiscard]] std::string line(uint64_t limit) {
    std::string out;
    for (char c = number<char>(); c != '\n'; c = number<char>()) {
      if (out.size() == limit) throw input_error("a name is implausibly long", where_);
      out += c;
    }
    return out;
  }
  void read(void* out, uint64_t bytes) {
    require(bytes);
    if (!stream_.read(static_cast<char*>(out), static_cast<std::streamsize>(bytes))) throw input_error("cannot read the file", where_);
    remaining_ -= bytes;
  }
  void require(uint64_t bytes) const {
    if (bytes > remaining_) throw input_error("file ends too early (truncated or damaged)", where_, "download or copy it again");
  }
  [[nodiscard]] uint64_t remaining() const { return remaining_; }
  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  std::istream& stream_;
  uint64_t remaining_;
  std::string where_;
};

}  // namespace vbench
