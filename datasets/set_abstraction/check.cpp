#include "datasets/set_abstraction/check.hpp"

#include <fmt/format.h>

namespace vbench::set_abstraction {
namespace {

/// Collects what is wrong with one entry.
class Examination {
 public:
  Examination(const Metadata& metadata, const VideoTable& videos, std::string where)
      : metadata_(metadata), videos_(videos), where_(std::move(where)) {}

  void add(Flaw flaw, const std::string& kind, const std::string& what) { findings.push_back({flaw, kind, input_error(what, where_)}); }

  /// Row of a video, -1 if it cannot be used.
  int32_t row_of(const std::string& video) {
    const auto row = videos_.find(video);
    if (!row) {
      add(Flaw::kMissing, "missing video", fmt::format("video '{}' has no features in {}", video, videos_.path));
      return -1;
    }
    if (videos_.embeddings.count() > 0 && !videos_.embeddings.has(*row)) {
      add(Flaw::kMissing, "missing embedding",
          fmt::format("video '{}' is not in {}", video, metadata_.files.video_embeddings(videos_.split).filename().string()));
    }
    if (!videos_.is_finite(*row)) {
      const bool features = !videos_.finite_features[static_cast<size_t>(*row)];
      add(Flaw::kBad, "not finite",
          fmt::format("the {} of video '{}' (row {}) hold a value that is not finite", features ? "features" : "embedding", video, *row));
    }
    return *row;
  }

  /// Label of a subset, -1 if it cannot be used.
  int32_t label_of(const std::vector<std::string>& names, const Subset& subset) {
    const bool one = names.size() == 1 || (names.size() > 1 && metadata_.options.label_choice == LabelChoice::kFirst);
    if (!one) {
      const std::string hint = names.empty() ? "" : " (--set data.label_choice=first takes the first)";
      add(Flaw::kBad, "label count",
          fmt::format("subset \"{}\" has {} labels, 1 is expected{}", fmt::join(subset, ","), names.size(), hint));
      return -1;
    }
    const auto label = metadata_.graph->find(names.front());
    if (!label) {
      add(Flaw::kBad, "unknown label",
          fmt::format("'{}' of subset \"{}\" is neither a category nor a node of the graph", names.front(), fmt::join(subset, ",")));
      return -1;
    }
    if (subset.size() > 1) require_category(*label);
    return static_cast<int32_t>(*label);
  }

  std::vector<Finding> findings;

 private:
  void require_category(int64_t label) {
    const std::string& id = metadata_.graph->node(label).id;
    if (!metadata_.categories.has(label)) {
      add(Flaw::kMissing, "missing category embedding", fmt::format("node '{}' has no category embedding", id));
    } else if (!metadata_.finite_categories[static_cast<size_t>(label)]) {
      add(Flaw::kBad, "not finite", fmt::format("the category embedding of '{}' holds a value that is not finite", id));
    }
  }

  const Metadata& metadata_;
  const VideoTable& videos_;
  std::string where_;
};

template <class Content>
Checked<Content> finished(Content content, std::vector<Finding> findings) {
  if (findings.empty()) return {std::move(content), {}};
  return {std::nullopt, std::move(findings)};
}

}  // namespace

Checked<IndexedSet> check_set(const Metadata& metadata, const VideoTable& videos, const Entry<AbstractionSet>& entry) {
  if (entry.fault) return {std::nullopt, {{Flaw::kBad, "bad record", *entry.fault}}};
  const AbstractionSet& set = *entry.content;
  Examination examination(metadata, videos, entry.where);
  IndexedSet indexed;
  indexed.record = entry.index;
  for (const std::string& video : set.videos) indexed.rows.push_back(examination.row_of(video));
  const auto subsets = power_set(static_cast<int64_t>(set.videos.size()));
  for (size_t row = 0; row < subsets.size(); ++row) indexed.labels.push_back(examination.label_of(set.labels[row], subsets[row]));
  return finished(std::move(indexed), std::move(examination.findings));
}

Checked<IndexedRecord> check_record(const Metadata& metadata, const VideoTable& videos, const Entry<RankingRecord>& entry) {
  if (entry.fault) return {std::nullopt, {{Flaw::kBad, "bad record", *entry.fault}}};
  Examination examination(metadata, videos, entry.where);
  IndexedRecord indexed;
  indexed.record = entry.index;
  for (const RankedVideo& video : entry.content->reference) indexed.reference.push_back(examination.row_of(video.video));
  for (const RankedVideo& video : entry.content->query) {
    indexed.query.push_back(examination.row_of(video.video));
    indexed.distances.push_back(video.distance);
  }
  return finished(std::move(indexed), std::move(examination.findings));
}

}  // namespace vbench::set_abstraction
