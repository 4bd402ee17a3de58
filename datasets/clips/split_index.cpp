#include "datasets/clips/split_index.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "datasets/formats/hash.hpp"
#include "datasets/location/warning.hpp"
#include "harness/core/text.hpp"

namespace vbench::clips {
using annotations::ClassList;
using annotations::ListedVideo;

namespace {

class Indexer {
 public:
  Indexer(const ClassList& classes, const Media& media, std::string split, SplitIndex& index)
      : classes_(classes), finder_(media), media_(media), split_(std::move(split)), index_(index) {}

  void add(const ListedVideo& row) {
    const std::string key = key_of(row);
    if (!classes_.find(row.label)) return note(RowFlaw::kUnknownLabel, key, unknown_label(row));
    try {
      require_inside(row, index_.file);
    } catch (const Error& error) {
      return note(RowFlaw::kOutside, key, error);
    }
    auto place = finder_.find(row, split_);
    if (!place) return note(RowFlaw::kMissing, key, input_error(fmt::format("no video '{}'", printable(key)), media_.description()));
    if (is_repeated(row, key, *place)) return;
    if (const auto [other, fresh] = places_.emplace(key, *place); !fresh)
      return note(RowFlaw::kTwoVideos, key, two_videos(key, *other, *place));
    index_.items.push_back({printable(key), key, std::move(*place), *classes_.find(row.label), row.frames});
  }

 private:
  [[nodiscard]] Error unknown_label(const ListedVideo& row) const {
    return input_error(fmt::format("the label '{}' of '{}' is not in the class list", printable(row.label), printable(row.id)), index_.file,
                       printable(suggest(row.label, classes_.names())));
  }

  [[nodiscard]] Error two_videos(const std::string& key, const std::pair<const std::string, std::string>& first,
                                 const std::string& second) const {
    return input_error(fmt::format("'{}' is the name of two videos, {} and {}", printable(key), printable(first.second), printable(second)),
                       index_.file, "give each label and id together once");
  }

  void note(RowFlaw flaw, const std::string& key, const Error& error) { index_.problems.push_back({flaw, printable(key), error}); }

  /// The row says what an earlier one says.
  [[nodiscard]] bool is_repeated(const ListedVideo& row, const std::string& key, const std::string& place) {
    auto& labels = labels_[place];
    const bool fresh = labels.insert(row.label).second;
    if (!fresh) {
      note(RowFlaw::kTwice, key, input_error(fmt::format("'{}' is listed twice", printable(key)), index_.file));
    } else if (labels.size() > 1) {
      const auto& other = *labels.begin() == row.label ? *labels.rbegin() : *labels.begin();
      note(RowFlaw::kTwoLabels, key,
           input_error(fmt::format("'{}' is listed as '{}' and as '{}'", printable(key), printable(other), printable(row.label)),
                       index_.file));
    }
    return !fresh;
  }

  const ClassList& classes_;
  VideoFinder finder_;
  const Media& media_;
  const std::string split_;
  SplitIndex& index_;
  std::unordered_map<std::string, std::set<std::string>> labels_;  // by place
  std::unordered_map<std::string, std::string> places_;            // by key
};

}  // namespace

std::string to_string(RowFlaw flaw) {
  switch (flaw) {
    case RowFlaw::kUnknownLabel:
      return "unknown label";
    case RowFlaw::kOutside:
      return "name leads out of the folder";
    case RowFlaw::kTwice:
      return "video twice";
    case RowFlaw::kTwoLabels:
      return "video with two labels";
    case RowFlaw::kTwoVideos:
      return "name of two videos";
    case RowFlaw::kMissing:
      return "missing video";
  }
  return "?";
}

int64_t SplitIndex::count(RowFlaw flaw) const {
  return std::count_if(problems.begin(), problems.end(), [flaw](const RowProblem& problem) { return problem.flaw == flaw; });
}

SplitIndex index_split(const LabelFolder& labels, const ClassList& classes, const Media& media, const std::string& split) {
  SplitIndex index;
  const auto rows = labels.rows(split, &index.notes);
  index.file = printable(labels.find(split)->string());
  index.listed = static_cast<int64_t>(rows.size());
  Indexer indexer(classes, media, split, index);
  for (const ListedVideo& row : rows) indexer.add(row);
  return index;
}

int64_t accept_missing(const SplitIndex& index, double allowed, const SplitOf& of) {
  if (index.listed == 0) throw input_error("the label file lists no videos", index.file);
  const int64_t missing = index.count(RowFlaw::kMissing);
  if (index.items.empty() || static_cast<double>(missing) > allowed * static_cast<double>(index.listed) + 1e-9) {
    const auto first = std::find_if(index.problems.begin(), index.problems.end(),
                                    [](const RowProblem& problem) { return problem.flaw == RowFlaw::kMissing; });
    const std::string example = first == index.problems.end() ? "" : ", the first: " + first->item;
    throw input_error(
        fmt::format("{} of {} listed videos are missing, {:g} % are allowed{}", missing, index.listed, allowed * 100, example), index.file,
        fmt::format("'vbench data verify {}' lists them; data.allow_missing allows a share, --strict none", of.dataset));
  }
  if (missing > 0) {
    warn_once(fmt::format("{} {}: {} of {} listed videos are missing; scores are not comparable with those of all of them", of.dataset,
                          of.split, missing, index.listed),
              of.verbosity);
  }
  return missing;
}

std::string hash_of_videos(const std::vector<ClipItem>& items, const Media& media) {
  std::vector<std::string> lines;
  lines.reserve(items.size());
  for (const ClipItem& item : items) lines.push_back(fmt::format("{}\t{}\t{}\n", item.key, item.label, media.extent(item.place)));
  std::sort(lines.begin(), lines.end());
  return hash_of(fmt::format("{}", fmt::join(lines, "")));
}

}  // namespace vbench::clips
