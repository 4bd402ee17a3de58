// `vbench data info|verify|synth|prepare` for the set-abstraction datasets.
#include <fmt/format.h>

#include <array>
#include <map>

#include "datasets/location/entry.hpp"
#include "datasets/set_abstraction/prepare.hpp"
#include "datasets/set_abstraction/split_sets.hpp"

namespace vbench::set_abstraction {
namespace fs = std::filesystem;

namespace {

/// One look at a metadata folder. `verify` looks at every set, `deep` at every value too.
class Inspection {
 public:
  Inspection(Metadata metadata, bool verify, bool deep, DataReport& report)
      : metadata_(std::move(metadata)), verify_(verify), deep_(deep), report_(report) {}

  void run() {
    describe_shared();
    for (const Split split : {Split::kTrain, Split::kVal}) {
      guarded([&] { inspect_split(split); });
    }
    if (metadata_.options.tasks) guarded([&] { inspect_rankings(); });
  }

 private:
  /// A file that cannot be read at all is one problem; the other files are still looked at.
  template <class Work>
  void guarded(const Work& work) {
    try {
      work();
    } catch (const Error& error) {
      report_.problems.push_back({"unreadable file", error.where(), error.what(), true});
    }
  }

  void add(const Finding& finding, const std::string& item) {
    report_.problems.push_back({finding.kind, item, finding.error.what(), finding.flaw != Flaw::kNote});
  }

  void describe_shared();
  [[nodiscard]] std::shared_ptr<const VideoTable> open(Split split);
  void inspect_split(Split split);
  void inspect_sets(const VideoTable& videos);
  void inspect_classes(const VideoTable& videos);
  void inspect_rankings();
  [[nodiscard]] bool lowest(const std::vector<int32_t>& labels, const Subset& subset, int32_t label) const;

