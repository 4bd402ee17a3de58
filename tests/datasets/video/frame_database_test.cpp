// Frame databases: upstream's and the packed layout, and everything that may be wrong with them.
#include "datasets/video/frame_database.hpp"

#include <fstream>
#include <thread>

#include "tests/datasets/video/fixture.hpp"
#include "tests/support/child.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::run_sql;
using test::TemporaryFolder;
using test::which_pictures;
using test::write_database_as_upstream;
using testing::HasSubstr;
using video::FrameDatabase;
using video::PackedDatabase;
using Indices = std::vector<int64_t>;

constexpr int64_t kFrames = 12;

std::vector<video::EncodedFrame> frames_of(int64_t count) {
  std::vector<video::EncodedFrame> frames;
  for (int64_t i = 0; i < count; ++i) frames.push_back({video::encode_jpeg(test::picture(i), 95), test::kWidth});
  return frames;
}

video::NextFrame one_after_the_other(std::vector<video::EncodedFrame> frames) {
  return [frames = std::move(frames), at = size_t{0}]() mutable { return at < frames.size() ? std::optional(frames[at++]) : std::nullopt; };
}

/// One database of a video as upstream would write it.
class UpstreamDatabase : public testing::Test {
 protected:
  UpstreamDatabase() { write_database_as_upstream(video_, kFrames, "12"); }

  [[nodiscard]] std::string error() const {
    return error_of([&] {
      FrameDatabase source(video_);
      (void)source.read(Indices{0, 5, 11});
    });
  }
  void expect_error(const std::string& file, const std::string& text) const {
    EXPECT_THAT(error(), HasSubstr((video_ / file).string() + ": " + text));
  }

  TemporaryFolder folder_;
  const fs::path video_ = folder_ / "video";
};

TEST_F(UpstreamDatabase, IsReadByFrameNumberWhateverTheOrderOfItsRows) {
  FrameDatabase source(video_);
  EXPECT_EQ(source.frames(), kFrames);
  EXPECT_EQ(which_pictures(source.read(Indices{11, 0, 4, 4}), kFrames), (Indices{11, 0, 4, 4}));
}

TEST_F(UpstreamDatabase, IsReadInAFolderOfAnotherName) {
  fs::rename(video_, folder_ / "renamed");
  EXPECT_EQ(which_pictures(FrameDatabase(folder_ / "renamed").read(Indices{3}), kFrames), Indices{3});
}

TEST_F(UpstreamDatabase, MayHoldMoreThanNinetyNineThousandFrames) {
  run_sql(video_ / "frames.db", "DELETE FROM Images");
  run_sql(video_ / "frames.db",
          "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<100001) "
          "INSERT INTO Images SELECT printf('video/frame_%05d', i), x'00', 1 FROM n");
  std::ofstream(video_ / "n_frames") << 100001;
  FrameDatabase source(video_);
  EXPECT_EQ(source.frames(), 100001);
}

TEST_F(UpstreamDatabase, WithAWrongNumberOfFramesIsAnError) {
  std::ofstream(video_ / "n_frames") << "13\n";
  expect_error("n_frames", "says 13 frames, frames.db beside it holds 12; convert the video again");
  std::ofstream(video_ / "n_frames") << "many";
  expect_error("n_frames", "'many' is no number of frames");
  fs::remove(video_ / "n_frames");
  expect_error("n_frames", "the file is missing, so the conversion has not ended; convert the video again, or write the number");
}

TEST_F(UpstreamDatabase, WithFramesMissingOrTwiceIsAnError) {
  run_sql(video_ / "frames.db", "DELETE FROM Images WHERE ObjId='video/frame_00004'");
  expect_error("frames.db", "frame_00004 is missing");
  run_sql(video_ / "frames.db", "UPDATE Images SET ObjId='video/frame_00003' WHERE ObjId='video/frame_00005'");
  expect_error("frames.db", "frame_00003 is there twice");
  run_sql(video_ / "frames.db", "UPDATE Images SET ObjId='what?' WHERE ObjId='video/frame_00007'");
  expect_error("frames.db", "the row 'what?' is no frame");
  run_sql(video_ / "frames.db", "DELETE FROM Images");
  expect_error("frames.db", "the frame database holds no frames");
}

