#include "datasets/formats/zip_archive.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "tests/datasets/formats/torch_files.hpp"
#include "tests/datasets/formats/zip_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

class Zip : public ::testing::Test {
 protected:
  ZipArchive open(const std::string& bytes, const ZipLimits& limits = {}) {
    return ZipArchive::open(put(folder_ / "a.zip", bytes), limits);
  }
  std::string error(const std::string& bytes, const ZipLimits& limits = {}) {
    return error_of([&] { (void)open(bytes, limits); });
  }
  TemporaryFolder folder_;
};

TEST_F(Zip, WhatIsWrittenIsReadInFileOrder) {
  ZipWriter writer;
  writer.add("b/long name.txt", std::string(1000, 'x'));
  writer.add("a", "");
  writer.add("c", std::string("\0\xff", 2));
  const auto archive = open(writer.finish());
  EXPECT_EQ(archive.names(), (std::vector<std::string>{"b/long name.txt", "a", "c"}));
  EXPECT_EQ(archive.read("b/long name.txt", 1000), std::string(1000, 'x'));
  EXPECT_EQ(archive.read("a", 0), "");
  EXPECT_EQ(archive.read("c", 2), std::string("\0\xff", 2));
  EXPECT_EQ(archive.size("c"), 2U);
  EXPECT_FALSE(archive.has("d"));
}

TEST_F(Zip, ContentsBeginAtMultiplesOf64Bytes) {
  ZipWriter writer;
  for (size_t i = 0; i < 100; ++i) writer.add(std::string(i + 1, 'n'), std::string("<") + std::to_string(i) + ">");
  const std::string bytes = writer.finish();
  for (size_t i = 0; i < 100; ++i) EXPECT_EQ(bytes.find(std::string("<") + std::to_string(i) + ">") % 64, 0U) << i;
}

TEST_F(Zip, AnEmptyArchiveHasNoEntries) { EXPECT_TRUE(open(ZipWriter().finish()).names().empty()); }

TEST_F(Zip, DeflatedEntriesAreUnpackedPieceByPiece) {
  std::string content;
  for (int i = 0; i < 10000; ++i) content += std::to_string(i);
  const auto archive = open(raw_zip({{.name = "n",
                                      .content = deflated(content),
                                      .size = static_cast<uint32_t>(content.size()),
                                      .method = kDeflated,
                                      .checksum = checksum(content)}}));
  auto entry = archive.entry("n");
  std::string begin(7, ' '), rest(content.size() - 7, ' ');
  entry.read(begin.data(), begin.size());
  EXPECT_EQ(entry.remaining(), rest.size());
  entry.read(rest.data(), rest.size());
  entry.finish();
  EXPECT_EQ(begin + rest, content);
}

TEST_F(Zip, ReadingPastTheEndOrStoppingBeforeItIsAnError) {
  const auto archive = open(raw_zip({{.name = "n", .content = "abc"}}));
  auto entry = archive.entry("n");
  std::string out(4, ' ');
  EXPECT_NE(error_of([&] { entry.read(out.data(), 4); }).find("ends too early"), std::string::npos);
  EXPECT_NE(error_of([&] { archive.entry("n").finish(); }).find("longer than expected"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)archive.read("n", 2); }).find("has 3 bytes, at most 2 are read"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)archive.read("m", 2); }).find("has no entry 'm'"), std::string::npos);
}

TEST_F(Zip, AWrongChecksumIsNoticed) {
  const auto archive = open(raw_zip({{.name = "n", .content = "abc", .checksum = 1}}));
  EXPECT_NE(error_of([&] { (void)archive.read("n", 10); }).find("entry 'n': is damaged"), std::string::npos);
}

TEST_F(Zip, AnEntryThatUnpacksToMoreOrLessThanItSaysIsNoticed) {
  const std::string packed = deflated(std::string(1000, 'x'));
  for (const uint32_t claimed : {10U, 2000U}) {
    const auto archive = open(
        raw_zip({{.name = "n", .content = packed, .size = claimed, .method = kDeflated, .checksum = checksum(std::string(1000, 'x'))}}));
    EXPECT_NE(error_of([&] { (void)archive.read("n", 10000); }).find("damaged"), std::string::npos) << claimed;
  }
}

TEST_F(Zip, UnusableEntriesAreRefusedWhenOpening) {
  EXPECT_NE(error(raw_zip({{.name = "n", .content = "abc"}, {.name = "n", .content = "abc"}})).find("entry 'n': is there twice"),
            std::string::npos);
  EXPECT_NE(error(raw_zip({{.name = "n", .content = "abc", .flags = kEncrypted}})).find("is encrypted"), std::string::npos);
  EXPECT_NE(error(raw_zip({{.name = "n", .content = "abc", .method = 12}})).find("compressed by method 12"), std::string::npos);
  EXPECT_NE(error(raw_zip({{.name = "n", .content = "abc", .size = 100}})).find("claims 100 bytes"), std::string::npos);
}

TEST_F(Zip, ManyEntriesTogetherMayBeABomb) {
  const ZipLimits limits{.always_allowed = 1000000, .ratio = 100};
  std::vector<RawEntry> entries;
  for (int i = 0; i < 100; ++i) entries.push_back({.name = std::to_string(i), .content = "x", .size = 20000, .method = kDeflated});
  EXPECT_NE(error(raw_zip(entries), limits).find("zip bomb"), std::string::npos);
  entries.resize(40);
  EXPECT_EQ(open(raw_zip(entries), limits).names().size(), 40U) << "below what is always allowed";
}

TEST_F(Zip, FilesThatAreNoArchivesAreNamed) {
  EXPECT_NE(error("this is no archive").find("a.zip: is no zip archive"), std::string::npos);
  EXPECT_NE(error("").find("a.zip: is no zip archive"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)ZipArchive::open(folder_ / "none.zip"); }).find("No such file"), std::string::npos);
}

TEST_F(Zip, MoreEntriesThanTheFormatCountsAreRefused) {
  ZipWriter writer;
  for (int i = 0; i < 65535; ++i) writer.add(std::to_string(i), "");
  EXPECT_NE(error_of([&] { (void)writer.finish(); }).find("65535 entries"), std::string::npos);
}

}  // namespace
}  // namespace vbench::test