  Metadata metadata_;
  bool verify_, deep_;
  DataReport& report_;
};

void Inspection::describe_shared() {
  const SemanticGraph& graph = *metadata_.graph;
  report_.facts.push_back(fmt::format("folder: {} ({})", metadata_.location.folder.string(), to_string(metadata_.location.source)));
  report_.facts.push_back(
      fmt::format("graph: {} nodes, {} of them classes; longest path {} edges", graph.size(), graph.classes(), graph.max_depth()));
  report_.facts.push_back(fmt::format("embeddings: {} wide", metadata_.options.embedding_width));
  for (const Finding& finding : metadata_.findings) add(finding, finding.error.where());
  if (!deep_) return;
  for (int64_t label = 0; label < graph.size(); ++label) {
    if (metadata_.finite_categories[static_cast<size_t>(label)]) continue;
    report_.problems.push_back({"not finite", graph.node(label).id, "the category embedding holds a value that is not finite", true});
  }
}

std::shared_ptr<const VideoTable> Inspection::open(Split split) {
  auto videos = metadata_.videos(split, deep_);
  report_.facts.push_back(fmt::format("{}: {} videos, features {} wide", to_string(split), videos->names.size(), videos->features.width()));
  for (const Finding& finding : videos->findings) add(finding, finding.error.where());
  for (size_t row = 0; deep_ && row < videos->names.size(); ++row) {
    if (videos->is_finite(static_cast<int32_t>(row))) continue;
    const char* what = videos->finite_features[row] ? "embedding holds" : "features hold";
    report_.problems.push_back(
        {"not finite", videos->names[row], fmt::format("{}: row {}: the {} a value that is not finite", videos->path, row, what), true});
  }
  return videos;
}

void Inspection::inspect_split(Split split) {
  const auto videos = open(split);
  const bool online = split == Split::kTrain && metadata_.options.sets == SetSource::kOnline;
  if (!online) inspect_sets(*videos);
  if (fs::exists(metadata_.files.list(split))) inspect_classes(*videos);
}

/// Whether the label is a lowest common ancestor of the members' own labels, the first ones of a set.
bool Inspection::lowest(const std::vector<int32_t>& labels, const Subset& subset, int32_t label) const {
  std::vector<int64_t> nodes;
  for (const int64_t member : subset) nodes.push_back(labels[static_cast<size_t>(member)]);
  const auto answers = metadata_.graph->lowest_common_ancestors(nodes);
  return std::find(answers.begin(), answers.end(), label) != answers.end();
}

void Inspection::inspect_sets(const VideoTable& videos) {
  const std::string split = to_string(videos.split);
  std::map<size_t, int64_t> sizes;
  std::vector<size_t> problems;  // of this file, in the report
  int64_t listed = 0, bad = 0, labels = 0, lowest_labels = 0;
  const auto path = metadata_.files.abstraction_sets(videos.split);
  visit_abstraction_sets(path, [&](const Entry<AbstractionSet>& entry) {
    ++listed;
    if (entry.content) ++sizes[entry.content->videos.size()];
    if (!verify_) return;
    const auto checked = check_set(metadata_, videos, entry);
    bad += checked.content ? 0 : 1;
    for (const Finding& finding : checked.findings) {
      problems.push_back(report_.problems.size());
      add(finding, fmt::format("{} set {}", split, entry.index));
    }
    if (!checked.content) return;
    const auto subsets = power_set(static_cast<int64_t>(checked.content->rows.size()));
    for (size_t row = checked.content->rows.size(); row < subsets.size(); ++row) {
      ++labels;
      lowest_labels += lowest(checked.content->labels, subsets[row], checked.content->labels[row]) ? 1 : 0;
    }
  });
  for (const auto& [size, count] : sizes) report_.facts.push_back(fmt::format("{}: {} sets of {} videos", split, count, size));
  report_.listed += listed;
  if (listed == 0) report_.problems.push_back({"no sets", path.filename().string(), "the file holds no sets", true});
  if (!verify_) return;
  report_.checked += listed;
  report_.facts.push_back(fmt::format("{}: {} sets can be used", split, listed - bad));
  if (labels > 0) {
    report_.facts.push_back(fmt::format("{}: {} of {} labels of pairs and larger sets are a lowest common ancestor of the members' labels",
                                        split, lowest_labels, labels));
  }
  // Training leaves bad sets out up to a share; evaluation takes none.
  const bool too_many = videos.split != Split::kTrain || LeftOut{listed, 0, bad, ""}.too_many(metadata_.options.allow_missing);
  for (const size_t index : problems) report_.problems[index].fatal = too_many;
}

/// The list's classes, which only the sampler reads.
void Inspection::inspect_classes(const VideoTable& videos) {
  if (!verify_) return;
  const auto path = metadata_.files.list(videos.split);
  LeftOut left_out;
  const bool online = videos.split == Split::kTrain && metadata_.options.sets == SetSource::kOnline;
  if (online) {
    const Drawable drawable = drawable_videos(metadata_, videos, left_out);
    report_.facts.push_back(fmt::format("train: sets can be drawn around {} of {} videos", drawable.videos.size(), left_out.listed));
  }
  const bool too_many = online && left_out.too_many(metadata_.options.allow_missing);
  if (left_out.count() > 0) {
    report_.problems.push_back(
        {"videos left out", path.filename().string(),
         fmt::format("sets cannot be drawn around {} of {} videos; the first: {}", left_out.count(), left_out.listed, left_out.first),
         too_many});
  }
  for (const ListedVideo& video : read_list(path)) {
    if (const auto finding = check_labels(metadata_, video, videos.split)) {
      report_.problems.push_back({finding->kind, video.name, finding->error.what(), too_many});
    }
  }
}

void Inspection::inspect_rankings() {
  const auto videos = open(Split::kTest);
  std::map<int64_t, int64_t> sizes;
  int64_t listed = 0;
  visit_ranking_sets(metadata_.files.abstraction_sets(Split::kTest), [&](const Entry<RankingRecord>& entry) {
    ++listed;
    if (entry.content) ++sizes[entry.content->reference_size];
    if (!verify_) return;
    for (const Finding& finding : check_record(metadata_, *videos, entry).findings) {
      const size_t name = entry.where.rfind("record ");
      add(finding, "test " + entry.where.substr(name));
    }
  });
  for (const auto& [size, count] : sizes) report_.facts.push_back(fmt::format("test: {} rankings with {} references", count, size));
  report_.listed += listed;
  report_.checked += verify_ ? listed : 0;
  if (listed == 0) {
    const std::string file = metadata_.files.abstraction_sets(Split::kTest).filename().string();
    report_.problems.push_back({"no sets", file, "the file holds no records", true});
  }
}

/// @throws Error kUsage for settings that do not exist, kInput for files that cannot be read at all
void inspect(const Family& family, const Options& options, const DataRequest& request, bool verify, DataReport& report) {
  const auto location = find_for_report(location_query(family, options, request.root, std::nullopt), request.source, verify, report);
  if (location) Inspection(Metadata::open(family, options, *location), verify, verify && request.deep, report).run();
}

}  // namespace

DatasetEntry dataset_entry(const Family& family) {
  auto entry = entry_of(family, inspect);
  entry.preparation = preparation_text();
  entry.prepare = [&family](const DataRequest& request, const std::string& folder) { return prepare(family.name, request, folder); };
  return entry;
}

}  // namespace vbench::set_abstraction