TEST_F(UpstreamDatabase, WithADamagedPictureNamesTheFrame) {
  const auto damaged = [&](const std::string& value) {
    run_sql(video_ / "frames.db", "UPDATE Images SET frames=" + value + " WHERE ObjId='video/frame_00006'");
    return error();
  };
  const std::string place = (video_ / "frames.db").string() + ": frame 5 cannot be decoded: ";
  EXPECT_THAT(damaged("substr(frames, 1, length(frames) / 2)"), HasSubstr(place));
  EXPECT_THAT(damaged("substr(frames, 1, 200)"), HasSubstr(place)) << "within the header";
  EXPECT_THAT(damaged("x'FFD8FF'"), HasSubstr(place));
  EXPECT_THAT(damaged("'text'"), HasSubstr(place + "the data are no picture"));
  EXPECT_THAT(damaged("NULL"), HasSubstr(place + "there are no data"));
  FrameDatabase source(video_);
  EXPECT_EQ(which_pictures(source.read(Indices{4, 6}), kFrames), (Indices{4, 6})) << "the others can be read";
}

TEST_F(UpstreamDatabase, ThatIsNoDatabaseOrAnotherOneIsAnError) {
  run_sql(video_ / "frames.db", "ALTER TABLE Images RENAME TO Pictures");
  expect_error("frames.db", "the frame database is damaged: no such table: Images; convert the video again");
  write_file_atomically(video_ / "frames.db", std::string(5000, 'x'));
  expect_error("frames.db", "the frame database is damaged: file is not a database");
  write_file_atomically(video_ / "frames.db", "");
  expect_error("frames.db", "the frame database is empty");
  fs::remove(video_ / "frames.db");
  expect_error("frames.db", "cannot open the frame database for reading");
}

