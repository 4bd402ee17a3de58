// Camera footage in many containers and codecs: counts and sizes as the list says, frames as a plain decode gives them, in any order, and
// the same after conversion in both layouts; clips of them, and back.
#include <torch/types.h>

#include <opencv2/imgcodecs.hpp>
#include <sstream>

#include "datasets/transforms/clip_pipeline.hpp"
#include "datasets/transforms/temporal_sampling.hpp"
#include "datasets/video/convert.hpp"
#include "datasets/video/video_file.hpp"
#include "harness/core/text.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using Indices = std::vector<int64_t>;

struct Listed {
  std::string file;
  int64_t frames = 0, width = 0, height = 0;
};

std::vector<Listed> listed_videos(const std::vector<std::string>& folders) {
  std::vector<Listed> all;
  std::istringstream lines(read_file(test::real_data_root() / "videos.csv"));
  std::string line;
  std::getline(lines, line);  // file,frames_decoded,frames_in_header,fps,width,height,...
  while (std::getline(lines, line)) {
    const auto fields = split(line, ',');
    for (const auto& folder : folders) {
      if (line.rfind(folder, 0) == 0) all.push_back({fields[0], *parse_int(fields[1]), *parse_int(fields[4]), *parse_int(fields[5])});
    }
  }
  return all;
}

#define VBENCH_REQUIRE_REAL_VIDEOS() \
  if (!fs::exists(test::real_data_root() / "videos.csv")) GTEST_SKIP() << "no videos below " << test::real_data_root()

/// A decoder without any of our code. OpenCV 4.6 turns pictures the wrong way: here the file's name says how.
class PlainDecoder {
 public:
  explicit PlainDecoder(const std::string& file) : capture_((test::real_data_root() / file).string(), cv::CAP_FFMPEG) {
    capture_.set(cv::CAP_PROP_ORIENTATION_AUTO, 0);
    const std::map<std::string, int> turns{
        {"_90.", cv::ROTATE_90_CLOCKWISE}, {"_180.", cv::ROTATE_180}, {"_270.", cv::ROTATE_90_COUNTERCLOCKWISE}};
    for (const auto& [part, turn] : turns) turn_ = file.find("rotation" + part) == std::string::npos ? turn_ : turn;
  }
  [[nodiscard]] bool grab() { return capture_.grab(); }
  [[nodiscard]] bool read(cv::Mat& frame) { return grab() && retrieve(frame); }
  [[nodiscard]] bool retrieve(cv::Mat& frame) {
    if (!capture_.retrieve(frame)) return false;
    if (turn_ >= 0) cv::rotate(frame, frame, turn_);
    return true;
  }

 private:
  cv::VideoCapture capture_;
  int turn_ = -1;
};

/// Frames of two decoders side by side, ours and the plain one. @return the frames that are wanted, of the plain one
std::map<int64_t, cv::Mat> expect_equal_frames(video::VideoFile& source, const Listed& listed, const std::set<int64_t>& wanted) {
  PlainDecoder plain(listed.file);
  std::map<int64_t, cv::Mat> kept;
  cv::Mat ours, theirs;
  int64_t count = 0, different = 0;
  for (; source.next(ours); ++count) {
    const bool both = plain.read(theirs);
    different += both && test::difference(ours, theirs) == 0 ? 0 : 1;
    if (both && wanted.contains(count)) kept[count] = theirs.clone();
  }
  EXPECT_FALSE(plain.read(theirs)) << listed.file;
  EXPECT_EQ(count, listed.frames) << listed.file;
  EXPECT_EQ(different, 0) << listed.file;
  return kept;
}

