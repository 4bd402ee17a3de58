#include "datasets/audio_visual/official_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "datasets/annotations/lists.hpp"
#include "datasets/audio_visual/family.hpp"
#include "datasets/clips/labels.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::audio_visual {
namespace fs = std::filesystem;
using annotations::Note;

namespace {

constexpr int64_t kClipSeconds = 10;
constexpr int64_t kLatestStart = 999'999;  // six digits, as names of files have them

/// How copies call a clip of ten seconds.
std::vector<std::string> clip_names(const std::string& id, int64_t start, int64_t end) {
  return {fmt::format("{}_{:06d}", id, start), fmt::format("{}_{:06d}_{:06d}", id, start, end),
          fmt::format("{}_{}_{}", id, 1000 * start, 1000 * end), fmt::format("{}_{}_{}", id, start, end), id};
}

/// A name that may become that of a folder.
const std::string& safe_label(const std::string& label, const std::string& place) {
  const bool bad = label.empty() || label.front() == '.' || label.find('/') != std::string::npos || label.find('\0') != std::string::npos;
  if (bad) throw input_error(fmt::format("'{}' cannot be the name of a class's folder", printable(label)), place);
  return label;
}

void add_notes(const std::vector<Note>& notes, OfficialLists& lists) {
  for (std::string& line : clips::summaries(notes)) lists.notes.push_back(std::move(line));
}

OfficialVideo ave_video(const annotations::Line& line, std::vector<Note>& notes) {
  const auto fields = split(line.text, '&');
  const bool whole = fields.size() == 5 && std::none_of(fields.begin(), fields.end(), [](const auto& field) { return field.empty(); });
  const auto start = whole ? parse_double(fields[3]) : std::nullopt, end = whole ? parse_double(fields[4]) : std::nullopt;
  if (!start || !end) throw input_error(fmt::format("'{}' is not 'category&id&quality&start&end'", printable(line.text)), line.place);
  if (*end <= *start) notes.push_back({"event without length", line.place, fmt::format("'{}' ends when it starts", printable(fields[1]))});
  return {safe_label(fields[0], line.place), fields[1], {fields[1]}};
}

std::vector<OfficialVideo> read_ave_list(const fs::path& path, std::vector<Note>& notes) {
  std::vector<OfficialVideo> videos;
  annotations::for_each_line(path, notes, [&](const annotations::Line& line) {
    if (videos.empty() && line.text.starts_with("Category&VideoID")) return;
    videos.push_back(ave_video(line, notes));
  });
  return videos;
}

/// Start of "<id>_<start:06d>"; nothing for another form.
std::optional<int64_t> start_in_name(const std::string& stem) {
  constexpr size_t kDigits = 6;
  if (stem.size() <= kDigits + 1 || stem[stem.size() - kDigits - 1] != '_') return std::nullopt;
  const auto start = parse_int(stem.substr(stem.size() - kDigits));
  return start && *start >= 0 ? start : std::nullopt;
}

OfficialVideo vgg_video(const std::string& id, int64_t start, const std::string& label, const std::string& place) {
  return {safe_label(label, place), fmt::format("{}_{:06d}", id, start), clip_names(id, start, start + kClipSeconds)};
}

/// Rows of four cells: id, start, label, split.
void read_vgg_table(const fs::path& path, OfficialLists& lists) {
  const std::string where = printable(path.string());
  for (const auto& row : csv::parse(read_file(path), where).rows) {
    const std::string place = fmt::format("{}: line {}", where, row.line);
    const auto start = row.cells.size() == 4 ? parse_int(trim(row.cells[1])) : std::nullopt;
    const std::string split = start ? trim(row.cells[3]) : "";
    if (start && (*start < 0 || *start > kLatestStart))
      throw input_error(fmt::format("a clip cannot start at {} s, only at 0 to {}", *start, kLatestStart), place);
    if (!start || (split != "train" && split != "test")) throw input_error("is not 'id,start,label,train' or 'id,start,label,test'", place);
    lists.splits[split == "test" ? "val" : split].push_back(vgg_video(trim(row.cells[0]), *start, trim(row.cells[2]), place));
  }
}

/// Rows of two cells: file, label.
std::vector<OfficialVideo> read_vgg_files(const fs::path& path) {
  std::vector<OfficialVideo> videos;
  const std::string where = printable(path.string());
  for (const auto& row : csv::parse(read_file(path), where).rows) {
    const std::string place = fmt::format("{}: line {}", where, row.line);
    const std::string stem = row.cells.size() == 2 ? annotations::media_name(trim(row.cells[0])).stem : "";
    const auto start = start_in_name(stem);
    if (!start) throw input_error("is not '<id>_<start, six digits>.mp4,label'", place);
    videos.push_back(vgg_video(stem.substr(0, stem.size() - 7), *start, trim(row.cells[1]), place));
  }
  return videos;
}

OfficialLists kinetics_of(const fs::path& folder, const std::vector<std::string>& classes) {
  const auto all = annotations::read_kinetics(400, folder);
  const std::set<std::string> wanted(classes.begin(), classes.end());
  OfficialLists lists;
  add_notes(all.notes, lists);
  for (const auto& [split, videos] : all.splits) {
    for (const auto& video : videos) {
      const std::string label = underscored(video.label);
      if (label.empty() || (!wanted.empty() && !wanted.contains(label))) continue;  // lists of tests may keep labels secret
      const auto start = static_cast<int64_t>(*video.start), end = static_cast<int64_t>(*video.end);
      auto names = clip_names(video.id, start, end);
      std::swap(names[0], names[1]);
      lists.splits[split].push_back({safe_label(label, video.id), fmt::format("{}_{:06d}", video.id, start), std::move(names)});
    }
  }
  return lists;
}

}  // namespace

