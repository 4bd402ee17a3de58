// Learning curves as a picture: loss, accuracy and learning rate over the epochs. Used by the method after each epoch.
#pragma once

#include <filesystem>
#include <opencv2/core.hpp>
#include <vector>

#include "harness/core/run_record.hpp"

namespace vbench::smth3d {

/// Three charts side by side. Epochs that were not validated, and figures that a record lacks, are left out.
[[nodiscard]] cv::Mat draw_curves(const std::vector<EpochRecord>& history);

/// `<folder>/curves.png`, whole or not at all; nothing without epochs.
void write_curves(const std::filesystem::path& folder, const std::vector<EpochRecord>& history);

}  // namespace vbench::smth3d
