// Videos with sound from the command line: folders that are as they should be, videos that are not, real files.
#include "datasets/video/av_writer.hpp"
#include "tests/cli/selavi_fixture.hpp"
#include "tests/datasets/audio_visual/fixture.hpp"

namespace vbench {
namespace {

using test::Arguments;
using test::expect_error;
using test::joined;
using test::json_of;
using test::kInput;
using test::kUsage;
using test::ProgramResult;
using test::score;
using test::table_of;
using test::telling_video;
using test::TemporaryFolder;
using test::with_settings;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

/// A real folder of videos that a test may damage, with a cache of its own: two classes of eight and two videos.
class SelaviVideos : public testing::Test {
 protected:
  void SetUp() override {
    static const std::string usable = telling_video(1.5, 1.5);
    for (const char* name : {"bells", "drums"}) {
      for (int64_t i = 0; i < 8; ++i) write(fmt::format("train/{}/{}.mp4", name, i), usable);
      for (int64_t i = 0; i < 2; ++i) write(fmt::format("val/{}/v{}.mp4", name, i), usable);
    }
  }

  fs::path write(const std::string& place, const std::string& bytes) const {
    const auto path = root() / "ave" / place;
    fs::create_directories(path.parent_path());
    write_file_atomically(path, bytes);
    return path;
  }
  [[nodiscard]] fs::path root() const { return folder_ / "data"; }
  [[nodiscard]] ProgramResult program(const Arguments& arguments) const {
    return test::run_program(
        arguments, {.environment = {{"VBENCH_CACHE", (folder_ / "cache").string()}}, .folder = folder_.path(), .file_size_limit = {}});
  }
  /// One epoch of the tiny network.
  [[nodiscard]] ProgramResult train(const Arguments& more = {}) const {
    return program(joined(test::tiny_selavi(folder_ / "runs"), joined({"--epochs", "1", "--format", "json"}, more)));
  }
  [[nodiscard]] ProgramResult verify(const Arguments& more = {}) const {
    return program(joined({"data", "verify", "ave", "--format", "csv"}, more));
  }

  TemporaryFolder folder_;
};

TEST_F(SelaviVideos, AreClusteredIntoAsManyClustersAsThereAreFolders) {
  const auto result = train();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 classes, officially 28"));
  EXPECT_THAT(result.out, HasSubstr("\"source\": \"real\""));
  EXPECT_EQ(table_of(folder_ / "runs", "clusters.csv").rows.size(), 16U);
  EXPECT_EQ(table_of(folder_ / "runs", "marginals.csv").rows.size(), 4U) << "two heads of two clusters";
}

/// A video that cannot be used, and how its flaw is called.
struct Flawed {
  std::string name, bytes, flaw;
};

std::vector<Flawed> flawed_videos() {
  const std::string usable = telling_video(1.5, 1.5);
  return {{"mute", telling_video(1.5, 0), "no sound"},
          {"short", telling_video(0.9, 0.9), "sound of 0.90"},
          {"short_sound", telling_video(1.5, 0.5), "sound of 0.5"},
          {"cut", usable.substr(0, usable.size() / 2), "cannot be opened as a video or as sound"},
          {"empty", "", "the file is empty"},
          {"text", "a text file", "cannot be opened as a video or as sound"}};
}

TEST_F(SelaviVideos, ThatCannotBeUsedAreLeftOutWithTheReasonUpToAShare) {
  for (const auto& [name, bytes, flaw] : flawed_videos()) {
    const auto path = write("train/bells/" + name + ".mp4", bytes);
    const auto result = train();
    ASSERT_EQ(result.exit_code, 0) << name << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr("1 of 17 videos cannot be used")) << name;
    EXPECT_THAT(result.err, HasSubstr(flaw)) << name;
    EXPECT_EQ(nlohmann::json::parse(result.out).at("data").at("items"), 16);
    expect_error(train({"--strict"}), kInput, {"train/bells/" + name + ".mp4", flaw});
    fs::remove(path);
  }
}

TEST_F(SelaviVideos, TooManyThatCannotBeUsedEndTheRunAndVerifyListsThem) {
  for (const auto& video : flawed_videos()) write("train/bells/" + video.name + ".mp4", video.bytes);
  expect_error(train(), kInput, {"train", "6 of 22 videos cannot be used", "no sound", "too short", "vbench data verify ave", "now 10 %"});
  const auto listed = verify();
  EXPECT_EQ(listed.exit_code, 1);
  for (const auto& [name, bytes, flaw] : flawed_videos()) {
    EXPECT_THAT(listed.out, HasSubstr("train bells/" + name)) << name;
    EXPECT_THAT(listed.out, HasSubstr(flaw)) << name;
  }
  const auto allowed = train({"--set", "data.allow_missing=0.3"});
  EXPECT_EQ(allowed.exit_code, 0) << allowed.err;
}

TEST_F(SelaviVideos, SilenceIsSoundAndVerifyCountsIt) {
  const std::vector<int16_t> silence(36000, 0);
  write("train/drums/silent.mp4", video::encode_mp4(test::brightening(1.5, 16), 16, {24000, 1, silence}));
  const auto result = train();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(result.out).at("data").at("items"), 17);
  EXPECT_THAT(verify().out, HasSubstr("train: 1 videos are silent"));
}

