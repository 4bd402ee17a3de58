// The official annotation files as items of meta_all.json. Used by real_annotations.cpp.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/synthetic/output.hpp"

namespace vbench::synthetic {

/// YouCook2: youcookii_annotations_trainval.json. ActivityNet Captions: train.json, val_1.json and, where present, val_2.json.
/// White space is collapsed in sentences, reversed segments are turned round. @throws Error kInput naming file and video
[[nodiscard]] std::vector<ItemMeta> read_official_annotations(const std::string& dataset, const std::filesystem::path& folder);

}  // namespace vbench::synthetic
