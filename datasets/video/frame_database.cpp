#include "datasets/video/frame_database.hpp"
#include "datasets/loader/stage_clock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"

namespace vbench::video {
namespace fs = std::filesystem;
namespace {

constexpr const char* kConvertAgain = "convert the video again";

sqlite::Subject subject() { return {.name = "frame database", .damaged_hint = kConvertAgain}; }

sqlite::Database open_for_reading(const fs::path& file) {
  std::error_code error;
  if (fs::is_regular_file(file, error) && fs::file_size(file, error) == 0)
    throw input_error("the frame database is empty", printable(file.string()), kConvertAgain);
  return {file, file.string(), SQLITE_OPEN_READONLY, subject()};
}

/// "any/frame_00012" -> 12. The part before the slash is not looked at: folders get renamed.
std::optional<int64_t> frame_number(std::string_view id) {
  constexpr std::string_view kFrame = "frame_";
  const std::string_view last = id.substr(id.rfind('/') + 1);  // npos + 1 is 0
  return last.starts_with(kFrame) ? parse_int(last.substr(kFrame.size())) : std::nullopt;
}

/// Ends a read however it is left: an open one would keep writers out.
class ReadEnd {
 public:
  explicit ReadEnd(sqlite::Statement& statement) : statement_(statement) {}
  ReadEnd(const ReadEnd&) = delete;
  ReadEnd& operator=(const ReadEnd&) = delete;
  ~ReadEnd() { statement_.reset(); }

 private:
  sqlite::Statement& statement_;
};

}  // namespace

void map_pages(const sqlite::Database& database) { database.execute("PRAGMA mmap_size=1099511627776"); }  // SQLite lowers it to its limit

FrameDatabase::FrameDatabase(const fs::path& folder)
    : EncodedFrames(folder / kFrameDatabase),
      database_(open_for_reading(folder / kFrameDatabase)),
      select_(database_, "SELECT frames FROM Images WHERE rowid=?") {
  map_pages(database_);
  find_rows();
  require_count(folder / kFrameCount);
}

void FrameDatabase::find_rows() {
  sqlite::Statement all(database_, "SELECT rowid, ObjId FROM Images");
  std::vector<std::pair<int64_t, int64_t>> found;  // number, rowid
  while (all.step()) {
    const auto number = frame_number(all.text(1));
    if (!number || *number < 1) throw input_error(fmt::format("the row '{}' is no frame", printable(all.text(1))), name(), kConvertAgain);
    found.emplace_back(*number, all.integer(0));
  }
  std::sort(found.begin(), found.end());
  for (const auto& [number, row] : found) {
    const int64_t expected = static_cast<int64_t>(rows_.size()) + 1;
    if (number < expected) throw input_error(fmt::format("frame_{:05d} is there twice", number), name(), kConvertAgain);
    if (number > expected) throw input_error(fmt::format("frame_{:05d} is missing", expected), name(), kConvertAgain);
    rows_.push_back(row);
  }
  if (rows_.empty()) throw input_error("the frame database holds no frames", name(), kConvertAgain);
}

void FrameDatabase::require_count(const fs::path& file) const {
  constexpr uint64_t kLongest = 4096;
  std::error_code error;
  if (fs::status(file, error).type() == fs::file_type::not_found)
    throw input_error("the file is missing, so the conversion has not ended", printable(file.string()),
                      fmt::format("{}, or write the number of frames into it: frames.db holds {}", kConvertAgain, rows_.size()));
  const std::string text = read_file(file, kLongest);
  const auto count = parse_int(trim(text.substr(0, text.find('\n'))));
  if (!count) throw input_error(fmt::format("'{}' is no number of frames", printable(trim(text))), printable(file.string()), kConvertAgain);
  if (*count != static_cast<int64_t>(rows_.size()))
    throw input_error(fmt::format("says {} frames, frames.db beside it holds {}", *count, rows_.size()), printable(file.string()),
                      kConvertAgain);
}

void FrameDatabase::visit(std::span<const int64_t> ascending, const Visit& visit) {
  const ReadEnd end(select_);
  for (const int64_t index : ascending) {
    if (index >= frames()) fail_past_end(index, frames());
    if (!select_.bind(rows_[static_cast<size_t>(index)]).step())
      throw input_error(fmt::format("frame {} has gone since the file was opened", index), name(), kConvertAgain);
    visit(index, select_.bytes(0));
  }
}

struct PackedDatabase::Connection {
  explicit Connection(const fs::path& file) : database(open_for_reading(file)), select(database, "SELECT jpeg FROM Frames WHERE id=?") {}
  sqlite::Database database;
  sqlite::Statement select;
};

namespace {

/// A video within a packed file.
class PackedFrames : public EncodedFrames {
 public:
  PackedFrames(const fs::path& file, const std::string& video, std::shared_ptr<void> connection, sqlite::Statement& select, int64_t id,
               int64_t frames)
      : EncodedFrames(file, video), connection_(std::move(connection)), select_(select), id_(id), frames_(frames) {}

  [[nodiscard]] int64_t frames() override { return frames_; }

  void visit(std::span<const int64_t> ascending, const Visit& visit) override {
    const ReadEnd end(select_);
    for (const int64_t index : ascending) {
      if (index >= frames_) fail_past_end(index, frames_);
      if (!select_.bind(packed::key(id_, index)).step())
        throw input_error(fmt::format("frame {} is missing", index), name(), kConvertAgain);
      visit(index, select_.bytes(0));
    }
  }

 private:
  std::shared_ptr<void> connection_;  // owns the statement
  sqlite::Statement& select_;
  int64_t id_, frames_;
};

void require_packed(const fs::path& file) {
  const sqlite::Database database = open_for_reading(file);
  const int64_t version = database.number("PRAGMA user_version");
  if (database.number("PRAGMA application_id") != packed::kApplicationId)
    throw input_error("is no packed frame database", printable(file.string()), "'vbench data convert ... --set layout=packed' makes one");
  if (version != packed::kVersion)
    throw input_error(fmt::format("is a packed frame database of version {}, this vbench reads {}", version, packed::kVersion),
                      printable(file.string()));
}

}  // namespace

PackedDatabase::PackedDatabase(const fs::path& file) {
  std::error_code error;
  if (fs::status(file, error).type() == fs::file_type::not_found) {
    const bool unfinished = fs::exists(file.parent_path() / packed::kUnfinished, error);
    throw input_error(unfinished ? "the conversion has not ended" : "the file is missing", printable(file.string()),
                      unfinished ? "run the same 'vbench data convert' again; it goes on where it stopped" : "");
  }
  require_packed(file);
  connection_ = std::make_shared<Connection>(file);
  map_pages(connection_->database);
}

std::vector<std::string> PackedDatabase::names() const {
  sqlite::Statement all(connection_->database, "SELECT name FROM Videos ORDER BY name");
  std::vector<std::string> names;
  while (all.step()) names.push_back(all.text(0));
  return names;
}

std::unique_ptr<EncodedFrames> PackedDatabase::open(const std::string& name) const {
  const StageScope reading(ReadStage::kRead);
  sqlite::Statement find(connection_->database, "SELECT id, frames FROM Videos WHERE name=?");
  const auto& file = connection_->database.file();
  if (!find.bind(name).step())
    throw input_error(fmt::format("holds no video '{}'", printable(name)), printable(file.string()), printable(suggest(name, names())));
  return std::make_unique<PackedFrames>(file, name, connection_, connection_->select, find.integer(0), find.integer(1));
}

}  // namespace vbench::video