TEST(RealVideos, HaveTheFramesOfTheListAndOfAPlainDecodeInAnyOrder) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const auto videos = listed_videos({"videos/", "something-something-v2/"});
  EXPECT_GE(videos.size(), 21U);
  for (const auto& listed : videos) {
    video::VideoFile source(test::real_data_root() / listed.file);
    const int64_t last = listed.frames - 1;
    const auto expected = expect_equal_frames(source, listed, {0, last / 3, last / 2, last});
    const Indices request{last / 2, last, 0, last / 2, last / 3};
    EXPECT_EQ(source.frames(), listed.frames) << listed.file;
    const auto frames = source.read(request);
    for (size_t i = 0; i < request.size(); ++i) {
      EXPECT_EQ(test::difference(frames[i], expected.at(request[i])), 0) << listed.file << " frame " << request[i];
    }
    EXPECT_EQ(frames[0].size(), cv::Size(static_cast<int>(listed.width), static_cast<int>(listed.height))) << listed.file;
  }
}

TEST(RealVideos, AreTurnedAsTheirFlagsSay) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  for (const auto& [degrees, size] : std::map<int, cv::Size>{{0, {568, 320}}, {90, {320, 568}}, {180, {568, 320}}, {270, {320, 568}}}) {
    const fs::path file = test::real_data_root() / fmt::format("videos/decord_rotation_{}.mov", degrees);
    EXPECT_EQ(video::VideoFile(file).read(Indices{0})[0].size(), size) << degrees;
  }
}

TEST(RealVideos, WithAWrongFrameCountInTheHeaderSayWhatIsThere) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const fs::path file = test::real_data_root() / "videos" / "opencv_tree.avi";
  video::VideoFile source(file);
  EXPECT_EQ(test::error_of([&] {
              (void)source.read(Indices{3, 100});
            }),
            file.string() + ": frame 100 was asked for, the video has 68; its header says 444: cut short, or a frame rate that varies");
  EXPECT_EQ(source.read(Indices{67}).size(), 1U) << "a failed request spoils nothing";
}

