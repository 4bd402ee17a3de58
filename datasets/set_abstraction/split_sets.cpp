#include "datasets/set_abstraction/split_sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace vbench::set_abstraction {

void LeftOut::add(const std::vector<Finding>& findings) {
  const bool lacks = std::any_of(findings.begin(), findings.end(), [](const Finding& finding) { return finding.flaw == Flaw::kMissing; });
  ++(lacks ? missing : dropped);
  if (first.empty()) first = findings.front().error.what();
}

bool LeftOut::too_many(double allowed) const {
  return count() >= listed || static_cast<double>(count()) > allowed * static_cast<double>(listed);
}

void LeftOut::require_enough(double allowed, const std::string& what, const std::string& where) const {
  if (listed == 0) throw input_error(fmt::format("there are no {}", what), where);
  if (!too_many(allowed)) return;
  throw input_error(
      fmt::format("{} of {} {} cannot be used, at most {:.3g}% may be bad; the first: {}", count(), listed, what, allowed * 100, first),
      where, "complete the files, or raise --set data.allow_missing=SHARE");
}

std::vector<IndexedSet> usable_sets(const Metadata& metadata, const VideoTable& videos, LeftOut* left_out) {
  std::vector<IndexedSet> sets;
  const auto path = metadata.files.abstraction_sets(videos.split);
  visit_abstraction_sets(path, [&](const Entry<AbstractionSet>& entry) {
    auto checked = check_set(metadata, videos, entry);
    if (left_out != nullptr) ++left_out->listed;
    if (checked.content) {
      sets.push_back(std::move(*checked.content));
    } else if (left_out != nullptr) {
      left_out->add(checked.findings);
    } else {
      throw checked.findings.front().error;
    }
  });
  if (left_out == nullptr && sets.empty()) throw input_error("the file holds no sets", path.string());
  return sets;
}

std::vector<IndexedRecord> usable_records(const Metadata& metadata, const VideoTable& videos) {
  std::vector<IndexedRecord> records;
  const auto path = metadata.files.abstraction_sets(Split::kTest);
  visit_ranking_sets(path, [&](const Entry<RankingRecord>& entry) {
    auto checked = check_record(metadata, videos, entry);
    if (!checked.content) throw checked.findings.front().error;
    records.push_back(std::move(*checked.content));
  });
  if (records.empty())
    throw input_error("the file holds no records", path.string(), "--set data.tasks=false evaluates set abstraction only");
  return records;
}

std::optional<Finding> check_labels(const Metadata& metadata, const ListedVideo& video, Split split) {
  const std::string where = metadata.files.list(split).string();
  if (video.labels().empty())
    return Finding{Flaw::kMissing, "listed classes", input_error(fmt::format("'{}' has no class", video.name), where)};
  for (const int64_t label : video.labels()) {
    if (label >= 0 && label < metadata.graph->size()) continue;
    return Finding{
        Flaw::kBad, "listed classes",
        input_error(fmt::format("class {} of '{}' is none of the graph's {} nodes", label, video.name, metadata.graph->size()), where)};
  }
  return std::nullopt;
}

namespace {

/// Nodes that may become the label of a drawn set need an embedding.
void require_categories(const Metadata& metadata, const Drawable& drawable) {
  std::vector<int64_t> used;
  for (const auto& labels : drawable.labels) used.insert(used.end(), labels.begin(), labels.end());
  std::sort(used.begin(), used.end());
  used.erase(std::unique(used.begin(), used.end()), used.end());
  for (const int64_t label : metadata.graph->ancestors(used, Combine::kUnion)) {
    if (metadata.categories.has(label) && metadata.finite_categories[static_cast<size_t>(label)]) continue;
    throw input_error(
        fmt::format("node '{}', which sampled sets may have as label, has no usable embedding", metadata.graph->node(label).id),
        metadata.files.category_embeddings().string());
  }
}

std::optional<Finding> check_drawable(const Metadata& metadata, const VideoTable& videos, const ListedVideo& listed) {
  const auto fault = [&](Flaw flaw, const std::string& what) {
    return Finding{flaw, "", input_error(fmt::format("video '{}' {}", listed.name, what), metadata.files.list(videos.split).string())};
  };
  const auto row = videos.find(metadata.key_of(listed.name));
  if (!row) return fault(Flaw::kMissing, "has no features");
  if (!videos.embeddings.has(*row)) return fault(Flaw::kMissing, "has no embedding");
  if (!videos.is_finite(*row)) return fault(Flaw::kBad, "has a value that is not finite");
  return check_labels(metadata, listed, videos.split);
}

}  // namespace

Drawable drawable_videos(const Metadata& metadata, const VideoTable& videos, LeftOut& left_out) {
  Drawable drawable;
  drawable.labels.resize(videos.names.size());
  for (const ListedVideo& listed : read_list(metadata.files.list(videos.split))) {
    ++left_out.listed;
    if (const auto finding = check_drawable(metadata, videos, listed)) {
      left_out.add({*finding});
      continue;
    }
    const auto row = *videos.find(metadata.key_of(listed.name));
    auto& labels = drawable.labels[static_cast<size_t>(row)];
    if (labels.empty()) drawable.videos.push_back(row);
    labels.assign(listed.labels().begin(), listed.labels().end());
  }
  require_categories(metadata, drawable);
  return drawable;
}

IndexedSet shuffled(const IndexedSet& set, RandomStream& random) {
  const auto n = static_cast<int64_t>(set.rows.size());
  std::vector<int64_t> order(set.rows.size());
  std::iota(order.begin(), order.end(), 0);
  random.shuffle(std::span(order));
  IndexedSet result{set.record, {}, {}};
  for (const int64_t member : order) result.rows.push_back(set.rows[static_cast<size_t>(member)]);
  const auto rows = power_set_rows(n);
  for (const Subset& subset : power_set(n)) {
    size_t former = 0;  // mask of the same videos in the old order
    for (const int64_t member : subset) former |= size_t{1} << order[static_cast<size_t>(member)];
    result.labels.push_back(set.labels[static_cast<size_t>(rows[former])]);
  }
  return result;
}

}  // namespace vbench::set_abstraction
