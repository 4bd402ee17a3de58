// Videos on disk: under which names they are found, and reading them from many threads.
#include "datasets/clips/media.hpp"

#include <thread>

#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using ::testing::HasSubstr;
using ::testing::Optional;

class Media : public ::testing::Test {
 protected:
  void touch(const std::string& name) {
    std::filesystem::create_directories((folder_ / name).parent_path());
    write_file_atomically(folder_ / name, "x");
  }
  std::optional<std::string> find(annotations::ListedVideo video, const std::string& split = "train") const {
    if (video.media.empty()) video.media = annotations::folder_name(video, video.start && video.end);
    const clips::Media media(folder_.path());
    return VideoFinder(media).find(video, split);
  }
  static annotations::ListedVideo clip(const std::string& label, const std::string& id) {
    auto listed = test::SmallSet::row(label, id);
    listed.start = 7;
    listed.end = 17.5;
    return listed;
  }
  test::TemporaryFolder folder_;
};

TEST_F(Media, IsFoundUnderTheNamesOfEveryPackage) {
  touch("jump/a.mp4");
  EXPECT_THAT(find(test::SmallSet::row("jump", "a")), Optional(std::string("jump/a.mp4")));
  touch("pick_up/b_000007_000017.webm");
  EXPECT_THAT(find(clip("pick up", "b")), Optional(std::string("pick_up/b_000007_000017.webm")));
  touch("pick up/c.avi");
  EXPECT_THAT(find(clip("pick up", "c")), Optional(std::string("pick up/c.avi")));
  touch("d_000007_000017.mp4");
  EXPECT_THAT(find(clip("jump", "d")), Optional(std::string("d_000007_000017.mp4")));
  touch("e.mp4");
  EXPECT_THAT(find(clip("jump", "e")), Optional(std::string("e.mp4")));
  touch("jump/f/frames.db");
  EXPECT_THAT(find(test::SmallSet::row("jump", "f")), Optional(std::string("jump/f")));
  EXPECT_EQ(find(test::SmallSet::row("jump", "nowhere")), std::nullopt);
}

TEST_F(Media, IsFoundByThePathOfItsRowWithAnyExtension) {
  auto row = test::SmallSet::row("HandstandPushups", "v_HandStandPushups_g01_c01");
  row.media = "HandstandPushups/v_HandStandPushups_g01_c01.avi";
  touch("HandstandPushups/v_HandStandPushups_g01_c01.mp4");
  EXPECT_THAT(find(row), Optional(std::string("HandstandPushups/v_HandStandPushups_g01_c01.mp4")));
  touch("HandstandPushups/v_HandStandPushups_g01_c01.avi");
  EXPECT_THAT(find(row), Optional(row.media));
}

TEST_F(Media, InFoldersOfSplitsIsFoundForThatSplitAlone) {
  touch("training/jump/a.mp4");
  touch("val/jump/b.mp4");
  EXPECT_THAT(find(test::SmallSet::row("jump", "a"), "train1"), Optional(std::string("training/jump/a.mp4")));
  EXPECT_THAT(find(test::SmallSet::row("jump", "b"), "val"), Optional(std::string("val/jump/b.mp4")));
  EXPECT_EQ(find(test::SmallSet::row("jump", "a"), "val"), std::nullopt);
}

TEST_F(Media, OfDottedNamesLosesNothing) {
  touch("smile/a.b.c_0.avi");
  EXPECT_THAT(find(test::SmallSet::row("smile", "a.b.c_0")), Optional(std::string("smile/a.b.c_0.avi")));
  EXPECT_EQ(find(test::SmallSet::row("smile", "a.b")), std::nullopt);
}

TEST_F(Media, ThatIsNotThereSaysSo) {
  EXPECT_THAT(test::error_of([&] { (void)clips::Media(folder_ / "nowhere"); }), HasSubstr("data.media"));
  write_file_atomically(folder_ / "frames.db.unfinished", "x");
  EXPECT_THAT(test::error_of([&] { (void)clips::Media(folder_ / "frames.db"); }), HasSubstr("has not ended"));
}

TEST_F(Media, PackedIsReadByManyThreadsAtOnce) {
  test::SmallSet set;
  set.pack();
  const clips::Media media(set.root);
  ASSERT_TRUE(media.is_packed());
  const auto names = media.packed_names();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < 12; ++round) {
        const std::string& name = names[static_cast<size_t>(thread + round) % names.size()];
        const auto frames = media.open(name)->read(std::vector<int64_t>{3, 5});
        const int64_t shift = name.back() - '0';
        if (test::which_pictures(frames, 20) != std::vector<int64_t>{3 + shift, 5 + shift}) ++wrong;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(media.extent(names.front()), "packed 12");
}

TEST_F(Media, LeavesNoFileOpenHoweverManyVideosAreRead) {
  const test::SmallSet set;
  const clips::Media media(set.root / "jpg");
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator());
  };
  const auto before = open_files();
  for (int round = 0; round < 50; ++round) (void)media.open("jump/v" + std::to_string(round % 3))->read(std::vector<int64_t>{0});
  EXPECT_EQ(open_files(), before);
}

TEST_F(Media, InAFolderThatCannotBeListedIsNotMerelyMissing) {
  std::filesystem::create_directory_symlink("jump", folder_ / "jump");  // leads to itself
  EXPECT_THAT(test::error_of([&] { (void)find(test::SmallSet::row("jump", "a")); }), HasSubstr("jump: cannot list the folder"));
}

TEST_F(Media, ExtentTellsAFileThatWasExchanged) {
  const test::SmallSet set;
  const clips::Media media(set.root / "jpg");
  const std::string before = media.extent("jump/v0");
  test::write_database_as_upstream(set.outside("other"), 5, "5");
  std::filesystem::copy_file(set.outside("other") / "frames.db", set.root / "jpg/jump/v0/frames.db",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_NE(media.extent("jump/v0"), before);
}

}  // namespace
}  // namespace vbench::clips
