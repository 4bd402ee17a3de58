// Writes the suite's label files of a dataset. Used by prepare and the stand-in.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

#include "datasets/annotations/annotation.hpp"
#include "datasets/clips/family.hpp"

namespace vbench::clips {

/// "train1" becomes "train" where the dataset has one official split alone.
void name_splits(annotations::Annotations& lists, const Family& family);

/// Whether write_labels() would be allowed to, for those who work long before it. @throws Error kInput if not
void require_replaceable_labels(const std::filesystem::path& folder);

/// Writes `<folder>/labels` with classes.txt, a csv a split (those without labels are left out) and PREPARED.json: whole or not at all.
/// What an earlier preparation wrote there is replaced.
/// @param provenance  what the files were made from
/// @throws Error kInput if `labels` holds files of somebody else's
void write_labels(const std::filesystem::path& folder, const annotations::Annotations& lists, const nlohmann::ordered_json& provenance);

/// The split's rows have labels: lists of tests often keep them secret.
[[nodiscard]] bool is_labelled(const std::vector<annotations::ListedVideo>& rows);

}  // namespace vbench::clips
