// What every source of frames has in common, and what is peculiar to video files and folders.
#include "datasets/video/frame_source.hpp"

#include <fstream>
#include <opencv2/imgcodecs.hpp>

#include "datasets/video/video_file.hpp"
#include "tests/datasets/video/fixture.hpp"
#include "tests/support/child.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::picture;
using test::TemporaryFolder;
using test::which_pictures;
using testing::HasSubstr;
using Indices = std::vector<int64_t>;

constexpr int64_t kFramesOfEach = 20;

void write_pictures(const fs::path& folder, const std::string& prefix, int64_t first, int64_t frames) {
  fs::create_directories(folder);
  for (int64_t i = 0; i < frames; ++i) cv::imwrite((folder / fmt::format("{}{:05d}.jpg", prefix, first + i)).string(), picture(i));
}

/// The same twenty frames in every form.
class FrameSources : public testing::Test {
 protected:
  FrameSources() {
    test::write_video(folder_ / "own_frames.avi", kFramesOfEach, "MJPG");
    test::write_video(folder_ / "predicted.mp4", kFramesOfEach, "mp4v");
    test::write_database_as_upstream(folder_ / "database", kFramesOfEach, "20\n");
    write_pictures(folder_ / "pictures", "img_", 1, kFramesOfEach);
    video::PackedWriter writer(folder_ / "packed");
    std::vector<video::EncodedFrame> frames;
    for (int64_t i = 0; i < kFramesOfEach; ++i) frames.push_back({video::encode_jpeg(picture(i), 95), test::kWidth});
    writer.add("class/other", {frames[0]});
    writer.add("class/video", frames);
    writer.finish();
  }

  [[nodiscard]] std::vector<std::unique_ptr<video::FrameSource>> all() const {
    std::vector<std::unique_ptr<video::FrameSource>> sources;
    for (const char* name : {"own_frames.avi", "predicted.mp4", "database", "pictures"})
      sources.push_back(video::open_frames(folder_ / name));
    sources.push_back(video::PackedDatabase(folder_ / "packed" / "frames.db").open("class/video"));
    return sources;
  }

  TemporaryFolder folder_;
};

TEST_F(FrameSources, CountTheirFrames) {
  for (const auto& source : all()) EXPECT_EQ(source->frames(), kFramesOfEach) << source->name();
}

TEST_F(FrameSources, GiveFramesInTheOrderOfTheRequest) {
  for (const auto& source : all()) {
    for (const Indices& request : {Indices{9, 1, 5, 3}, Indices{0}, Indices{19, 19, 0, 19}, Indices{4, 5, 6}, Indices{2}, Indices{}}) {
      EXPECT_EQ(which_pictures(source->read(request), kFramesOfEach), request) << source->name();
    }
  }
}

TEST_F(FrameSources, GivePicturesThatAreContinuousAndShareNothing) {
  for (const auto& source : all()) {
    auto frames = source->read(Indices{3, 3});
    EXPECT_TRUE(frames[0].isContinuous() && frames[0].type() == CV_8UC3) << source->name();
    const cv::Mat before = frames[1].clone();
    frames[0].setTo(0);
    EXPECT_EQ(test::difference(frames[1], before), 0) << source->name();
  }
}

TEST_F(FrameSources, RefuseIndicesOutsideAndGoOn) {
  for (const auto& source : all()) {
    EXPECT_THAT(error_of([&] {
                  (void)source->read(Indices{3, 20});
                }),
                HasSubstr(source->name() + ": frame 20 was asked for, the video has 20"));
    EXPECT_THAT(error_of([&] { (void)source->read(Indices{-1}); }), HasSubstr("frame -1 was asked for, the video has 20"));
    EXPECT_EQ(which_pictures(source->read(Indices{19, 2}), kFramesOfEach), (Indices{19, 2})) << source->name();
  }
}

TEST_F(FrameSources, DecodeSmallerWhereThePicturesAreTheirOwn) {
  for (const auto& source : all()) {
    const bool encoded = dynamic_cast<video::EncodedFrames*>(source.get()) != nullptr;
    const auto frames = source->read(Indices{7, 8}, {.min_shorter_side = 24});
    EXPECT_EQ(frames[0].size(), encoded ? cv::Size(32, 24) : cv::Size(64, 48)) << source->name();
    EXPECT_EQ(which_pictures(frames, kFramesOfEach), (Indices{7, 8}));
  }
}

TEST_F(FrameSources, CanBeReadOneFrameAfterTheOther) {
  video::VideoFile source(folder_ / "predicted.mp4");
  std::vector<cv::Mat> frames;
  for (cv::Mat frame; source.next(frame);) frames.push_back(frame.clone());
  EXPECT_EQ(static_cast<int64_t>(frames.size()), kFramesOfEach);
  EXPECT_EQ(which_pictures(source.read(Indices{0, 19}), kFramesOfEach), (Indices{0, 19}));
  EXPECT_EQ(which_pictures(frames, kFramesOfEach)[11], 11);
}

TEST_F(FrameSources, WithAKnownCountThatIsTooHighSayWhatIsThere) {
  video::VideoFile source(folder_ / "own_frames.avi", 25);
  EXPECT_EQ(source.frames(), 25);
  EXPECT_THAT(error_of([&] { (void)source.read(Indices{22}); }),
              HasSubstr("frame 22 was asked for, the video has 20; a list says that it has 25"));
  EXPECT_EQ(source.frames(), 20);
}

