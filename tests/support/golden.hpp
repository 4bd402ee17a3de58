// Reference numbers of the original code, and how tests compare with them.
#pragma once

#include <gtest/gtest.h>
#include <torch/types.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "datasets/formats/hdf5.hpp"

namespace vbench::test {

/// $VBENCH_GOLDEN_ROOT, else tests/golden of the source tree.
std::filesystem::path golden_root();
/// True when the root is the default one, where every file must be present.
bool golden_root_is_default();

/// A golden file below the root ("coot/losses.h5"). Missing: a failure under the default root, a skip elsewhere; test `found()` first.
class Golden {
 public:
  explicit Golden(const std::string& relative);
  [[nodiscard]] bool found() const { return file_.has_value(); }
  [[nodiscard]] const hdf5::File& file() const { return *file_; }
  [[nodiscard]] torch::Tensor operator[](const std::string& name) const { return file_->read(name); }
  [[nodiscard]] bool has(const std::string& name) const { return file_->has(name); }
  [[nodiscard]] double number(const std::string& object, const std::string& attribute) const;
  [[nodiscard]] bool flag(const std::string& object, const std::string& attribute) const { return number(object, attribute) != 0; }
  [[nodiscard]] std::string text(const std::string& object, const std::string& attribute) const;
  [[nodiscard]] nlohmann::json json(const std::string& object, const std::string& attribute) const;

  /// Calls the handler whose prefix starts the group's name (longest prefix wins) for every child of `parent`; a child without a handler is
  /// a test failure.
  void for_each_group(const std::vector<std::pair<std::string, std::function<void(const std::string&)>>>& handlers,
                      const std::string& parent = "") const;

 private:
  std::optional<hdf5::File> file_;
};

struct Tolerance {
  double absolute = 0;
  double relative = 0;
  std::string why;  ///< shown when the comparison fails
};

/// |actual - expected| <= absolute + relative * |expected| everywhere; shapes equal; NaN equals nothing.
void expect_close(const torch::Tensor& actual, const torch::Tensor& expected, const Tolerance& tolerance, const std::string& name = "");
/// Same shape, same values.
void expect_same(const torch::Tensor& actual, const torch::Tensor& expected, const std::string& name = "");

/// $VBENCH_REAL_DATA, else ../shared/data beside the source tree; may not exist.
std::filesystem::path real_data_root();

/// Runs `body` and gives back the one-line message of the vbench::Error it must throw; fails the test if it throws none.
std::string error_of(const std::function<void()>& body);

/// A fresh folder, removed at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace vbench::test

/// For the head of a golden test: opens the file or ends the test the right way.
#define VBENCH_REQUIRE_GOLDEN(golden, relative)                                                                                     \
  const ::vbench::test::Golden golden(relative);                                                                                    \
  if (!golden.found() && !::vbench::test::golden_root_is_default()) GTEST_SKIP() << relative << " is not below VBENCH_GOLDEN_ROOT"; \
  ASSERT_TRUE(golden.found()) << relative << " is missing under the default golden root"
