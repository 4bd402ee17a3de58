// A paper's table laid out as the paper does: published rows, cited, and ours from the store. Used by `vbench table`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "results/explain.hpp"
#include "results/paper_tables/definitions.hpp"

namespace vbench {

/// What a network costs.
struct ModelSize {
  int64_t parameters = 0;
  int64_t flops = 0;  ///< multiply and add counted as two, forward pass
  std::string input;  ///< of which: "one clip of 16x112x112"
};

/// What is known of variants; nothing for those that this build has not.
struct VariantKnowledge {
  VariantDefaults defaults;
  std::function<std::optional<ModelSize>(const std::string& method, const std::string& dataset, const std::string& variant)> size;
};

struct PaperTableRequest {
  Source source = Source::kReal;           ///< synthetic: without any published figure, and labelled
  std::vector<std::string> variants = {};  ///< of ours and of the published rows; empty: all
};

/// Published rows first, then a row for each variant of ours that has valid runs: of several configurations or data the one with the newest
/// run, as a note says.
/// @param published  nullptr: none
[[nodiscard]] Table paper_table(const PaperTableDefinition& definition, const PaperTableRequest& request,
                                const std::vector<RunRecord>& runs, const Published* published, const VariantKnowledge& knowledge);

/// What there is, for `vbench table` without a name.
[[nodiscard]] Table list_of_paper_tables();

}  // namespace vbench
