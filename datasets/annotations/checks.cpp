#include <fmt/format.h>

#include <set>
#include <unordered_map>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace {

std::string key_of(SameClip same, const ListedVideo& video) {
  if (same == SameClip::kMedia) return video.media;
  return fmt::format("{} {} {}", video.id, video.start.value_or(-1), video.end.value_or(-1));
}

std::string shown(const ListedVideo& video) {
  const std::string id = printable(video.id);
  return video.start ? fmt::format("{} at {} s", id, *video.start) : id;
}

using ByClip = std::unordered_map<std::string, const ListedVideo*>;

ByClip check_split(SameClip same, const std::string& split, const std::vector<ListedVideo>& videos, std::vector<Note>& notes) {
  ByClip seen;
  for (const auto& video : videos) {
    const auto [first, fresh] = seen.emplace(key_of(same, video), &video);
    if (fresh) continue;
    const auto& other = first->second->label;
    if (other == video.label) {
      notes.push_back({kRowTwice, shown(video), fmt::format("the split '{}' lists it twice", split), false});
    } else {
      notes.push_back({"two labels", shown(video),
                       fmt::format("the split '{}' lists it as '{}' and as '{}'", split, printable(other), printable(video.label)), true});
    }
  }
  return seen;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> split_pairs(const Annotations& annotations) {
  const auto fold = [](const std::string& split) { return split.substr(split.find_last_not_of("0123456789") + 1); };
  std::vector<std::pair<std::string, std::string>> pairs;
  for (auto a = annotations.splits.begin(); a != annotations.splits.end(); ++a) {
    for (auto b = std::next(a); b != annotations.splits.end(); ++b) {
      if (fold(a->first) == fold(b->first)) pairs.emplace_back(a->first, b->first);
    }
  }
  return pairs;
}

void check_duplicates(SameClip same, bool across_is_fatal, Annotations& annotations) {
  std::map<std::string, ByClip> clips;
  for (const auto& [split, videos] : annotations.splits) clips[split] = check_split(same, split, videos, annotations.notes);
  for (const auto& [a, b] : split_pairs(annotations)) {
    const ByClip& in_a = clips.at(a);
    for (const auto& video : annotations.splits.at(b)) {
      if (in_a.contains(key_of(same, video)))
        annotations.notes.push_back(
            {"in two splits", shown(video), fmt::format("the splits '{}' and '{}' list it", a, b), across_is_fatal});
    }
  }
}

void check_counts(const Official& official, Annotations& annotations) {
  auto& notes = annotations.notes;
  const auto classes = static_cast<int64_t>(annotations.classes.size());
  if (classes != official.classes)
    notes.push_back({"number of classes", official.title, fmt::format("{} classes, officially {}", classes, official.classes),
                     official.derived_classes});
  for (const auto& [split, expected] : official.splits) {
    const auto found = annotations.splits.find(split);
    if (found == annotations.splits.end()) {
      notes.push_back({"missing split", split, fmt::format("there is no list of the split '{}'", split), false});
      continue;
    }
    const auto rows = static_cast<int64_t>(found->second.size());
    if (!expected.allow(rows))
      notes.push_back({"number of rows", split, fmt::format("{} rows, officially {}", rows, expected.text()), false});
  }
}

void check_classes(Annotations& annotations) {
  for (const auto& [split, videos] : annotations.splits) {
    std::set<std::string> labels;
    for (const auto& video : videos) labels.insert(video.label);
    if (labels == std::set<std::string>{""}) continue;  // labels of test lists may be secret
    for (const auto& name : annotations.classes) {
      if (!labels.contains(name))
        annotations.notes.push_back({kClassWithoutVideos, printable(name), fmt::format("the split '{}' has no video of it", split), false});
    }
  }
}

std::vector<std::string> sorted_labels(const Annotations& annotations) {
  std::set<std::string> labels;
  for (const auto& [split, videos] : annotations.splits) {
    for (const auto& video : videos) labels.insert(video.label);
  }
  labels.erase("");
  return {labels.begin(), labels.end()};
}

}  // namespace vbench::annotations
