#include "results/tensorboard.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <concepts>

namespace vbench::tensorboard {
namespace {

constexpr uint32_t kCastagnoli = 0x82F63B78;  // reflected

constexpr std::array<uint32_t, 256> make_crc_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t remainder = i;
    for (int bit = 0; bit < 8; ++bit) remainder = (remainder >> 1) ^ ((remainder & 1) != 0 ? kCastagnoli : 0);
    table[i] = remainder;
  }
  return table;
}

/// Checksums of TFRecord are turned and shifted, so that one of data that hold checksums is not itself a special case.
uint32_t masked_crc(std::string_view bytes) {
  constexpr uint32_t kDelta = 0xA282EAD8;
  return std::rotr(crc32c(bytes), 15) + kDelta;
}

template <std::unsigned_integral Number>
void put_fixed(std::string& out, Number number) {
  for (size_t i = 0; i < sizeof(Number); ++i) out += static_cast<char>(number >> (8 * i) & 0xFF);
}

// Protocol buffers: a field is its number and kind, then its value.
enum class Wire : uint64_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void put_varint(std::string& out, uint64_t number) {
  for (; number >= 0x80; number >>= 7) out += static_cast<char>((number & 0x7F) | 0x80);
  out += static_cast<char>(number);
}
void put_key(std::string& out, uint64_t field, Wire wire) { put_varint(out, field << 3 | static_cast<uint64_t>(wire)); }
void put_double(std::string& out, uint64_t field, double number) {
  put_key(out, field, Wire::kFixed64);
  put_fixed(out, std::bit_cast<uint64_t>(number));
}
void put_float(std::string& out, uint64_t field, float number) {
  put_key(out, field, Wire::kFixed32);
  put_fixed(out, std::bit_cast<uint32_t>(number));
}
void put_bytes(std::string& out, uint64_t field, std::string_view bytes) {
  put_key(out, field, Wire::kBytes);
  put_varint(out, bytes.size());
  out += bytes;
}

// Fields of TensorFlow's event.proto and summary.proto.
namespace event {
constexpr uint64_t kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5;
}
namespace summary {
constexpr uint64_t kValue = 1;
}
namespace value {
constexpr uint64_t kTag = 1, kSimpleValue = 2;
}

void put_record(std::string& out, std::string_view data) {
  std::string length;
  put_fixed(length, static_cast<uint64_t>(data.size()));
  out += length;
  put_fixed(out, masked_crc(length));
  out += data;
  put_fixed(out, masked_crc(data));
}

std::string event_of(const Scalars& step) {
  std::string values;
  for (const auto& [tag, number] : step.values) {
    std::string one;
    put_bytes(one, value::kTag, tag);
    put_float(one, value::kSimpleValue, static_cast<float>(number));
    put_bytes(values, summary::kValue, one);
  }
  std::string made;
  put_double(made, event::kWallTime, step.wall_time);
  put_key(made, event::kStep, Wire::kVarint);
  put_varint(made, static_cast<uint64_t>(step.step));
  put_bytes(made, event::kSummary, values);
  return made;
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  static constexpr auto kTable = make_crc_table();
  uint32_t remainder = 0xFFFFFFFF;
  for (const char byte : bytes) remainder = kTable[(remainder ^ static_cast<unsigned char>(byte)) & 0xFF] ^ (remainder >> 8);
  return ~remainder;
}

std::string event_file(double begun, const std::vector<Scalars>& steps) {
  std::string first;
  put_double(first, event::kWallTime, begun);
  put_bytes(first, event::kFileVersion, "brain.Event:2");
  std::string file;
  put_record(file, first);
  for (const Scalars& step : steps) put_record(file, event_of(step));
  return file;
}

std::string event_file_name(int64_t begun_unix) { return fmt::format("events.out.tfevents.{:010d}.vbench", begun_unix); }

}  // namespace vbench::tensorboard
