// The set files: which videos make a set, and what their subsets share. Used by SetData, the verification and the generators.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "datasets/set_abstraction/power_set.hpp"
#include "harness/core/error.hpp"

namespace vbench::set_abstraction {

/// <d>_<split>_abstraction_sets.json: one entry.
struct AbstractionSet {
  std::vector<std::string> videos;
  /// By subset in the order of power_set(videos.size()): category names or node ids. One each; more is a fault of the file (a label
  /// beyond the first shifts all later targets of the authors' reader), none where the file lacks the subset.
  std::vector<std::vector<std::string>> labels;
};

struct RankedVideo {
  std::string video;  ///< as listed, after "multi_test" has become "test_multi"
  std::string label;
  double distance = 0;  ///< to the set, by people or by meaning; smaller fits better
};

/// <d>_human_abstraction_sets.json: one record.
struct RankingRecord {
  int64_t reference_size = 0;  ///< the key it stands under
  std::vector<RankedVideo> reference, query;
};

/// An entry of a file: what it says, or why it cannot be read.
template <class Content>
struct Entry {
  int64_t index = 0;  ///< in its list
  std::string where;  ///< file and place
  std::optional<Content> content;
  std::optional<Error> fault;
};

/// Entry by entry, so that a file of many sets needs no memory for all. @throws Error kInput if the file is no JSON list at all
void visit_abstraction_sets(const std::filesystem::path& path, const std::function<void(Entry<AbstractionSet>)>& visit);
/// In the order of read_ranking_sets. A record of another size than its key's is a fault. @throws Error kInput if it is no object of lists
void visit_ranking_sets(const std::filesystem::path& path, const std::function<void(Entry<RankingRecord>)>& visit);

/// @throws Error kInput naming file and entry for anything but the format; wrong numbers of labels are left to the caller
[[nodiscard]] std::vector<AbstractionSet> read_abstraction_sets(const std::filesystem::path& path);
/// In the order of the file's keys (as text: "1".."4"), then of the records. @throws Error kInput
[[nodiscard]] std::vector<RankingRecord> read_ranking_sets(const std::filesystem::path& path);

void write_abstraction_sets(const std::filesystem::path& path, const std::vector<AbstractionSet>& sets);
void write_ranking_sets(const std::filesystem::path& path, const std::vector<RankingRecord>& records);

}  // namespace vbench::set_abstraction
