#include <fmt/format.h>

#include "datasets/annotations/lists.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

const VideoColumns kColumns{"classname", "youtube_id", "start", "end"};

std::string split_of(const std::string& subset, const std::string& place) {
  static const std::map<std::string, std::string> splits{{"training", "train"}, {"validation", "val"}, {"testing", "test"}};
  const auto found = splits.find(subset);
  if (found == splits.end())
    throw input_error(fmt::format("'{}' is no subset", printable(subset)), place, "known: training, validation, testing");
  return found->second;
}

/// Whether the video shows the class in these seconds; test rows do not tell.
bool is_positive(const std::string& cell, const std::string& split, const std::string& place) {
  const auto label = parse_int(trim(cell));
  if (trim(cell).empty() && split == "test") return true;
  if (!label || (*label != 1 && *label != -1))
    throw input_error(fmt::format("'{}' in column 'label' is neither 1 nor -1", printable(cell)), place);
  return *label == 1;
}

}  // namespace

Annotations read_hacs(const fs::path& folder) {
  Annotations result;
  const fs::path path =
      find_list({folder, folder / "HACS_v1.1.1", folder / "HACS_v1.1"}, {"HACS_clips_v1.1.1.csv", "HACS_clips_v1.1.csv"}, result.notes);
  if (path.empty()) throw no_lists(folder, "HACS_clips_v1.1.1.csv");
  const csv::Table table(path);
  const size_t subset = table.column("subset"), label = table.column("label");
  OddBytes odd{table.file().byte_order_mark, table.file().carriage_returns, 0};
  int64_t negative = 0;
  for (const auto& row : table.rows()) {
    const std::string place = table.place(row), split = split_of(trim(row.cells[subset]), place);
    if (!is_positive(row.cells[label], split, place)) {
      ++negative;
      continue;
    }
    ListedVideo video = video_of(table, row, kColumns);
    if (video.label.empty() && split != "test") throw input_error("the cell of column 'classname' is empty", place);
    if (!video.start || !video.end) throw input_error("the clip has no times", place);
    note_times_out_of_order(video, place, result.notes);
    if (!is_utf8(video.label)) ++odd.other_than_utf8;
    video.media = clip_name(video);
    result.splits[split].push_back(std::move(video));
  }
  note_bytes(path, odd, result.notes);
  if (negative > 0)
    result.notes.push_back({"negative clips", printable(path.string()),
                            fmt::format("{} rows say what a clip does not show; they are left out", negative), false});
  result.classes = sorted_labels(result);
  if (result.classes.empty()) throw input_error("the list has no positive clip with a class", printable(path.string()));
  check_counts(official("hacs"), result);
  check_classes(result);
  check_duplicates(SameClip::kTimes, true, result);
  return result;
}

}  // namespace vbench::annotations
