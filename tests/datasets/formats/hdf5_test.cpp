#include "datasets/formats/hdf5.hpp"

#include <gtest/gtest.h>
#include <hdf5.h>
#include <torch/types.h>

#include <atomic>
#include <limits>
#include <thread>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "tests/datasets/formats/torch_files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::test {
namespace {

using hdf5::File;

class Hdf5 : public ::testing::Test {
 protected:
  /// Writes with `fill`, closes, opens again.
  template <class Fill>
  File written(Fill fill) {
    auto file = File::create(path_);
    fill(file);
    file.close();
    return File::open(path_);
  }
  TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "a.h5";
};

TEST_F(Hdf5, EveryTypeAndShapeSurvivesTheRoundTrip) {
  const auto types = {torch::kFloat32, torch::kFloat64, torch::kInt8, torch::kInt16, torch::kInt32, torch::kInt64, torch::kUInt8};
  const std::vector<std::vector<int64_t>> shapes{{}, {0, 3}, {1}, {4, 5}, {2, 1, 3}};
  const auto name = [](const auto type, size_t shape) { return std::string(torch::toString(type)) + "/" + std::to_string(shape); };
  const auto values = [&](const auto type, size_t shape) { return (torch::ones(shapes[shape]).cumsum(0) * 3).to(type); };
  const auto file = written([&](File& out) {
    for (const auto type : types) {
      for (size_t i = 0; i < shapes.size(); ++i) out.write(name(type, i), values(type, i));
    }
  });
  for (const auto type : types) {
    for (size_t i = 0; i < shapes.size(); ++i) {
      const auto again = file.read(name(type, i));
      EXPECT_EQ(again.scalar_type(), type);
      EXPECT_EQ(file.shape(name(type, i)), shapes[i]);
      expect_same(again, values(type, i), name(type, i));
    }
  }
}

TEST_F(Hdf5, ExtremeValuesSurviveTheRoundTrip) {
  const auto integers = torch::tensor({std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()});
  const auto reals = torch::tensor({std::numeric_limits<double>::denorm_min(), std::numeric_limits<double>::infinity()}, torch::kDouble);
  const auto file = written([&](File& out) {
    out.write("i", integers);
    out.write("r", reals);
    out.write("nan", torch::full({1}, std::numeric_limits<float>::quiet_NaN()));
  });
  EXPECT_TRUE(torch::equal(file.read("i"), integers));
  EXPECT_TRUE(torch::equal(file.read("r"), reals));
  EXPECT_TRUE(file.read("nan").isnan().all().item<bool>());
}

TEST_F(Hdf5, ViewsAreWrittenAsTheyLook) {
  const auto view = torch::arange(12).reshape({3, 4}).t();
  expect_same(written([&](File& out) { out.write("v", view); }).read("v"), view);
}

TEST_F(Hdf5, RowsAreReadWithoutTheRest) {
  const auto all = torch::arange(20).reshape({10, 2});
  const auto file = written([&](File& out) { out.write("x", all); });
  expect_same(file.read_rows("x", 3, 4), all.slice(0, 3, 7));
  EXPECT_EQ(file.read_rows("x", 10, 0).sizes(), (std::vector<int64_t>{0, 2}));
  for (const auto& [first, count] :
       std::vector<std::pair<int64_t, int64_t>>{{-1, 2}, {9, 2}, {0, -1}, {11, 0}, {1, std::numeric_limits<int64_t>::max()}}) {
    EXPECT_NE(error_of([&, from = first, rows = count] { (void)file.read_rows("x", from, rows); }).find("the dataset has 10"),
              std::string::npos);
  }
}

TEST_F(Hdf5, TextGroupsAndAttributesSurviveTheRoundTrip) {
  const std::vector<std::string> texts{"one", "", "zwölf", std::string(10000, 'x')};
  const auto file = written([&](File& out) {
    out.write_strings("g/texts", texts);
    out.write("g/b", torch::ones({1}));
    out.write_text_attribute("g", "name", "value");
    out.write_text_attribute("g/b", "empty", "");
    out.write_number_attribute("g/b", "number", 0.1);
  });
  EXPECT_EQ(file.read_strings("g/texts"), texts);
  EXPECT_EQ(file.children("g"), (std::vector<std::string>{"b", "texts"}));
  EXPECT_EQ(file.children(""), std::vector<std::string>{"g"});
  EXPECT_TRUE(file.is_group("g"));
  EXPECT_FALSE(file.is_group("g/b"));
  EXPECT_TRUE(file.has("g/b"));
  EXPECT_FALSE(file.has("g/none"));
  EXPECT_FALSE(file.has("none/b"));
  EXPECT_EQ(file.attributes("g"), std::vector<std::string>{"name"});
  EXPECT_EQ(file.text_attribute("g", "name"), "value");
  EXPECT_EQ(file.number_attribute("g/b", "number"), 0.1);
  EXPECT_EQ(file.text_attribute("g/b", "empty"), "");
  EXPECT_FALSE(file.text_attribute("g", "none").has_value());
  EXPECT_FALSE(file.number_attribute("g", "none").has_value());
  EXPECT_EQ(file.numbers_attribute("g/b", "number"), std::vector<double>{0.1});
  EXPECT_FALSE(file.numbers_attribute("g", "none").has_value());
}

TEST_F(Hdf5, TheSameContentIsTheSameBytes) {
  const auto fill = [](File& out) { out.write("x", torch::ones({3})); };
  (void)written(fill);
  const std::string first = read_file(path_);
  (void)written(fill);
  EXPECT_EQ(read_file(path_), first);
}

TEST_F(Hdf5, WhatIsMissingOrOfAnotherKindIsNamed) {
  const auto file = written([](File& out) {
    out.write("x", torch::ones({3}));
    out.write_strings("t", {"a"});
  });
  const std::string prefix = path_.string() + ": ";
  EXPECT_EQ(error_of([&] { (void)file.read("nope"); }), prefix + "nope: no such dataset");
  EXPECT_EQ(error_of([&] { (void)file.children("nope"); }), prefix + "nope: no such object");
  EXPECT_EQ(error_of([&] { (void)file.read("t"); }), prefix + "t: dataset does not hold numbers");
  EXPECT_EQ(error_of([&] { (void)file.read_strings("x"); }), prefix + "x: does not hold text");
  EXPECT_EQ(error_of([&] { (void)File::open(folder_ / "none.h5"); }), (folder_ / "none.h5").string() + ": file does not exist");
  EXPECT_NE(error_of([&] { (void)File::open(put(folder_ / "text.h5", "hello")); }).find("not a readable HDF5 file"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)File::create(folder_ / "none" / "a.h5"); }).find("cannot create"), std::string::npos);
}

