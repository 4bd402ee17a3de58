#include "datasets/formats/npy.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "harness/core/error.hpp"
#include "tests/datasets/formats/torch_files.hpp"
#include "tests/datasets/formats/zip_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

/// A .npy file with a header of one's own.
std::string array_file(const std::string& header, const std::string& values, char version = 1) {
  std::string bytes = "\x93NUMPY";
  bytes += version;
  bytes += '\0';
  bytes += version == 1 ? little(static_cast<uint16_t>(header.size())) : little(static_cast<uint32_t>(header.size()));
  return bytes + header + values;
}

std::string header(const std::string& type, const std::string& shape, const std::string& fortran = "False") {
  return "{'descr': '" + type + "', 'fortran_order': " + fortran + ", 'shape': " + shape + ", }\n";
}

class Npy : public ::testing::Test {
 protected:
  at::Tensor read(const std::string& bytes) { return npy::read_npy(put(folder_ / "a.npy", bytes)); }
  void refused(const std::string& bytes, const std::string& expected) {
    const std::string line = error_of([&] { (void)read(bytes); });
    EXPECT_NE(line.find(expected), std::string::npos) << line;
    EXPECT_NE(line.find("a.npy"), std::string::npos) << line;
  }
  TemporaryFolder folder_;
};

TEST_F(Npy, EveryTypeSurvivesTheRoundTrip) {
  for (const auto type : {torch::kFloat16, torch::kFloat32, torch::kFloat64, torch::kInt8, torch::kInt16, torch::kInt32, torch::kInt64,
                          torch::kUInt8, torch::kBool}) {
    const auto values = torch::arange(6).reshape({2, 3}).to(type);
    const auto again = read(npy::write_npy_bytes(values));
    EXPECT_EQ(again.scalar_type(), type);
    expect_same(again, values, torch::toString(type));
  }
}

TEST_F(Npy, EveryShapeSurvivesTheRoundTrip) {
  for (const auto& sizes : std::vector<std::vector<int64_t>>{{}, {0}, {1}, {5}, {3, 0, 2}, {2, 3, 1, 1}}) {
    const auto values = torch::randn(sizes);
    expect_same(read(npy::write_npy_bytes(values)), values);
  }
}

TEST_F(Npy, ViewsAreWrittenAsTheyLook) {
  const auto values = torch::arange(12).reshape({3, 4}).t().slice(0, 1, 3);
  expect_same(read(npy::write_npy_bytes(values)), values);
}

TEST_F(Npy, ValuesBeginAtAMultipleOf64Bytes) {
  for (const int64_t length : {1, 100, 1000000}) {
    const auto bytes = npy::write_npy_bytes(torch::zeros({length}, torch::kUInt8));
    EXPECT_EQ((bytes.size() - static_cast<size_t>(length)) % 64, 0U);
  }
}

TEST_F(Npy, ReadsFortranOrder) {
  const auto values = read(array_file(header("<f4", "(2, 3)", "True"), content<float>({1, 4, 2, 5, 3, 6})));
  expect_same(values, torch::tensor({{1., 2., 3.}, {4., 5., 6.}}));
  EXPECT_TRUE(values.is_contiguous());
}

TEST_F(Npy, ReadsHeadersOfVersionTwoAndThreeAndOtherSpellings) {
  for (const char version : {'\2', '\3'})
    expect_same(read(array_file(header("<i2", "(2,)"), content<int16_t>({7, -8}), version)), torch::tensor({7, -8}));
  expect_same(read(array_file("{\"shape\":(2,),\"fortran_order\":False,\"descr\":\"<i4\"}", content<int32_t>({7, -8}))),
              torch::tensor({7, -8}));
}

TEST_F(Npy, OtherTypesAreRefusedByName) {
  refused(array_file(header("|O", "(1,)"), "12345678"), "'|O'");
  refused(array_file(header(">f4", "(1,)"), "1234"), "'>f4'");
  refused(array_file(header("<U3", "(1,)"), "123456789012"), "'<U3'");
}

TEST_F(Npy, SizesThatDoNotFitTheFileAreRefusedBeforeAnythingIsAllocated) {
  refused(array_file(header("<f4", "(3,)"), content<float>({1, 2})), "shape (3) does not fit the 8 bytes");
  refused(array_file(header("<f4", "(1,)"), content<float>({1, 2})), "does not fit");
  refused(array_file(header("<f8", "(1099511627776, 4)"), ""), "does not fit");
  refused(array_file(header("<f8", "(4611686018427387904, 4611686018427387904, 16)"), ""), "does not fit");
  refused(array_file(header("<f8", "(99999999999999999999,)"), ""), "shape of the array is not valid");
  refused(array_file(header("<f8", "(-1,)"), ""), "shape of the array is not valid");
  refused(array_file(header("<f8", "3"), ""), "is no tuple");
}

TEST_F(Npy, DamagedFilesAreNamed) {
  refused("", "too short");
  refused("this is text and no array", "is no array of numpy");
  refused(array_file(header("<f4", "()"), "1234", 9), "unknown version 9");
  refused(array_file("{}", "1234"), "has no 'fortran_order'");
  refused(array_file("{'fortran_order': False, 'descr': '", "1234"), "");
  refused(std::string("\x93NUMPY\2\0\xff\xff\xff\x7f", 12) + "rest", "implausibly long");
  const std::string whole = npy::write_npy_bytes(torch::zeros({4}));
  for (size_t length = 0; length < whole.size(); ++length) EXPECT_THROW((void)read(whole.substr(0, length)), Error) << length;
  EXPECT_NE(error_of([&] { (void)npy::read_npy(folder_ / "none.npy"); }).find("No such file"), std::string::npos);
}

TEST_F(Npy, ArchivesKeepNamesAndOrder) {
  const auto path = folder_ / "a.npz";
  const auto first = torch::randn({3, 2}), second = torch::arange(4);
  npy::write_npz(path, {{"frames", first}, {"counts", second}});
  EXPECT_EQ(npy::npz_names(path), (std::vector<std::string>{"frames", "counts"}));
  expect_same(npy::read_npz(path, "frames"), first);
  expect_same(npy::read_npz(path, "counts"), second);
  const std::string line = error_of([&] { (void)npy::read_npz(path, "frame"); });
  EXPECT_NE(line.find("has no array 'frame'"), std::string::npos) << line;
  EXPECT_NE(line.find("'frames'"), std::string::npos) << line;
}

TEST_F(Npy, ReadsDeflatedArchives) {
  const auto values = torch::arange(1000, torch::kFloat);
  const std::string bytes = npy::write_npy_bytes(values);
  const auto path = put(folder_ / "a.npz", raw_zip({{.name = "x.npy",
                                                     .content = deflated(bytes),
                                                     .size = static_cast<uint32_t>(bytes.size()),
                                                     .method = kDeflated,
                                                     .checksum = checksum(bytes)}}));
  expect_same(npy::read_npz(path, "x"), values);
}

TEST_F(Npy, DamagedArchivesAreNoticed) {
  const auto values = npy::write_npy_bytes(torch::ones({100}));
  const auto path = put(folder_ / "a.npz", raw_zip({{.name = "x.npy", .content = values, .checksum = 5}}));
  EXPECT_NE(error_of([&] { (void)npy::read_npz(path, "x"); }).find("is damaged"), std::string::npos);
  put(path, "PK");
  EXPECT_NE(error_of([&] { (void)npy::read_npz(path, "x"); }).find("a.npz: is no zip archive"), std::string::npos);
}

}  // namespace
}  // namespace vbench::test