TEST(RealVideos, CutShortGiveWhatIsLeftOrSayThatNothingIs) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const test::TemporaryFolder folder;
  const auto cut = [&](const std::string& name, size_t bytes) {
    write_file_atomically(folder / name, read_file(test::real_data_root() / "videos" / name).substr(0, bytes));
    return folder / name;
  };
  const fs::path without_index = cut("mmaction2_part_0.mp4", 100'000);  // the table of an mp4 stands at its end
  EXPECT_THAT(test::error_of([&] { (void)video::VideoFile(without_index); }),
              HasSubstr(without_index.string() + ": cannot be opened as a video"));
  video::VideoFile half(cut("mmaction2_test.avi", 100'000));
  EXPECT_GT(half.frames(), 10);
  EXPECT_LT(half.frames(), 100);
  EXPECT_EQ(half.read(Indices{half.frames() - 1}).size(), 1U);
}

TEST(RealVideos, WithoutAPictureSaySo) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  const fs::path sound = test::real_data_root() / "videos" / "mmaction2_test.wav";
  EXPECT_THAT(
      test::error_of([&] { (void)video::open_frames(sound)->frames(); }),
      testing::AllOf(HasSubstr(sound.string() + ": "), testing::AnyOf(HasSubstr("cannot be opened"), HasSubstr("holds no picture"))));
}

// ---- converted --------------------------------------------------------------------------------------------------------

class ConvertedRealVideos : public testing::TestWithParam<video::DatabaseLayout> {};
INSTANTIATE_TEST_SUITE_P(Layout, ConvertedRealVideos, testing::Values(video::DatabaseLayout::kPerVideo, video::DatabaseLayout::kPacked),
                         [](const auto& tested) { return tested.param == video::DatabaseLayout::kPacked ? "packed" : "per_video"; });

/// What JPEG leaves of a frame.
cv::Mat compressed(const cv::Mat& frame, int64_t quality) {
  std::vector<uchar> bytes;
  cv::imencode(".jpg", frame, bytes, {cv::IMWRITE_JPEG_QUALITY, static_cast<int>(quality)});
  return cv::imdecode(bytes, cv::IMREAD_COLOR);
}

/// [3, T, H, W] of 8-bit pixels.
at::Tensor pixels_of(const std::vector<cv::Mat>& frames) {
  std::vector<at::Tensor> planes;
  for (const cv::Mat& frame : frames)
    planes.push_back(torch::from_blob(frame.data, {frame.rows, frame.cols, 3}, at::kByte).permute({2, 0, 1}));
  return torch::stack(planes, 1).to(at::kFloat);
}

/// Sampled, augmented and made a clip; and back: a clip of which nothing was changed has the frames' pixels again.
void expect_clips(video::FrameSource& source, const std::string& name) {
  RandomStream random(1, "clips of real videos");
  const auto frames = source.read(video::RandomSampler({}).sample(source.frames(), random));
  const video::ClipSize small{16, 112, 112}, whole{16, frames[0].rows, frames[0].cols};
  auto options = video::ucf101_pipeline();
  options.augment.group_probability = options.augment.member_probability = 1;
  const video::ClipPipeline published(options, small);
  for (const auto& clip : {published.train(frames, small, random), published.evaluate(frames)}) {
    EXPECT_THAT(clip.sizes(), testing::ElementsAre(3, 16, 112, 112)) << name;
    EXPECT_TRUE(torch::isfinite(clip).all().item<bool>()) << name;
    EXPECT_GT(clip.std().item<double>(), 0) << name;
  }
  options.train = {.shorter_side = 0, .centre_crop = 0, .crop = 4096};
  options.augment.enabled = false;
  const auto clip = video::ClipPipeline(options, whole).train(frames, whole, random);
  const video::Normalisation scale;
  const auto of_channels = [](const std::array<double, 3>& values) {
    return torch::tensor({values[0], values[1], values[2]}).view({3, 1, 1, 1});
  };
  const auto back = (clip * of_channels(scale.deviation) + of_channels(scale.mean)) * 255;
  EXPECT_LT((back - pixels_of(frames)).abs().max().item<double>(), 1e-3) << name;
}

TEST_P(ConvertedRealVideos, HaveEveryFrameOfThePlainDecode) {
  VBENCH_REQUIRE_REAL_VIDEOS();
  constexpr double kOtherJpegLibrary = 2;
  constexpr int64_t kStep = 7;  // of the frames that are compared
  const test::TemporaryFolder folder;
  video::ConvertOptions options;
  options.layout = GetParam();
  options.max_shorter_side = 0;
  Progress quiet(Verbosity::kQuiet);
  const auto report = video::convert_videos(test::real_data_root() / "videos", folder / "out", options, quiet);
  const auto videos = listed_videos({"videos/"});
  EXPECT_EQ(report.checked, static_cast<int64_t>(videos.size()));
  ASSERT_EQ(report.problems.size(), 3U);
  EXPECT_THAT(report.problems[0].item, HasSubstr("mmaction2_test.avi"));
  EXPECT_EQ(report.problems[0].kind + report.problems[1].kind, "same namesame name");
  EXPECT_THAT(report.problems[2].item + ": " + report.problems[2].message,
              HasSubstr("opencv_tree.avi: 68 frames decode, its header says 444"));
  EXPECT_FALSE(report.problems[2].fatal);
  for (const auto& listed : videos) {
    const fs::path file = fs::path(listed.file).filename();
    const std::string name = (file.stem() == "mmaction2_test" ? file : file.stem()).string();
    const auto source = test::open_converted(folder / "out", name, GetParam());
    EXPECT_EQ(source->frames(), listed.frames) << name;
    expect_clips(*source, name);
    PlainDecoder plain(listed.file);
    cv::Mat frame;
    for (int64_t i = 0; plain.grab(); ++i) {
      if (i % kStep != 0 && i != listed.frames - 1) continue;
      ASSERT_TRUE(plain.retrieve(frame));
      EXPECT_LE(test::difference(source->read(Indices{i})[0], compressed(frame, options.quality)), kOtherJpegLibrary) << name << " " << i;
    }
  }
}

}  // namespace
}  // namespace vbench