// The header is whole, what it describes is not: nothing shows before the video is decoded.
TEST_F(SelaviVideos, DamageThatOnlyDecodingShowsCostsOneVideo) {
  const auto path = root() / "ave" / "train/bells/0.mp4";
  auto bytes = read_file(path);
  const auto content = bytes.find("mdat"), header = bytes.find("moov");
  ASSERT_NE(content, std::string::npos);
  ASSERT_LT(content, header) << "the tables stand at the end";
  std::fill(bytes.begin() + static_cast<int64_t>(content) + 4, bytes.begin() + static_cast<int64_t>(header) - 4, '\0');
  write_file_atomically(path, bytes);
  const auto result = train();
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("bells/0 is left out"));
  EXPECT_EQ(nlohmann::json::parse(result.out).at("data").at("items"), 15) << "and it is not counted";
  EXPECT_EQ(table_of(folder_ / "runs", "clusters.csv").rows.size(), 15U);
  expect_error(train({"--strict"}), kInput, {"0.mp4"});
  EXPECT_EQ(verify().exit_code, 1);
  EXPECT_THAT(verify().out, HasSubstr("unreadable video,train bells/0"));
}

TEST_F(SelaviVideos, FoldersThatAreNotAsTheyShouldBeAreNamed) {
  fs::create_directories(root() / "ave/train/nothing");
  auto result = train();
  EXPECT_EQ(result.exit_code, 0) << "a class without training videos is one: " << result.err;
  fs::remove_all(root() / "ave/train");
  write("train/loose.mp4", "x");
  result = train({"--source", "real"});
  expect_error(result, kInput, {"data/ave", "train/<class>/", "vbench data info ave"});
  fs::create_directories(root() / "ave/train/nothing");
  expect_error(train(), kInput, {"ave/train", "holds no videos"});
  fs::remove_all(root() / "ave");
  expect_error(train({"--source", "real"}), kInput, {"data/ave: files of ave are missing: train/<class>/", "vbench data info ave"});
}

TEST_F(SelaviVideos, ADamagedCacheOfLengthsIsMadeAgain) {
  ASSERT_EQ(train().exit_code, 0);
  for (const auto& entry : fs::directory_iterator(folder_ / "cache" / "streams"))
    write_file_atomically(entry.path(), std::string("\x00\xff vbench lengths of streams 9\n1\t2", 30));
  const auto again = train({"--set", "standin.train_videos=24"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("looking at streams of ave-train 16/16"));
}

TEST_F(SelaviVideos, OtherClassesOfKineticsSoundAreRefusedUnlessTold) {
  fs::rename(root() / "ave", root() / "kinetics-sound");
  auto arguments = joined(test::tiny_selavi(folder_ / "runs"), {"--epochs", "1"});
  std::replace(arguments.begin(), arguments.end(), std::string("ave"), std::string("kinetics-sound"));
  expect_error(program(arguments), kInput, {"kinetics-sound", "'bells' is none of them", "data.any_classes=true"});
  const auto told = program(joined(arguments, {"--set", "data.any_classes=true"}));
  EXPECT_EQ(told.exit_code, 0) << told.err;
}

TEST_F(SelaviVideos, AreLinkedFromOfficialLists) {
  write("lists/trainSet.txt", "Category&VideoID&Quality&StartTime&EndTime\nChurch bell&0&good&0&10\nChurch bell&gone&good&0&10\n");
  write("lists/valSet.txt", "Drum&v1&good&0&10\n");
  const auto lists = (root() / "ave/lists").string(), videos = (root() / "ave").string();
  const Arguments prepare{"data",  "prepare",          "ave",      "--output", "linked/ave", "--set", "annotations=" + lists,
                          "--set", "videos=" + videos, "--format", "csv"};
  const auto made = program(prepare);
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("train: 2 videos, 1 linked, 1 missing"));
  const auto whole = verify({"--data-root", "linked"});
  EXPECT_EQ(whole.exit_code, 0) << whole.out;
  EXPECT_THAT(whole.out, HasSubstr("train: 1 videos, 1 usable"));
  for (const char* name : {"bells", "drums"}) fs::remove(root() / "ave/val" / name / "v1.mp4");
  EXPECT_EQ(verify({"--data-root", "linked"}).exit_code, 1);
  EXPECT_THAT(verify({"--data-root", "linked"}).out, HasSubstr("link to nothing"));
  expect_error(program({"data", "prepare", "ave", "--output", "x", "--set", "videos=" + videos}), kUsage, {"'annotations' is not given"});
  expect_error(program({"data", "prepare", "ave", "--output", "x", "--set", "annotations=gone", "--set", "videos=" + videos}), kInput,
               {"gone", "no such folder"});
}