OfficialLists read_ave_lists(const fs::path& folder) {
  OfficialLists lists;
  std::vector<Note> notes;
  for (const auto& [split, name] : {std::pair{"train", "trainSet.txt"}, std::pair{"val", "valSet.txt"}, std::pair{"test", "testSet.txt"}}) {
    const auto path = annotations::find_list({folder}, {name}, notes);
    if (path.empty()) {
      notes.push_back({"missing list", name, fmt::format("there is no list of the split '{}'", split)});
    } else {
      lists.splits[split] = read_ave_list(path, notes);
    }
  }
  if (lists.splits.empty()) throw annotations::no_lists(folder, "trainSet.txt, valSet.txt and testSet.txt");
  add_notes(notes, lists);
  return lists;
}

OfficialLists read_vgg_sound_lists(const fs::path& folder) {
  OfficialLists lists;
  std::vector<Note> notes;
  if (const auto table = annotations::find_list({folder}, {"vggsound.csv"}, notes); !table.empty()) {
    read_vgg_table(table, lists);
  } else {
    for (const auto& [split, name] : {std::pair{"train", "train.csv"}, std::pair{"val", "test.csv"}}) {
      const auto path = annotations::find_list({folder}, {name}, notes);
      if (!path.empty()) lists.splits[split] = read_vgg_files(path);
      if (path.empty()) notes.push_back({"missing list", name, fmt::format("there is no list for the split '{}'", split)});
    }
  }
  if (lists.splits.empty()) throw annotations::no_lists(folder, "vggsound.csv, or train.csv and test.csv");
  add_notes(notes, lists);
  return lists;
}

OfficialLists read_kinetics_lists(const fs::path& folder) { return kinetics_of(folder, {}); }
OfficialLists read_kinetics_sound_lists(const fs::path& folder) { return kinetics_of(folder, kinetics_sound_classes()); }

const std::vector<std::string>& kinetics_sound_classes() {
  static const std::vector<std::string> names{"blowing_nose",
                                              "blowing_out_candles",
                                              "bowling",
                                              "chopping_wood",
                                              "dribbling_basketball",
                                              "laughing",
                                              "mowing_lawn",
                                              "playing_accordion",
                                              "playing_bagpipes",
                                              "playing_bass_guitar",
                                              "playing_clarinet",
                                              "playing_drums",
                                              "playing_guitar",
                                              "playing_harmonica",
                                              "playing_keyboard",
                                              "playing_organ",
                                              "playing_piano",
                                              "playing_saxophone",
                                              "playing_trombone",
                                              "playing_trumpet",
                                              "playing_violin",
                                              "playing_xylophone",
                                              "ripping_paper",
                                              "shoveling_snow",
                                              "shuffling_cards",
                                              "singing",
                                              "stomping_grapes",
                                              "strumming_guitar",
                                              "tap_dancing",
                                              "tapping_guitar",
                                              "tapping_pen",
                                              "tickling"};
  return names;
}

}  // namespace vbench::audio_visual