/// Closes an identifier of the library at the end of a scope.
struct Closed {
  hid_t id;
  herr_t (*close)(hid_t);
  ~Closed() { close(id); }
};

// What a File would not write itself.
TEST_F(Hdf5, AttributesThatDoNotFitWhatIsAskedForAreRefused) {
  (void)written([](File& out) { out.write("x", torch::ones({1})); });
  {
    const Closed file{H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
    const hsize_t count = 1000;
    const Closed many{H5Screate_simple(1, &count, nullptr), H5Sclose}, one{H5Screate(H5S_SCALAR), H5Sclose};
    const Closed text{H5Tcopy(H5T_C_S1), H5Tclose}, choice{H5Tenum_create(H5T_NATIVE_INT64), H5Tclose};
    H5Tset_size(text.id, H5T_VARIABLE);
    const Closed texts{H5Acreate2(file.id, "texts", text.id, many.id, H5P_DEFAULT, H5P_DEFAULT), H5Aclose};
    const std::vector<const char*> words(count, "word");
    ASSERT_GE(H5Awrite(texts.id, text.id, words.data()), 0);
    const int64_t yes = 1;
    ASSERT_GE(H5Tenum_insert(choice.id, "YES", &yes), 0);
    const Closed wide{H5Acreate2(file.id, "wide", choice.id, one.id, H5P_DEFAULT, H5P_DEFAULT), H5Aclose};
    ASSERT_GE(H5Awrite(wide.id, choice.id, &yes), 0);
  }
  const auto file = File::open(path_);
  EXPECT_NE(error_of([&] { (void)file.text_attribute("", "texts"); }).find("/@texts: attribute is not one text"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)file.number_attribute("", "wide"); }).find("/@wide: attribute is not a number"), std::string::npos);
}

