#include "datasets/annotations/lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;

fs::path find_list(const Folders& folders, const std::vector<std::string>& names, std::vector<Note>& notes) {
  fs::path found;
  for (const auto& folder : folders) {
    for (const auto& name : names) {
      const fs::path path = folder / name;
      if (!fs::is_regular_file(path)) continue;
      if (found.empty()) {
        found = path;
      } else if (!fs::equivalent(path, found)) {
        notes.push_back({"list not read", path.string(), fmt::format("'{}' is read instead", found.string()), false});
      }
    }
  }
  return found;
}

Error no_lists(const fs::path& folder, const std::string& expected) {
  const bool exists = fs::is_directory(folder);
  return input_error(exists ? "the folder holds no list of videos" : "there is no such folder", printable(folder.string()),
                     fmt::format("expected {}", expected));
}

bool is_utf8(std::string_view text) {
  // printable() spells out what is not UTF-8; it does so with control characters too, which are none of the matter here.
  std::string visible(text);
  visible.erase(std::remove_if(visible.begin(), visible.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }), visible.end());
  return printable(visible) == visible;
}

void note_bytes(const fs::path& path, const OddBytes& odd, std::vector<Note>& notes) {
  const auto add = [&](const char* kind, std::string message) {
    notes.push_back({kind, printable(path.string()), std::move(message), false});
  };
  if (odd.byte_order_mark) add("byte order mark", "the file starts with a byte order mark, which was skipped");
  if (odd.carriage_returns) add("carriage returns", "lines end with carriage returns, which were cut");
  if (odd.other_than_utf8 > 0) add("not UTF-8", fmt::format("{} lines are not UTF-8; names are kept byte for byte", odd.other_than_utf8));
}

void for_each_line(const fs::path& path, std::vector<Note>& notes, const std::function<void(const Line&)>& use) {
  const std::string where = printable(path.string()), bytes = read_file(path);
  std::string_view rest = bytes;
  OddBytes odd{csv::cut_byte_order_mark(rest, where), rest.find('\r') != std::string_view::npos, 0};
  for (int64_t number = 1; !rest.empty(); ++number) {
    const auto text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    if (!is_utf8(text)) ++odd.other_than_utf8;
    const Line line{trim(text), number, fmt::format("{}: line {}", where, number)};
    if (!line.text.empty()) use(line);
  }
  note_bytes(path, odd, notes);
}

std::optional<Numbered> try_cut_number(std::string_view text) {
  const size_t blank = text.find_last_of(" \t");
  if (blank == std::string_view::npos) return std::nullopt;
  const auto number = parse_int(text.substr(blank + 1));
  if (!number || *number < 0) return std::nullopt;
  return Numbered{trim(text.substr(0, blank)), *number};
}

Numbered cut_number(const Line& line, const std::string& expected) {
  auto cut = try_cut_number(line.text);
  if (!cut || cut->text.empty()) throw input_error(fmt::format("'{}' is not {}", printable(line.text), expected), line.place);
  return std::move(*cut);
}

namespace {

std::optional<double> seconds(const std::string& cell, const std::string& column, const std::string& place) {
  const std::string text = trim(cell);
  if (text.empty()) return std::nullopt;
  const auto value = parse_double(text);
  constexpr double kLongest = 1e6;  // eleven days: no video lasts longer
  if (!value || !std::isfinite(*value) || *value < 0 || *value >= kLongest)
    throw input_error(fmt::format("'{}' in column '{}' is no time in seconds", printable(text), column), place);
  return value;
}

}  // namespace

ListedVideo video_of(const csv::Table& table, const csv::Row& row, const VideoColumns& columns) {
  const auto cell = [&](const std::string& name) -> const std::string& { return row.cells[table.column(name)]; };
  const std::string place = table.place(row);
  ListedVideo video;
  video.id = trim(cell(columns.id));
  if (video.id.empty()) throw input_error(fmt::format("the cell of column '{}' is empty", columns.id), place);
  if (!columns.label.empty()) video.label = cell(columns.label);
  if (!columns.start.empty()) video.start = seconds(cell(columns.start), columns.start, place);
  if (!columns.end.empty()) video.end = seconds(cell(columns.end), columns.end, place);
  return video;
}

std::string clip_name(const ListedVideo& video) {
  const std::string name = folder_name(video, true);
  return video.label.empty() ? name.substr(1) : name;
}

void note_times_out_of_order(const ListedVideo& video, const std::string& place, std::vector<Note>& notes) {
  if (!video.start || !video.end || *video.start < *video.end) return;
  notes.push_back({"times out of order", place, fmt::format("the clip starts at {} s and ends at {} s", *video.start, *video.end), false});
}

void NumberedClasses::add(int64_t number, const std::string& name, const std::string& place) {
  const auto [first, fresh] = names_.emplace(number, name);
  if (!fresh)
    throw input_error(fmt::format("'{}' has the number {}, which is that of '{}'", printable(name), number, printable(first->second)),
                      place);
}

std::vector<std::string> NumberedClasses::names(int64_t first, const fs::path& path) const {
  std::vector<std::string> names;
  for (const auto& [number, name] : names_) {
    const auto expected = static_cast<int64_t>(names.size()) + first;
    if (number != expected)
      throw input_error(fmt::format("the class with the number {} is missing, the next one is {}", expected, number),
                        printable(path.string()),
                        fmt::format("numbers have to be {}, {}, {}, ... without gaps", first, first + 1, first + 2));
    names.push_back(name);
  }
  return names;
}

MediaName media_name(const std::string& path) {
  static const std::set<std::string> known{".mp4", ".m4v", ".avi", ".webm", ".mkv", ".mov", ".mpg", ".mpeg", ".wmv", ".flv", ".3gp"};
  const size_t slash = path.find_last_of('/');
  MediaName name{slash == std::string::npos ? "" : path.substr(0, slash), slash == std::string::npos ? path : path.substr(slash + 1)};
  const size_t dot = name.stem.find_last_of('.');
  if (dot == std::string::npos || dot == 0) return name;
  std::string extension = name.stem.substr(dot);
  std::transform(extension.begin(), extension.end(), extension.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c; });
  if (known.contains(extension)) name.stem.resize(dot);
  return name;
}

}  // namespace vbench::annotations