TEST(SelaviData, SaysWhatBelongsWhere) {
  const TemporaryFolder none;
  for (const std::string dataset : {"ave", "kinetics-sound", "vgg-sound", "kinetics"}) {
    const auto about = test::run_program({"data", "info", dataset, "--data-root", none.path().string(), "--format", "table"});
    EXPECT_EQ(about.exit_code, 0) << about.err;
    EXPECT_THAT(about.out, HasSubstr(dataset + "/{train,val,test}/<class>/<video>.mp4"));
    EXPECT_THAT(about.out, HasSubstr("vbench data prepare " + dataset));
  }
}

TEST(SelaviData, AWrittenStandInIsWhole) {
  const TemporaryFolder folder;
  const auto made = test::run_program(
      with_settings({"data", "synth", "ave", "--output", (folder / "ave").string(), "--format", "csv"}, test::kSelaviStandin));
  ASSERT_EQ(made.exit_code, 0) << made.err;
  const auto checked = test::run_program({"data", "verify", "ave", "--data-root", folder.path().string(), "--deep", "--format", "csv"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("train: 32 videos, 32 usable"));
  EXPECT_THAT(checked.out, HasSubstr("40 of 40 listed items checked, 0 errors"));
}

/// Real videos with sound by links: Opus, MP3, AC-3, and MP3 that is silent.
bool link_real_videos(const fs::path& folder) {
  const auto videos = test::real_data_root() / "videos";
  const std::vector<std::pair<std::string, std::string>> links{{"decord_flipping_a_pancake.mkv", "train/cooking/pancake.mkv"},
                                                               {"imageio_cockatoo_silent_audio.mp4", "train/animals/cockatoo.mp4"},
                                                               {"mmaction2_test.avi", "train/people/test.avi"},
                                                               {"opencv_Megamind.avi", "train/people/megamind.avi"},
                                                               {"wagon_original_train_in_out.mp4", "val/people/wagon.mp4"}};
  for (const auto& [file, place] : links) {
    if (!fs::exists(videos / file)) return false;
    fs::create_directories((folder / place).parent_path());
    fs::create_symlink(fs::canonical(videos / file), folder / place);
  }
  return true;
}

TEST(SelaviRealVideos, OfAnyCodecGoTheWholeWay) {
  const TemporaryFolder folder;
  if (!link_real_videos(folder / "ave")) GTEST_SKIP() << "no real videos below " << test::real_data_root();
  const std::string root = folder.path().string();
  const auto checked = test::run_program({"data", "verify", "ave", "--data-root", root, "--format", "csv"});
  EXPECT_EQ(checked.exit_code, 0) << checked.out;
  EXPECT_THAT(checked.out, HasSubstr("train: 1 videos are silent"));
  const auto raw = json_of({"--method", "selavi", "--dataset", "ave", "--variant", "kmeans-raw", "--data-root", root, "--set",
                            "kmeans.clusters=2", "--out", (folder / "raw").string()});
  EXPECT_EQ(raw.at("source"), "real");
  EXPECT_EQ(raw.at("data").at("items"), 4);
  EXPECT_EQ(table_of(folder / "raw", "clusters.csv").rows.size(), 4U);
  const auto trained = json_of(with_settings(joined(test::tiny_selavi(folder / "runs"), {"--epochs", "1", "--data-root", root}),
                                             {"model.clusters=2", "batch_size=2"}));
  EXPECT_TRUE(trained.at("verdict").at("valid").get<bool>()) << trained.at("verdict");
  EXPECT_EQ(table_of(folder / "runs", "marginals.csv").rows.size(), 4U);
}

TEST(SelaviRealVideos, OfSevenClassesFallIntoTheirClusters) {
  const auto videos = test::real_data_root() / "av-mini";
  if (!fs::exists(videos)) GTEST_SKIP() << videos << " is not there";
  const TemporaryFolder out;
  const auto raw = json_of({"--method", "selavi", "--dataset", "ave", "--variant", "kmeans-raw", "--set", "data.videos=" + videos.string(),
                            "--out", out.path().string()});
  EXPECT_EQ(raw.at("data").at("items"), 44);
  EXPECT_GT(score(raw, "nmi"), 0.7);
}

}  // namespace
}  // namespace vbench
