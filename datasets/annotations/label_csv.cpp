#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "datasets/annotations/lists.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::annotations {
namespace fs = std::filesystem;
namespace {

constexpr const char* kColumns = "label,id,time_start,time_end,split,path,frames";

std::string number_text(const std::optional<double>& value) { return value ? fmt::format("{}", *value) : ""; }

int64_t frames_of(const csv::Table& table, const csv::Row& row) {
  const std::string text = trim(row.cells[table.column("frames")]);
  if (text.empty()) return 0;
  const auto frames = parse_int(text);
  if (!frames || *frames < 0)
    throw input_error(fmt::format("'{}' in column 'frames' is no number of frames", printable(text)), table.place(row));
  return *frames;
}

ListedVideo row_of(const csv::Table& table, const csv::Row& row, const VideoColumns& columns) {
  ListedVideo video = video_of(table, row, columns);
  if (video.label.empty()) throw input_error("the cell of column 'label' is empty", table.place(row));
  if (table.has("frames")) video.frames = frames_of(table, row);
  if (table.has("path")) video.media = row.cells[table.column("path")];
  if (video.media.empty()) video.media = folder_name(video, video.start && video.end);
  return video;
}

/// Notes what is odd about the rows, by line.
class RowNotes {
 public:
  explicit RowNotes(const csv::Table& table) : table_(table) {}

  void look_at(const csv::Row& row, const ListedVideo& video) {
    if (!is_utf8(video.label) || !is_utf8(video.id)) ++odd_names_;
    const auto key = csv::row_text({video.label, video.id, number_text(video.start), number_text(video.end), video.media});
    const auto [first, fresh] = lines_.emplace(key, row.line);
    if (!fresh) add(kRowTwice, row, fmt::format("it says the same as line {}", first->second));
    note_times_out_of_order(video, table_.place(row), notes_);
  }

  void finish(const fs::path& path, std::vector<Note>& notes) {
    note_bytes(path, {table_.file().byte_order_mark, table_.file().carriage_returns, odd_names_}, notes);
    notes.insert(notes.end(), notes_.begin(), notes_.end());
  }

 private:
  void add(const char* kind, const csv::Row& row, std::string message) {
    notes_.push_back({kind, table_.place(row), std::move(message), false});
  }

  const csv::Table& table_;
  std::unordered_map<std::string, int64_t> lines_;
  std::vector<Note> notes_;
  int64_t odd_names_ = 0;
};

}  // namespace

std::vector<ListedVideo> read_label_csv(const fs::path& path, std::vector<Note>* notes) {
  const csv::Table table(path);
  const auto optional = [&](const char* name) { return table.has(name) ? name : ""; };
  const VideoColumns columns{"label", table.has("youtube_id") ? "youtube_id" : "id", optional("time_start"), optional("time_end")};
  for (const auto& name : {columns.label, columns.id}) (void)table.column(name);  // also where there are no rows
  std::vector<ListedVideo> videos;
  videos.reserve(table.rows().size());
  RowNotes row_notes(table);
  for (const auto& row : table.rows()) {
    videos.push_back(row_of(table, row, columns));
    if (notes != nullptr) row_notes.look_at(row, videos.back());
  }
  if (notes != nullptr) row_notes.finish(path, *notes);
  return videos;
}

void write_label_csv(const fs::path& path, const std::vector<ListedVideo>& videos, const std::string& split) {
  std::string text = fmt::format("{}\n", kColumns);
  for (const auto& video : videos) {
    text += csv::row_text({video.label, video.id, number_text(video.start), number_text(video.end), split, video.media,
                           video.frames > 0 ? std::to_string(video.frames) : ""});
  }
  write_file_atomically(path, text);
}

std::string folder_name(const ListedVideo& video, bool time_slices) {
  if (!time_slices) return fmt::format("{}/{}", video.label, video.id);
  if (!video.start || !video.end)
    throw input_error(fmt::format("the clip of '{}' has no times, its folder cannot be named after them", printable(video.id)),
                      printable(video.label));
  return fmt::format("{}/{}_{:06d}_{:06d}", video.label, video.id, static_cast<int64_t>(*video.start), static_cast<int64_t>(*video.end));
}

}  // namespace vbench::annotations