// ---- video files ------------------------------------------------------------------------------------------------------

TEST(VideoFile, ThatIsNoneSaysSo) {
  const TemporaryFolder folder;
  std::ofstream(folder / "empty.mp4").flush();
  std::ofstream(folder / "text.avi") << "no video at all";
  EXPECT_EQ(error_of([&] { (void)video::open_frames(folder / "empty.mp4"); }), (folder / "empty.mp4").string() + ": the file is empty");
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "text.avi"); }), HasSubstr("text.avi: cannot be opened as a video"));
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "missing.avi"); }), HasSubstr("missing.avi: no such file or folder"));
}

TEST(VideoFile, WithoutFramesSaysSo) {
  const TemporaryFolder folder;
  test::write_video(folder / "whole.avi", 5);
  const std::string bytes = read_file(folder / "whole.avi");
  write_file_atomically(folder / "headers.avi", bytes.substr(0, bytes.find("movi") + 4));  // all headers, no picture
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "headers.avi")->frames(); }),
              testing::AllOf(HasSubstr("headers.avi: "), testing::AnyOf(HasSubstr("holds no picture"), HasSubstr("cannot be opened"))));
}

TEST(VideoFile, MayHaveANameThatLooksLikeAnAddress) {
  const TemporaryFolder folder;
  for (const std::string name : {"http:x.avi", "concat:a|b.avi", "img%03d.avi", "-i.avi", "it's \"quoted\".avi"}) {
    test::write_video(folder / "plain.avi", 3);
    fs::rename(folder / "plain.avi", folder / name);
    EXPECT_EQ(video::open_frames(folder / name)->frames(), 3) << name;
  }
}

TEST(VideoFile, WithANameThatIsNoUtf8IsReadAndNamedReadably) {
  const TemporaryFolder folder;
  test::write_video(folder / "plain.avi", 3);
  fs::rename(folder / "plain.avi", folder / "caf\xE9.avi");
  const auto source = video::open_frames(folder / "caf\xE9.avi");
  EXPECT_EQ(source->frames(), 3);
  EXPECT_THAT(source->name(), HasSubstr("caf\\xe9.avi"));
}

// ---- folders of pictures ----------------------------------------------------------------------------------------------

TEST(FrameFolder, CountsFromOneOrFromZero) {
  const TemporaryFolder folder;
  for (const int64_t first : {0, 1}) {
    for (const char* prefix : {"frame_", "img_", "image_", "own", ""}) {
      const fs::path place = folder / fmt::format("{}{}", prefix, first);
      write_pictures(place, prefix, first, 5);
      EXPECT_EQ(which_pictures(video::open_frames(place)->read(Indices{0, 4}), 5), (Indices{0, 4})) << place;
    }
  }
}

TEST(FrameFolder, LeavesOpticalFlowAside) {
  const TemporaryFolder folder;
  for (const char* prefix : {"flow_x_", "flow_y_", "img_"}) write_pictures(folder / "video", prefix, 1, 4);
  fs::remove(folder / "video" / "flow_x_00004.jpg");
  EXPECT_EQ(video::open_frames(folder / "video")->frames(), 4);
  write_pictures(folder / "unclear", "a", 1, 2);
  write_pictures(folder / "unclear", "b", 1, 2);
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "unclear"); }),
              HasSubstr("pictures named 'a...' and 'b...' lie in one folder"));
}

TEST(FrameFolder, WithAGapOrAWrongStartIsAnError) {
  const TemporaryFolder folder;
  write_pictures(folder / "gap", "frame_", 1, 6);
  fs::remove(folder / "gap" / "frame_00003.jpg");
  write_pictures(folder / "late", "frame_", 2, 3);
  write_pictures(folder / "twice", "frame_", 1, 3);
  fs::copy_file(folder / "twice" / "frame_00002.jpg", folder / "twice" / "frame_2.jpg");
  fs::create_directories(folder / "bare");
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "gap"); }), HasSubstr("gap: picture 3 is missing between 0 and 6"));
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "late"); }), HasSubstr("the first picture has number 2, not 0 or 1"));
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "twice"); }), HasSubstr("are both frame 2"));
  EXPECT_THAT(error_of([&] { (void)video::open_frames(folder / "bare"); }), HasSubstr("neither frames.db nor numbered pictures"));
}

TEST(FrameFolder, ThatMayNotBeListedIsAnInputErrorLikeOtherDamage) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "v");
  fs::permissions(folder.path(), fs::perms::all);
  fs::permissions(folder / "v", fs::perms::none);
  EXPECT_THAT(test::in_child([&] {
                test::become_nobody();
                return fmt::format("{}", video::open_frames(folder / "v")->frames());
              }),
              HasSubstr("/v: cannot list the folder: Permission denied"));
  fs::permissions(folder / "v", fs::perms::owner_all);
}

TEST(FrameFolder, WithPicturesOfSeveralSizesIsAnError) {
  const TemporaryFolder folder;
  write_pictures(folder / "video", "frame_", 1, 4);
  cv::imwrite((folder / "video" / "frame_00003.jpg").string(), picture(2, 80, 48));
  const auto source = video::open_frames(folder / "video");
  EXPECT_THAT(error_of([&] { (void)source->read(Indices{0, 2}); }), HasSubstr("frame 2 is 80x48, frame 0 is 64x48"));
}

}  // namespace
}  // namespace vbench
