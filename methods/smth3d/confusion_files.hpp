// What an evaluation leaves to be read by people: tables and a picture of confusions and contrastive groups. Used by the protocol.
#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <vector>

#include "metrics/contrastive.hpp"

namespace vbench::smth3d {

/// confusion.csv (counts; names are the header and the first column), confusion.png and top_confusions.csv: the 20 largest shares, and the
/// 10 largest among those where one of the two names begins with "Pretending".
/// @param confusion  [K, K] int64, row = true class   @param names  K of them
void write_confusion_files(const std::filesystem::path& folder, const at::Tensor& confusion, const std::vector<std::string>& names);

/// contrastive_groups.csv: every group, merged classes joined by " + "; those without samples have no accuracy.
void write_contrastive_groups(const std::filesystem::path& folder, const ContrastiveScore& score, const std::vector<ClassGroup>& groups,
                              const std::vector<std::string>& names);

}  // namespace vbench::smth3d
