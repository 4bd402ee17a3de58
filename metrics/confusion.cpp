#include "metrics/confusion.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <tuple>

#include "harness/core/error.hpp"

namespace vbench {
namespace {

at::Tensor checked_classes(const at::Tensor& values, const char* name, int64_t classes) {
  if (values.dim() != 1 || values.scalar_type() != at::kLong) throw input_error(fmt::format("{} must be one int64 a sample", name));
  auto checked = values.cpu().contiguous();
  const int64_t* data = checked.data_ptr<int64_t>();
  for (int64_t i = 0; i < checked.numel(); ++i) {
    if (data[i] >= 0 && data[i] < classes) continue;
    throw input_error(fmt::format("{} of sample {} is {}, not one of {} classes", name, i, data[i], classes));
  }
  return checked;
}

at::Tensor checked_matrix(const at::Tensor& matrix) {
  if (matrix.dim() != 2 || matrix.size(0) != matrix.size(1) || matrix.scalar_type() != at::kLong) {
    throw input_error("a confusion matrix must be int64 [classes, classes]");
  }
  return matrix.cpu().contiguous();
}

}  // namespace

at::Tensor confusion_matrix(const at::Tensor& target, const at::Tensor& predicted, int64_t classes) {
  const auto rows = checked_classes(target, "target", classes), columns = checked_classes(predicted, "prediction", classes);
  if (rows.numel() != columns.numel()) throw input_error(fmt::format("{} targets and {} predictions", rows.numel(), columns.numel()));
  auto matrix = at::zeros({classes, classes}, at::kLong);
  auto* const counts = matrix.data_ptr<int64_t>();
  for (int64_t i = 0; i < rows.numel(); ++i) ++counts[rows.data_ptr<int64_t>()[i] * classes + columns.data_ptr<int64_t>()[i]];
  return matrix;
}

std::vector<Confusion> confusions(const at::Tensor& matrix) {
  const auto checked = checked_matrix(matrix);
  const int64_t classes = checked.size(0);
  const int64_t* counts = checked.data_ptr<int64_t>();
  std::vector<Confusion> all;
  for (int64_t row = 0; row < classes; ++row) {
    const auto samples = static_cast<double>(checked[row].sum().item<int64_t>());
    for (int64_t column = 0; column < classes; ++column) {
      const int64_t count = counts[row * classes + column];
      if (column != row && count > 0) all.push_back({row, column, count, static_cast<double>(count) / samples});
    }
  }
  std::sort(all.begin(), all.end(), [](const Confusion& a, const Confusion& b) {
    return std::tuple(-a.share, a.target, a.predicted) < std::tuple(-b.share, b.target, b.predicted);
  });
  return all;
}

double diagonal_share(const at::Tensor& matrix) {
  const auto checked = checked_matrix(matrix);
  const auto samples = checked.sum().item<int64_t>();
  if (samples == 0) return std::numeric_limits<double>::quiet_NaN();
  return static_cast<double>(checked.diagonal().sum().item<int64_t>()) / static_cast<double>(samples);
}

}  // namespace vbench
