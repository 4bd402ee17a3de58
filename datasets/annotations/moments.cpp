#include <fmt/format.h>

#include "datasets/annotations/lists.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

/// "name,index"; '+' and other signs belong to names.
std::vector<std::string> read_categories(const fs::path& path, std::vector<Note>& notes) {
  NumberedClasses classes;
  for_each_line(path, notes, [&](const Line& line) {
    const size_t comma = line.text.rfind(',');
    const auto index = comma == std::string::npos ? std::nullopt : parse_int(trim(line.text.substr(comma + 1)));
    if (!index) throw input_error(fmt::format("'{}' is not '<class>,<index>'", printable(line.text)), line.place);
    classes.add(*index, trim(line.text.substr(0, comma)), line.place);
  });
  return classes.names(0, path);
}

/// `file,label,positive responses,negative responses`; the responses are not needed and may be left out.
void read_rows(const fs::path& path, const std::string& videos_folder, const ClassList& classes, Annotations& result,
               const std::string& split) {
  const std::string where = printable(path.string());
  const auto file = csv::parse(read_file(path), where);
  OddBytes odd{file.byte_order_mark, file.carriage_returns, 0};
  auto& videos = result.splits[split];
  for (const auto& row : file.rows) {
    const std::string place = fmt::format("{}: line {}", where, row.line);
    if (row.cells.size() < 2 || row.cells[0].empty())
      throw input_error(fmt::format("{} cells, expected file,label,positive,negative", row.cells.size()), place);
    const std::string& name = row.cells[0];
    const std::string& label = row.cells[1];
    (void)classes.index(label, place);
    const auto [folder, stem] = media_name(name);
    if (!folder.empty() && folder != label)
      result.notes.push_back(
          {"label unlike the folder", place, fmt::format("'{}' is labelled '{}'", printable(name), printable(label)), false});
    if (!is_utf8(name)) ++odd.other_than_utf8;
    videos.push_back({label, stem, {}, {}, fmt::format("{}/{}{}", videos_folder, folder.empty() ? label + "/" : "", name), 0});
  }
  note_bytes(path, odd, result.notes);
}

}  // namespace

Annotations read_moments(const fs::path& folder) {
  constexpr const char* kExpected = "moments_categories.txt, trainingSet.csv and validationSet.csv";
  Annotations result;
  const fs::path categories = find_list({folder}, {"moments_categories.txt"}, result.notes);
  if (categories.empty()) throw no_lists(folder, kExpected);
  result.classes = read_categories(categories, result.notes);
  const ClassList classes(result.classes, printable(categories.string()));
  const fs::path train = find_list({folder}, {"trainingSet.csv"}, result.notes),
                 val = find_list({folder}, {"validationSet.csv"}, result.notes);
  if (!train.empty()) read_rows(train, "training", classes, result, "train");
  if (!val.empty()) read_rows(val, "validation", classes, result, "val");
  if (result.splits.empty()) throw no_lists(folder, kExpected);
  const Official& second = official("moments-in-time-v2");
  const bool is_second = static_cast<int64_t>(result.classes.size()) == second.classes;
  check_counts(is_second ? second : official("moments-in-time"), result);
  check_classes(result);
  check_duplicates(SameClip::kMedia, true, result);
  return result;
}

}  // namespace vbench::annotations
