#include "tests/support/golden.hpp"

#include <unistd.h>

#include <cstdlib>

#include "harness/core/error.hpp"

namespace vbench::test {
namespace fs = std::filesystem;

fs::path golden_root() {
  const char* root = std::getenv("VBENCH_GOLDEN_ROOT");
  return root != nullptr ? fs::path(root) : fs::path(VBENCH_SOURCE_DIR) / "tests" / "golden";
}

bool golden_root_is_default() { return std::getenv("VBENCH_GOLDEN_ROOT") == nullptr; }

fs::path real_data_root() {
  const char* root = std::getenv("VBENCH_REAL_DATA");
  return root != nullptr ? fs::path(root) : fs::path(VBENCH_SOURCE_DIR).parent_path() / "shared" / "data";
}

Golden::Golden(const std::string& relative) {
  const auto path = golden_root() / relative;
  if (fs::exists(path)) file_ = hdf5::File::open(path);
}

double Golden::number(const std::string& object, const std::string& attribute) const {
  const auto value = file_->number_attribute(object, attribute);
  if (!value) throw input_error("golden attribute is missing", object + "@" + attribute);
  return *value;
}

std::string Golden::text(const std::string& object, const std::string& attribute) const {
  const auto value = file_->text_attribute(object, attribute);
  if (!value) throw input_error("golden attribute is missing", object + "@" + attribute);
  return *value;
}

nlohmann::json Golden::json(const std::string& object, const std::string& attribute) const {
  return nlohmann::json::parse(text(object, attribute));
}

void Golden::for_each_group(const std::vector<std::pair<std::string, std::function<void(const std::string&)>>>& handlers,
                            const std::string& parent) const {
  for (const auto& child : file_->children(parent)) {
    const std::pair<std::string, std::function<void(const std::string&)>>* best = nullptr;
    for (const auto& handler : handlers) {
      if (child.rfind(handler.first, 0) == 0 && (best == nullptr || handler.first.size() > best->first.size())) best = &handler;
    }
    if (best == nullptr) {
      ADD_FAILURE() << file_->path() << ": no test for the group '" << child << "'";
      continue;
    }
    const std::string name = parent.empty() ? child : parent + "/" + child;
    SCOPED_TRACE(name);
    best->second(name);
  }
}

void expect_close(const torch::Tensor& actual, const torch::Tensor& expected, const Tolerance& tolerance, const std::string& name) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << name;
  if (expected.numel() == 0) return;
  const auto a = actual.detach().cpu().to(torch::kDouble);
  const auto e = expected.detach().cpu().to(torch::kDouble);
  const auto excess = (a - e).abs() - (tolerance.absolute + tolerance.relative * e.abs());
  const auto bad = torch::logical_not(excess <= 0);  // NaN is bad too
  const int64_t count = bad.sum().item<int64_t>();
  if (count == 0) return;
  const int64_t worst = torch::nan_to_num(excess, 1e300).flatten().argmax().item<int64_t>();
  ADD_FAILURE() << name << ": " << count << " of " << e.numel() << " values differ; worst at " << worst << ": got "
                << a.flatten()[worst].item<double>() << ", expected " << e.flatten()[worst].item<double>() << " (tolerance "
                << tolerance.absolute << " + " << tolerance.relative << " relative: " << tolerance.why << ")";
}

void expect_same(const torch::Tensor& actual, const torch::Tensor& expected, const std::string& name) {
  expect_close(actual, expected, {0, 0, "exact"}, name);
}

std::string error_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no vbench::Error was thrown";
  return "";
}

TemporaryFolder::TemporaryFolder() {
  std::string name = (fs::temp_directory_path() / "vbench_test_XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw input_error("cannot create a temporary folder", name);
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace vbench::test