TEST_F(UpstreamDatabase, CutInTheMiddleIsAnErrorWhereverTheCut) {
  const std::string whole = read_file(video_ / "frames.db");
  const size_t used = whole.find_last_not_of('\0') + 1;  // what is cut off behind it is nothing
  ASSERT_GT(used, whole.size() - 4096);
  for (size_t length = 512; length < used; length += 3 * 512) {
    write_file_atomically(video_ / "frames.db", whole.substr(0, length));
    const std::string message = error_of([&] {
      FrameDatabase source(video_);
      (void)source.read(Indices{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
    });
    EXPECT_THAT(message, HasSubstr((video_ / "frames.db").string())) << length << " of " << whole.size();
  }
}

TEST_F(UpstreamDatabase, IsReadWithoutAnyRightToWriteAndStaysAsItIs) {
  constexpr auto kReadable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  constexpr auto kPassable = kReadable | fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  const std::string before = read_file(video_ / "frames.db");
  fs::permissions(folder_.path(), kPassable, fs::perm_options::add);
  fs::permissions(video_ / "frames.db", kReadable);
  fs::permissions(video_, kPassable);
  EXPECT_EQ(test::in_child([&] {
              test::become_nobody();
              FrameDatabase source(video_);
              return fmt::format("{}", source.read(Indices{0, 1}).size());
            }),
            "2");
  fs::permissions(video_, fs::perms::owner_all);
  EXPECT_EQ(read_file(video_ / "frames.db"), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(video_), fs::directory_iterator()), 2) << "no journal, no log";
}

TEST_F(UpstreamDatabase, IsReadBySeveralThreadsEachWithASourceOfItsOwn) {
  std::vector<int64_t> right(4, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < right.size(); ++t) {
    threads.emplace_back([&, t] {
      FrameDatabase source(video_);
      for (int64_t i = 0; i < 20; ++i) right[t] += which_pictures(source.read(Indices{i % kFrames}), kFrames)[0] == i % kFrames ? 1 : 0;
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, std::vector<int64_t>(4, 20));
}

// ---- writing ----------------------------------------------------------------------------------------------------------

TEST(WriteFrameDatabase, HasUpstreamsTableWithAnIndexAndTheCount) {
  const TemporaryFolder folder;
  const fs::path place = folder / "class" / "it's";
  EXPECT_EQ(video::write_frame_database(place, one_after_the_other(frames_of(3))), 3);
  EXPECT_EQ(read_file(place / "n_frames"), "3");
  const sqlite::Database database(place / "frames.db", (place / "frames.db").string(), SQLITE_OPEN_READONLY);
  EXPECT_EQ(database.number("SELECT count(*) FROM Images WHERE size=64 AND typeof(frames)='blob'"), 3);
  EXPECT_EQ(database.number("SELECT count(*) FROM Images WHERE ObjId='it''s/frame_00003'"), 1);
  sqlite::Statement schema(database, "SELECT sql FROM sqlite_master ORDER BY type DESC");
  ASSERT_TRUE(schema.step());
  EXPECT_EQ(schema.text(0), "CREATE TABLE Images(ObjId STRING, frames BLOB, size INT)");
  EXPECT_TRUE(schema.step()) << "an index";
}

TEST(WriteFrameDatabase, ThatFailsLeavesNothingThatLooksWhole) {
  const TemporaryFolder folder;
  const fs::path place = folder / "video";
  EXPECT_THAT(error_of([&] { (void)video::write_frame_database(place, one_after_the_other({})); }), HasSubstr("no frames to write"));
  EXPECT_FALSE(fs::exists(place));
  auto bad = frames_of(3);
  bad[1].jpeg.resize(100);  // as a disk that loses data would: noticed when the rows are read back
  EXPECT_THAT(error_of([&] { (void)video::write_frame_database(place, one_after_the_other(bad)); }),
              HasSubstr("frame 1 cannot be decoded"));
  EXPECT_TRUE(fs::is_empty(place));
  (void)video::write_frame_database(place, one_after_the_other(frames_of(4)));
  EXPECT_THAT(error_of([&] { (void)video::write_frame_database(place, one_after_the_other(bad)); }),
              HasSubstr("frame 1 cannot be decoded"));
  EXPECT_THAT(error_of([&] { FrameDatabase source(place); }), HasSubstr("n_frames: the file is missing"));
}

// ---- packed -----------------------------------------------------------------------------------------------------------

class Packed : public testing::Test {
 protected:
  void write(const std::vector<std::string>& names, bool finish = true) {
    video::PackedWriter writer(folder_.path());
    for (const auto& name : names) writer.add(name, frames_of(static_cast<int64_t>(name.size())));
    if (finish) writer.finish();
  }
  [[nodiscard]] std::string opening_error() const {
    return error_of([&] { PackedDatabase database(file_); });
  }

  TemporaryFolder folder_;
  const fs::path file_ = folder_ / "frames.db";
};

TEST_F(Packed, HoldsVideosOfAnyName) {
  const std::vector<std::string> names{"a", "class/it's \"x\"; DROP TABLE Videos;--", "class/v", "d\xC3\xA9j\xE0/\n"};
  write(names);
  const PackedDatabase database(file_);
  EXPECT_EQ(database.names(), names);
  for (const auto& name : names) {
    const auto source = database.open(name);
    EXPECT_EQ(source->frames(), static_cast<int64_t>(name.size()));
    EXPECT_EQ(which_pictures(source->read(Indices{source->frames() - 1, 0}), source->frames()), (Indices{source->frames() - 1, 0}));
  }
}

TEST_F(Packed, NamesTheNearestVideos) {
  write({"class/video_1", "class/video_2"});
  EXPECT_THAT(error_of([&] { (void)PackedDatabase(file_).open("class/vidoe_1"); }),
              HasSubstr(file_.string() + ": holds no video 'class/vidoe_1'; did you mean 'class/video_1'"));
}

TEST_F(Packed, IsReadInterleaved) {
  write({"abcd", "efgh"});
  const PackedDatabase database(file_);
  const auto first = database.open("abcd"), second = database.open("efgh");
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(which_pictures(first->read(Indices{i}), 4), Indices{i});
    EXPECT_EQ(which_pictures(second->read(Indices{3 - i}), 4), Indices{3 - i});
  }
}

TEST_F(Packed, ThatIsNotFinishedCannotBeRead) {
  write({"abcd"}, false);
  EXPECT_THAT(opening_error(), HasSubstr("frames.db: the conversion has not ended; run the same 'vbench data convert' again"));
  write({"efgh"});
  EXPECT_EQ(PackedDatabase(file_).names(), (std::vector<std::string>{"abcd", "efgh"})) << "goes on where it stopped";
}

TEST_F(Packed, ThatIsSomethingElseIsAnErrorAndLeftAlone) {
  write_database_as_upstream(folder_.path(), 3, "3");
  const std::string before = read_file(file_);
  EXPECT_THAT(opening_error(), HasSubstr("is no packed frame database"));
  EXPECT_THAT(error_of([&] { write({"abcd"}); }), HasSubstr("is no packed frame database"));
  EXPECT_EQ(read_file(file_), before);
  fs::remove(file_);
  EXPECT_THAT(opening_error(), HasSubstr("frames.db: the file is missing"));
}

TEST_F(Packed, ThatMayOnlyBeReadIsNotAddedToAndStaysFinished) {
  write({"abcd"});
  constexpr auto kReadable = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  fs::permissions(file_, kReadable);
  fs::permissions(folder_.path(), fs::perms::all);
  EXPECT_THAT(test::in_child([&] {
                test::become_nobody();
                write({"efgh"});
                return std::string("written");
              }),
              HasSubstr(file_.string() + ": cannot open the frame database for writing"));
  EXPECT_EQ(PackedDatabase(file_).names(), std::vector<std::string>{"abcd"});
}

TEST_F(Packed, OfANewerVersionIsNamed) {
  write({"abcd"});
  run_sql(file_, "PRAGMA user_version=9");
  EXPECT_THAT(opening_error(), HasSubstr("of version 9, this vbench reads 1"));
}

TEST_F(Packed, WithDamageNamesVideoAndFrame) {
  write({"abcd", "efgh"});
  run_sql(file_, "DELETE FROM Frames WHERE id=(SELECT id FROM Videos WHERE name='abcd')*16777216+2");
  run_sql(file_, "UPDATE Frames SET jpeg=substr(jpeg,1,99) WHERE id=(SELECT id FROM Videos WHERE name='efgh')*16777216+1");
  const PackedDatabase database(file_);
  EXPECT_THAT(error_of([&] { (void)database.open("abcd")->read(Indices{2}); }), HasSubstr("frames.db: abcd: frame 2 is missing"));
  EXPECT_THAT(error_of([&] { (void)database.open("efgh")->read(Indices{1}); }), HasSubstr("frames.db: efgh: frame 1 cannot be decoded"));
  EXPECT_EQ(which_pictures(database.open("efgh")->read(Indices{2}), 4), Indices{2});
}

TEST_F(Packed, TakesAVideoWholeOrNotAtAll) {
  video::PackedWriter writer(folder_.path());
  auto bad = frames_of(3);
  bad[2].jpeg.resize(100);
  EXPECT_THAT(error_of([&] { writer.add("bad", bad); }), HasSubstr("frame 2 cannot be decoded"));
  EXPECT_EQ(writer.frames_of("bad"), std::nullopt);
  writer.add("bad", frames_of(3));
  EXPECT_EQ(writer.frames_of("bad"), 3);
}

}  // namespace
}  // namespace vbench