TEST_F(Hdf5, ValuesThatTheFileDoesNotHoldAreRefusedBeforeTheyAreAllocated) {
  (void)written([](File& out) { out.write("x", torch::ones({1})); });
  {
    const Closed file{H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), H5Fclose};
    const hsize_t sizes[] = {hsize_t{1} << 28, 8}, chunk[] = {1024, 8};
    const Closed space{H5Screate_simple(2, sizes, nullptr), H5Sclose}, layout{H5Pcreate(H5P_DATASET_CREATE), H5Pclose};
    H5Pset_chunk(layout.id, 2, chunk);
    const Closed text{H5Tcopy(H5T_C_S1), H5Tclose};
    H5Tset_size(text.id, 16);
    const Closed numbers{H5Dcreate2(file.id, "numbers", H5T_IEEE_F32LE, space.id, H5P_DEFAULT, layout.id, H5P_DEFAULT), H5Dclose};
    const Closed texts{H5Dcreate2(file.id, "texts", text.id, space.id, H5P_DEFAULT, layout.id, H5P_DEFAULT), H5Dclose};
    ASSERT_GE(numbers.id, 0);
    ASSERT_GE(texts.id, 0);
  }
  const auto file = File::open(path_);
  EXPECT_NE(error_of([&] { (void)file.read("numbers"); }).find("numbers: claims 8589934592 bytes, which the file does not hold"),
            std::string::npos);
  EXPECT_NE(error_of([&] { (void)file.read_strings("texts"); }).find("texts: claims"), std::string::npos);
  EXPECT_EQ(file.read_rows("numbers", 5, 3).sizes(), (std::vector<int64_t>{3, 8})) << "a few rows are no harm";
}

TEST_F(Hdf5, EveryTruncationIsNoticed) {
  (void)written([](File& out) { out.write("g/x", torch::ones({1000})); });
  const std::string whole = read_file(path_);
  for (size_t length = 0; length < whole.size(); length += 97) {
    const auto path = put(folder_ / "short.h5", whole.substr(0, length));
    EXPECT_NE(error_of([&] { (void)File::open(path).read("g/x"); }).find("short.h5"), std::string::npos)
        << length << " of " << whole.size();
  }
}

TEST_F(Hdf5, DamagedBytesEndInAnErrorOrAValue) {
  (void)written([](File& out) { out.write("g/x", torch::ones({10})); });
  const std::string whole = read_file(path_);
  for (size_t i = 0; i < whole.size(); i += 7) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ 0xFF);
    try {
      (void)File::open(put(folder_ / "flip.h5", damaged)).read("g/x");
    } catch (const Error&) {  // anything else fails the test
    }
  }
}

TEST_F(Hdf5, SeveralThreadsReadOneFileAndTheirOwn) {
  constexpr int kThreads = 4, kDatasets = 20;
  const auto file = written([](File& out) {
    for (int i = 0; i < kDatasets; ++i) out.write(std::to_string(i), torch::full({50, 8}, i, torch::kFloat));
  });
  std::atomic<int> right{0}, failures{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const auto own = File::open(path_);
      for (int i = 0; i < kDatasets; ++i) {
        const auto& source = (i + t) % 2 == 0 ? file : own;
        right += source.read(std::to_string(i)).eq(i).all().item<bool>() ? 1 : 0;
        try {
          (void)source.read("nope");
        } catch (const Error&) {
          ++failures;
        }
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kDatasets);
  EXPECT_EQ(failures, kThreads * kDatasets);
}

TEST_F(Hdf5, AFileThatFailsWhileItIsWrittenLeavesTheOldOne) {
  (void)written([](File& out) { out.write("old", torch::ones({1})); });
  const auto attempt = [&](bool fail) {
    replace_file_atomically(path_, [&](const std::filesystem::path& temporary) {
      auto out = File::create(temporary);
      out.write("new", torch::ones({1}));
      if (fail) out.write("new", torch::ones({1}));
      out.close();
    });
  };
  EXPECT_NE(error_of([&] { attempt(true); }).find("the name exists"), std::string::npos);
  EXPECT_TRUE(File::open(path_).has("old"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_.path()), {}), 1) << "no temporary file is left";
  attempt(false);
  EXPECT_TRUE(File::open(path_).has("new"));
  EXPECT_FALSE(File::open(path_).has("old"));
}

}  // namespace
}  // namespace vbench::test
