// Event files, read by a reader of our own that shares nothing with the writer.
#include "results/tensorboard.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

namespace vbench::tensorboard {
namespace {

/// Bit by bit, as the RFC defines it.
uint32_t slow_crc(const std::string& bytes) {
  uint32_t remainder = ~0U;
  for (const char byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      const bool carry = ((remainder ^ static_cast<uint32_t>(static_cast<unsigned char>(byte) >> bit)) & 1) != 0;
      remainder >>= 1;
      if (carry) remainder ^= 0x82F63B78U;
    }
  }
  return ~remainder;
}

template <class T>
T number_at(const std::string& bytes, size_t at) {
  T number{};
  std::memcpy(&number, bytes.data() + at, sizeof(T));  // both are little-endian here
  return number;
}

uint32_t unmasked(uint32_t masked) {
  const uint32_t turned = masked - 0xA282EAD8U;
  return turned << 15 | turned >> 17;
}

/// Payloads of the records; fails the test for a wrong length or checksum.
std::vector<std::string> records_of(const std::string& file) {
  std::vector<std::string> records;
  for (size_t at = 0; at < file.size();) {
    if (at + 12 > file.size()) {
      ADD_FAILURE() << "half a record at " << at;
      break;
    }
    const auto length = number_at<uint64_t>(file, at);
    EXPECT_EQ(unmasked(number_at<uint32_t>(file, at + 8)), slow_crc(file.substr(at, 8)));
    if (at + 12 + length + 4 > file.size()) {
      ADD_FAILURE() << "half a record at " << at;
      break;
    }
    records.push_back(file.substr(at + 12, length));
    EXPECT_EQ(unmasked(number_at<uint32_t>(file, at + 12 + length)), slow_crc(records.back()));
    at += 12 + length + 4;
  }
  return records;
}

/// Fields of a message by number, as raw bytes (varints as 8 bytes); repeated ones in order.
std::multimap<uint64_t, std::string> fields_of(const std::string& message) {
  std::multimap<uint64_t, std::string> fields;
  size_t at = 0;
  const auto varint = [&] {
    uint64_t number = 0;
    for (int shift = 0;; shift += 7) {
      const auto byte = static_cast<unsigned char>(message.at(at++));
      number |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return number;
    }
  };
  while (at < message.size()) {
    const uint64_t key = varint();
    std::string value;
    if ((key & 7) == 0) {
      const uint64_t number = varint();
      value.assign(reinterpret_cast<const char*>(&number), 8);
    } else {
      const uint64_t length = (key & 7) == 1 ? 8 : (key & 7) == 5 ? 4 : varint();
      value = message.substr(at, length);
      at += length;
    }
    fields.emplace(key >> 3, value);
  }
  return fields;
}

const std::string& only(const std::multimap<uint64_t, std::string>& fields, uint64_t number) {
  EXPECT_EQ(fields.count(number), 1U) << "field " << number;
  static const std::string kNone(8, '\0');
  return fields.count(number) == 0 ? kNone : fields.find(number)->second;
}

TEST(Crc32c, MatchesTheVectorsOfTheRfc) {
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) {
    rising += static_cast<char>(i);
    falling += static_cast<char>(31 - i);
  }
  // RFC 3720, appendix B.4, whose bytes are the number's from the lowest.
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
  EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
  EXPECT_EQ(crc32c(rising), 0x46DD794EU);
  EXPECT_EQ(crc32c(falling), 0x113FDB5CU);
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);  // the usual check value of CRC-32C
  EXPECT_EQ(crc32c(""), 0U);
}

TEST(EventFile, BeginsWithTheVersion) {
  const auto records = records_of(event_file(1700000000.5, {}));
  ASSERT_EQ(records.size(), 1U);
  const auto first = fields_of(records[0]);
  EXPECT_EQ(number_at<double>(only(first, 1), 0), 1700000000.5);
  EXPECT_EQ(only(first, 3), "brain.Event:2");
}

TEST(EventFile, HoldsEveryScalarOfEveryStep) {
  const std::string long_tag(300, 't');  // its length takes two bytes
  const auto records = records_of(event_file(1, {{2, 1, {{"train/total", 0.75}, {long_tag, -3}}}, {3, 1000, {{"val/top1", 0.5}}}}));
  ASSERT_EQ(records.size(), 3U);
  const auto event = fields_of(records[1]);
  EXPECT_EQ(number_at<double>(only(event, 1), 0), 2.0);
  EXPECT_EQ(number_at<uint64_t>(only(event, 2), 0), 1U);
  const auto values = fields_of(only(event, 5));
  ASSERT_EQ(values.count(1), 2U);
  const auto first = fields_of(values.find(1)->second), second = fields_of(std::next(values.find(1))->second);
  EXPECT_EQ(only(first, 1), "train/total");
  EXPECT_EQ(number_at<float>(only(first, 2), 0), 0.75F);
  EXPECT_EQ(only(second, 1), long_tag);
  EXPECT_EQ(number_at<float>(only(second, 2), 0), -3.0F);
  EXPECT_EQ(number_at<uint64_t>(only(fields_of(records[2]), 2), 0), 1000U);
}

TEST(EventFile, OnlyGrowsAtItsEnd) {
  const std::vector<Scalars> steps{{2, 1, {{"a", 1}}}, {3, 2, {{"a", 2}}}};
  const auto shorter = event_file(1, {steps[0]}), longer = event_file(1, steps);
  ASSERT_LT(shorter.size(), longer.size());
  EXPECT_EQ(longer.substr(0, shorter.size()), shorter);
}

TEST(EventFile, IsNamedSoThatTensorBoardFindsIt) { EXPECT_EQ(event_file_name(1700000000), "events.out.tfevents.1700000000.vbench"); }

}  // namespace
}  // namespace vbench::tensorboard
