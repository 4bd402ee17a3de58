// A confusion matrix as people look at it. Used by confusion_files.cpp and tests.
#pragma once

#include <ATen/core/Tensor.h>

#include <opencv2/core.hpp>
#include <string>
#include <vector>

namespace vbench::smth3d {

/// A row a true class, a column a predicted one; the colour is the share of the row, rows without videos are grey. Names stand at the
/// sides where a cell is as high as a letter, else numbers; cells that are large enough hold their counts.
/// @param confusion  [K, K] int64, K > 0   @param names  K of them
/// @return           CV_8UC3, BGR
[[nodiscard]] cv::Mat confusion_picture(const at::Tensor& confusion, const std::vector<std::string>& names);

}  // namespace vbench::smth3d
