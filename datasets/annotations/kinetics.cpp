#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <unordered_map>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kMini = 200, kIdLength = 11;
constexpr std::array<int64_t, 4> kVariants{kMini, 400, 600, 700};
constexpr std::array<const char*, 3> kSplits{"train", "val", "test"};

std::vector<std::string> list_names(int64_t variant, const std::string& split) {
  std::vector<std::string> names;
  for (const char* word : {split.c_str(), "validate"}) {
    if (split != word && split != "val") continue;
    for (const char* form :
         {"kinetics-{0}_{1}.csv", "kinetics_{0}_{1}.csv", "kinetics{0}_{1}.csv", "k{0}_{1}.csv", "kinetics_{1}.csv", "{1}.csv"})
      names.push_back(fmt::format(fmt::runtime(form), variant, word));
  }
  return names;
}

void check_row(const ListedVideo& video, const std::string& place, std::vector<Note>& notes) {
  if (!video.start || !video.end) throw input_error("the clip has no times", place);
  if (static_cast<int64_t>(video.id.size()) != kIdLength)
    notes.push_back({"id of another length", place, fmt::format("'{}' has not {} characters", printable(video.id), kIdLength), false});
  note_times_out_of_order(video, place, notes);
}

/// A file's column `split` says which rows it is meant to hold.
void check_split_word(const csv::Table& table, const std::string& split, const fs::path& path, std::vector<Note>& notes) {
  if (!table.has("split")) return;
  for (const auto& row : table.rows()) {
    const std::string word = trim(row.cells[table.column("split")]);
    if (word == split || word.empty() || (word == "validate" && split == "val")) continue;
    notes.push_back(
        {"rows of another split", printable(path.string()), fmt::format("line {} belongs to '{}'", row.line, printable(word)), true});
    return;
  }
}

std::vector<ListedVideo> read_label_file(const fs::path& path, const std::string& split, std::vector<Note>& notes) {
  const csv::Table table(path);
  const VideoColumns columns{table.has("label") || split != "test" ? "label" : "", table.has("youtube_id") ? "youtube_id" : "id",
                             "time_start", "time_end"};
  for (const auto& name : {columns.label, columns.id, columns.start, columns.end}) {
    if (!name.empty()) (void)table.column(name);
  }
  check_split_word(table, split, path, notes);
  OddBytes odd{table.file().byte_order_mark, table.file().carriage_returns, 0};
  std::vector<ListedVideo> videos;
  videos.reserve(table.rows().size());
  for (const auto& row : table.rows()) {
    ListedVideo video = video_of(table, row, columns);
    if (video.label.empty() && split != "test") throw input_error("the cell of column 'label' is empty", table.place(row));
    check_row(video, table.place(row), notes);
    if (!is_utf8(video.label) || !is_utf8(video.id)) ++odd.other_than_utf8;
    video.media = clip_name(video) + ".mp4";
    videos.push_back(std::move(video));
  }
  note_bytes(path, odd, notes);
  return videos;
}

Annotations read_label_files(int64_t variant, const Folders& folders) {
  Annotations result;
  for (const char* split : kSplits) {
    const auto path = find_list(folders, list_names(variant, split), result.notes);
    if (!path.empty()) result.splits[split] = read_label_file(path, split, result.notes);
  }
  return result;
}

using ById = std::unordered_map<std::string, const ListedVideo*>;

std::map<std::string, fs::path> find_mini_lists(const Folders& folders, std::vector<Note>& notes) {
  std::map<std::string, fs::path> lists;
  for (const char* split : {"train", "val"}) {
    const std::string name = fmt::format("{}_ytid_list.txt", split);
    const auto path = find_list(folders, {name, "mini-kinetics-200_" + name}, notes);
    if (!path.empty()) lists[split] = path;
  }
  return lists;
}

std::vector<ListedVideo> look_up(const fs::path& list, const ById& by_id, std::vector<Note>& notes) {
  std::vector<ListedVideo> videos;
  for_each_line(list, notes, [&](const Line& line) {
    const auto found = by_id.find(line.text);
    if (found == by_id.end()) {
      notes.push_back(
          {"id without label", printable(line.text), fmt::format("no label file of Kinetics-400 lists it ({})", line.place), false});
    } else {
      videos.push_back(*found->second);
    }
  });
  return videos;
}

/// Mini-Kinetics lists ids alone: everything else stands in the label files of Kinetics-400.
Annotations read_mini(const fs::path& folder, const Folders& folders) {
  Annotations result;
  const auto lists = find_mini_lists(folders, result.notes);
  if (lists.empty()) throw no_lists(folder, "train_ytid_list.txt and val_ytid_list.txt, and the label files of Kinetics-400 beside them");
  const fs::path beside = fs::absolute(folder).lexically_normal() / "..";
  const Annotations labels = read_label_files(400, {folder, folder / "kinetics-400", beside / "kinetics-400"});
  result.notes.insert(result.notes.end(), labels.notes.begin(), labels.notes.end());
  ById by_id;
  for (const auto& [split, videos] : labels.splits) {
    if (split == "test") continue;
    for (const auto& video : videos) by_id.emplace(video.id, &video);
  }
  if (by_id.empty())
    throw input_error("the label files of Kinetics-400 are missing: the lists hold ids alone", printable(folder.string()),
                      "put kinetics-400_train.csv and kinetics-400_val.csv beside the lists or into a folder kinetics-400");
  for (const auto& [split, path] : lists) {
    if (labels.splits.contains(split)) {
      result.splits[split] = look_up(path, by_id, result.notes);
    } else {
      result.notes.push_back({"missing list", fmt::format("kinetics-400_{}.csv", split),
                              fmt::format("without it, the ids of the split '{}' have no labels", split), false});
    }
  }
  return result;
}

}  // namespace

Annotations read_kinetics(int64_t variant, const fs::path& folder) {
  if (std::find(kVariants.begin(), kVariants.end(), variant) == kVariants.end())
    throw usage_error(fmt::format("there is no Kinetics of {} classes", variant), "", fmt::format("known: {}", fmt::join(kVariants, ", ")));
  const Folders folders{folder, folder / "annotations", folder / "labels"};
  Annotations result = variant == kMini ? read_mini(folder, folders) : read_label_files(variant, folders);
  if (result.splits.empty()) throw no_lists(folder, fmt::format("kinetics-{0}_train.csv and kinetics-{0}_val.csv", variant));
  result.classes = sorted_labels(result);
  if (result.classes.empty())
    throw input_error("no list tells labels, those of tests keep them secret", printable(folder.string()),
                      fmt::format("put kinetics-{0}_train.csv or kinetics-{0}_val.csv beside it", variant));
  check_counts(official(fmt::format("kinetics-{}", variant)), result);
  check_classes(result);
  check_duplicates(SameClip::kTimes, false, result);
  return result;
}

}  // namespace vbench::annotations
