#include "datasets/video/frame_writer.hpp"

#include <fmt/format.h>

#include <utility>

#include "datasets/video/picture.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

sqlite::Subject written_database() {
  return {.name = "frame database",
          .no_space_hint = "free some space; the same command goes on where it stopped",
          .read_only_hint = "choose a folder that can be written to, with --output",
          .damaged_hint = "delete the file and convert again"};
}

constexpr int64_t kSmallest = 1;  // a check decodes at the least size: all data are still gone through

void require_written(int64_t index, int64_t expected, const fs::path& file) {
  if (index != expected)
    throw input_error(fmt::format("holds {} frames after {} were written", index, expected), printable(file.string()),
                      "the disk may be bad");
}

/// Decodes every row in order of the frames. @param rows  gives the blob in column 0
void verify_rows(sqlite::Statement& rows, int64_t frames, const fs::path& file) {
  const std::string name = printable(file.string());
  int64_t index = 0;
  for (; rows.step(); ++index) (void)decode_picture(rows.bytes(0), kSmallest, {name, index});
  require_written(index, frames, file);
}

/// An unfinished file that no process reads: nothing to roll back, and the caller syncs it.
int64_t write_rows(const fs::path& file, const std::string& id, const NextFrame& next_frame) {
  const sqlite::Database database(file, file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, written_database());
  database.execute("PRAGMA journal_mode=MEMORY");
  database.execute("PRAGMA synchronous=OFF");
  sqlite::Transaction transaction(database, "BEGIN");
  database.execute("CREATE TABLE Images(ObjId STRING, frames BLOB, size INT)");
  sqlite::Statement insert(database, "INSERT INTO Images(ObjId, frames, size) VALUES(?,?,?)");
  int64_t frames = 0;
  while (const auto frame = next_frame()) {
    insert.bind(fmt::format("{}/frame_{:05d}", id, ++frames), sqlite::Bytes{frame->jpeg}, frame->width).run();
  }
  database.execute("CREATE INDEX Images_ObjId ON Images(ObjId)");
  transaction.commit();
  sqlite::Statement rows(database, "SELECT frames FROM Images ORDER BY rowid");
  verify_rows(rows, frames, file);
  return frames;
}

void require_writable(const sqlite::Database& database) {
  if (database.read_only()) database.fail(SQLITE_READONLY);
}

/// The first frame is asked for before anything is touched on disk.
NextFrame beginning_with(std::optional<EncodedFrame> first, const NextFrame& rest) {
  return [first = std::move(first), &rest]() mutable {
    auto frame = first ? std::exchange(first, std::nullopt) : rest();
    return frame;
  };
}

}  // namespace

int64_t write_frame_database(const fs::path& folder, const NextFrame& next_frame) {
  auto first = next_frame();
  if (!first) throw input_error("there are no frames to write", printable(folder.string()));
  const auto all_frames = beginning_with(std::move(first), next_frame);
  make_folder(folder);
  remove_abandoned_files(folder);
  std::error_code ignored;
  fs::remove(folder / kFrameCount, ignored);  // from here on the folder is visibly unfinished
  int64_t frames = 0;
  replace_file_atomically(folder / kFrameDatabase,
                          [&](const fs::path& temporary) { frames = write_rows(temporary, folder.filename().string(), all_frames); });
  write_file_atomically(folder / kFrameCount, std::to_string(frames));
  return frames;
}

PackedWriter::PackedWriter(const fs::path& folder) : folder_(folder) {
  make_folder(folder);
  const fs::path finished = folder / kFrameDatabase, unfinished = folder / packed::kUnfinished;
  std::error_code error;
  if (fs::exists(finished, error)) {
    (void)PackedDatabase(finished);  // somebody else's file is not touched
    require_writable(sqlite::Database(finished, finished.string(), SQLITE_OPEN_READWRITE, written_database()));
    if (fs::exists(unfinished, error))
      throw input_error("a finished and an unfinished database lie in one folder", printable(folder.string()), "move one of them away");
    fs::rename(finished, unfinished);
  }
  database_.emplace(unfinished, unfinished.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, written_database());
  require_writable(*database_);
  sqlite::Transaction transaction(*database_, "BEGIN IMMEDIATE");
  if (database_->number("SELECT count(*) FROM sqlite_master") != 0) return;
  database_->execute(
      "CREATE TABLE Videos(id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, frames INTEGER NOT NULL);"
      "CREATE TABLE Frames(id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL)");
  database_->execute(fmt::format("PRAGMA application_id={}", packed::kApplicationId).c_str());
  database_->execute(fmt::format("PRAGMA user_version={}", packed::kVersion).c_str());
  transaction.commit();
}

std::optional<int64_t> PackedWriter::frames_of(const std::string& name) const {
  sqlite::Statement find(*database_, "SELECT frames FROM Videos WHERE name=?");
  return find.bind(name).step() ? std::optional(find.integer(0)) : std::nullopt;
}

void PackedWriter::add(const std::string& name, const std::vector<EncodedFrame>& frames) {
  const auto count = static_cast<int64_t>(frames.size());
  if (count == 0 || count >= packed::kMostFrames)
    throw input_error(fmt::format("{} frames cannot be stored, 1 to {} can", count, packed::kMostFrames - 1), printable(name));
  sqlite::Transaction transaction(*database_, "BEGIN IMMEDIATE");
  sqlite::Statement insert_video(*database_, "INSERT INTO Videos(name, frames) VALUES(?,?)");
  insert_video.bind(name, count).run();
  const int64_t video = sqlite3_last_insert_rowid(database_->handle());
  sqlite::Statement insert(*database_, "INSERT INTO Frames(id, jpeg) VALUES(?,?)");
  for (int64_t i = 0; i < count; ++i) {
    insert.bind(packed::key(video, i), sqlite::Bytes{frames[static_cast<size_t>(i)].jpeg}).run();
  }
  {
    sqlite::Statement rows(*database_, "SELECT jpeg FROM Frames WHERE id BETWEEN ? AND ? ORDER BY id");
    rows.bind(packed::key(video, 0), packed::key(video + 1, 0) - 1);
    verify_rows(rows, count, folder_ / packed::kUnfinished);
  }
  transaction.commit();
}

void PackedWriter::finish() {
  database_.reset();
  fs::rename(folder_ / packed::kUnfinished, folder_ / kFrameDatabase);
}

}  // namespace vbench::video
