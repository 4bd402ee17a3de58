// Whether a set of the files can be used: its names as rows and labels, or what is wrong. Used by SetData and `vbench data verify`.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "datasets/set_abstraction/metadata.hpp"
#include "datasets/set_abstraction/sets.hpp"

namespace vbench::set_abstraction {

/// A set with an answer for every subset.
struct IndexedSet {
  int64_t record = 0;           ///< position in the file
  std::vector<int32_t> rows;    ///< of the videos
  std::vector<int32_t> labels;  ///< by subset in the order of power_set
};

struct IndexedRecord {
  int64_t record = 0;  ///< position below its key
  std::vector<int32_t> reference, query;
  std::vector<double> distances;  ///< of the query
};

/// Nothing usable where something is wrong.
template <class Content>
struct Checked {
  std::optional<Content> content;
  std::vector<Finding> findings;
};

[[nodiscard]] Checked<IndexedSet> check_set(const Metadata& metadata, const VideoTable& videos, const Entry<AbstractionSet>& entry);
[[nodiscard]] Checked<IndexedRecord> check_record(const Metadata& metadata, const VideoTable& videos, const Entry<RankingRecord>& entry);

}  // namespace vbench::set_abstraction
