#include "datasets/synthetic/hand_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "datasets/video/video_file.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/threads.hpp"

namespace vbench::synthetic {
namespace {

namespace fs = std::filesystem;
using something::StandinOptions;
using test::error_of;
using test::TemporaryFolder;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr StandinOptions kSmall{.train_videos = 3, .scarce_videos = 1, .val_videos = 2, .test_videos = 1, .height = 32, .frames = 6};
const char* const kMedia = "20bn-something-something-v2";

nlohmann::json json_of(const fs::path& folder, const std::string& name) { return nlohmann::json::parse(read_file(folder / name)); }

nlohmann::json list_of(const fs::path& folder, const std::string& split) {
  return json_of(folder, "something-something-v2-" + split + ".json");
}

std::string class_of(const nlohmann::json& entry) {
  std::string name = entry["template"];
  std::erase_if(name, [](char letter) { return letter == '[' || letter == ']'; });
  return name;
}

std::map<std::string, int64_t> counts_of(const nlohmann::json& list) {
  std::map<std::string, int64_t> counts;
  for (const auto& entry : list) ++counts[class_of(entry)];
  return counts;
}

/// The bytes of the videos of a split, a set for each class: their ids differ from world to world.
std::map<std::string, std::set<std::string>> videos_of(const fs::path& folder, const std::string& split) {
  std::map<std::string, std::set<std::string>> videos;
  for (const auto& entry : list_of(folder, split)) {
    videos[class_of(entry)].insert(read_file(folder / kMedia / (entry["id"].get<std::string>() + ".webm")));
  }
  return videos;
}

std::map<std::string, std::string> all_bytes(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder).string()] = read_file(entry.path());
  }
  return files;
}

/// Written once for the tests that only look at it.
const fs::path& small_world() {
  static const TemporaryFolder folder;
  static const bool written = (write_hand_videos(folder.path(), kSmall, 1), true);
  EXPECT_TRUE(written);
  return folder.path();
}

TEST(HandWorld, NamesAreSortedAndOneAMotion) {
  const auto& names = hand_motion_names();
  EXPECT_EQ(static_cast<int64_t>(names.size()), kHandMotions);
  EXPECT_TRUE(std::is_sorted(names.begin(), names.end()));
  EXPECT_EQ(names[static_cast<size_t>(HandMotion::kUp)], "Moving something up");
  EXPECT_EQ(names[static_cast<size_t>(HandMotion::kPullLeft)], "Pulling something from right to left");
  EXPECT_EQ(names[static_cast<size_t>(HandMotion::kPushRight)], "Pushing something from left to right");
  EXPECT_EQ(names[static_cast<size_t>(HandMotion::kTurnLeft)], "Turning the camera left while filming something");
}

TEST(HandWorld, LabelsAreIndicesAsText) {
  const fs::path& folder = small_world();
  const auto labels = list_of(folder, "labels");
  ASSERT_EQ(labels.size(), 8U);
  for (size_t i = 0; i < 8; ++i) EXPECT_EQ(labels[hand_motion_names()[i]], std::to_string(i));
}

TEST(HandWorld, ListsNameEveryVideoOnceWithItsClassAndObject) {
  const TemporaryFolder folder;
  const auto size = write_hand_videos(folder.path(), kSmall, 1);
  EXPECT_EQ(size.train, 5 * 3 + 3 * 1);
  EXPECT_EQ(size.validation, 8 * 2);
  EXPECT_EQ(size.test, 8);
  std::set<std::string> listed;
  for (const std::string split : {"train", "validation", "test"}) {
    for (const auto& entry : list_of(folder.path(), split)) {
      EXPECT_TRUE(listed.insert(entry["id"].get<std::string>() + ".webm").second) << entry;
      if (split == "test") {
        EXPECT_EQ(entry.size(), 1U) << "test videos have no labels";
        continue;
      }
      ASSERT_THAT(entry["placeholders"], SizeIs(1));
      std::string expected = entry["template"];
      expected.replace(expected.find("[something]"), 11, entry["placeholders"][0].get<std::string>());
      expected[0] = static_cast<char>(std::tolower(expected[0]));
      EXPECT_EQ(entry["label"], expected);
    }
  }
  std::set<std::string> files;
  for (const auto& path : list_folder(folder / kMedia)) files.insert(path.filename().string());
  EXPECT_EQ(files, listed);
  EXPECT_EQ(files.size(), 42U);
  EXPECT_TRUE(files.contains("1.webm") && files.contains("42.webm"));
}

TEST(HandWorld, OneSideOfEveryMirroredPairIsScarceInTrainingOnly) {
  const fs::path& folder = small_world();
  const auto train = counts_of(list_of(folder, "train")), validation = counts_of(list_of(folder, "validation"));
  const std::set<std::string> scarce{"Pulling something from left to right", "Pushing something from right to left",
                                     "Turning the camera right while filming something"};
  for (const auto& name : hand_motion_names()) {
    EXPECT_EQ(train.at(name), scarce.contains(name) ? 1 : 3) << name;
    EXPECT_EQ(validation.at(name), 2) << name;
  }
  for (int64_t i = 0; i < kHandMotions; ++i) {
    const auto motion = static_cast<HandMotion>(i);
    EXPECT_FALSE(is_scarce(motion) && is_scarce(mirrored(motion))) << i;
  }
}

TEST(HandWorld, NoTrainingVideoOfAScarceClassIsWrittenIfNoneIsWanted) {
  const TemporaryFolder folder;
  auto options = kSmall;
  options.scarce_videos = options.test_videos = 0;
  EXPECT_EQ(write_hand_videos(folder.path(), options, 1).train, 5 * 3);
  EXPECT_EQ(counts_of(list_of(folder.path(), "train")).size(), 5U);
  EXPECT_EQ(list_of(folder.path(), "labels").size(), 8U);
  EXPECT_EQ(list_of(folder.path(), "test"), nlohmann::json::array());
}

TEST(HandWorld, IdsTellNeitherClassNorSplit) {
  const fs::path& folder = small_world();
  std::vector<std::string> classes;
  int64_t validation_first = 0;
  for (const auto& entry : list_of(folder, "train")) classes.push_back(class_of(entry));
  for (const auto& entry : list_of(folder, "validation")) validation_first += std::stoi(entry["id"].get<std::string>()) <= 21 ? 1 : 0;
  EXPECT_GT(validation_first, 4);
  EXPECT_LT(validation_first, 12);
  int64_t neighbours = 0;
  for (size_t i = 1; i < classes.size(); ++i) neighbours += classes[i] == classes[i - 1] ? 1 : 0;
  EXPECT_LT(neighbours, 5) << "10 if they were sorted";
}

TEST(HandWorld, MappingsAndGroupsAreThoseOfTheseClasses) {
  const fs::path& folder = small_world();
  const std::string push = "Pushing something from ", pull = "Pulling something from ", turn = "Turning the camera ";
  const std::string right = "left to right", left = "right to left", filming = " while filming something";
  const nlohmann::json pairs{{push + right, push + left},
                             {push + left, push + right},
                             {pull + right, pull + left},
                             {pull + left, pull + right},
                             {turn + "left" + filming, turn + "right" + filming},
                             {turn + "right" + filming, turn + "left" + filming}};
  const auto mappings = json_of(folder, "augmentation_mappings.json");
  EXPECT_EQ(mappings.size(), 2U);
  EXPECT_EQ(mappings["left/right"], pairs);
  EXPECT_EQ(mappings["left/right agnostic"], nlohmann::json({"Moving something down", "Moving something up"}));
  EXPECT_EQ(read_file(folder / "contrastive_groups_list.txt"),
            "Pushing something from left to right\nPushing something from right to left\n\n\n"
            "Pulling something from left to right\nPulling something from right to left\n\n\n"
            "Turning the camera left while filming something\nTurning the camera right while filming something\n\n\n"
            "Moving something up\nMoving something down\n\n\n"
            "# 0 0 1 1\n"
            "Pushing something from left to right\nPushing something from right to left\n"
            "Pulling something from left to right\nPulling something from right to left\n");
}

TEST(HandWorld, FilesHoldTheFramesOfTheirScenesAtTwelveASecond) {
  const TemporaryFolder folder;
  auto options = kSmall;
  options.height = 64;
  options.train_videos = 1;
  options.frames = 16;
  write_hand_videos(folder.path(), options, 7);
  for (const auto& entry : list_of(folder.path(), "train")) {
    const auto& names = hand_motion_names();
    const auto index = std::find(names.begin(), names.end(), class_of(entry)) - names.begin();
    const HandScene scene(RandomStream(7, "hand", static_cast<uint64_t>(index), 0), static_cast<HandMotion>(index), {86, 64}, 16);
    EXPECT_EQ(entry["placeholders"][0], scene.object());
    const auto file = folder / kMedia / (entry["id"].get<std::string>() + ".webm");
    EXPECT_NEAR(cv::VideoCapture(file.string(), cv::CAP_FFMPEG).get(cv::CAP_PROP_FPS), 12, 0.01);
    video::VideoFile video(file);
    ASSERT_EQ(video.frames(), scene.length());
    for (const int64_t frame : {int64_t{0}, scene.length() - 1}) {
      const cv::Mat read = video.read(std::vector<int64_t>{frame}).front();
      ASSERT_EQ(read.size(), cv::Size(86, 64));
      EXPECT_LT(cv::norm(read, scene.render(frame), cv::NORM_L1) / static_cast<double>(read.total() * 3), 8) << entry;
    }
  }
}

TEST(HandWorld, SameSeedSameBytesWhateverTheNumberOfThreads) {
  const TemporaryFolder folder;
  {
    const test::Threads single(1);
    write_hand_videos(folder / "same", kSmall, 1);
  }
  write_hand_videos(folder / "other", kSmall, 2);
  EXPECT_EQ(all_bytes(small_world()), all_bytes(folder / "same"));
  const auto one = videos_of(small_world(), "train"), other = videos_of(folder / "other", "train");
  for (const auto& [name, videos] : one) {
    for (const auto& bytes : videos) EXPECT_FALSE(other.at(name).contains(bytes)) << name;
  }
}

TEST(HandWorld, VideosOfALargerWorldIncludeThoseOfASmallerOne) {
  const TemporaryFolder folder;
  auto more = kSmall;
  more.train_videos = 4;
  more.val_videos = 3;
  write_hand_videos(folder / "many", more, 1);
  for (const std::string split : {"train", "validation"}) {
    const auto few = videos_of(small_world(), split), many = videos_of(folder / "many", split);
    for (const auto& [name, videos] : few) {
      EXPECT_TRUE(std::includes(many.at(name).begin(), many.at(name).end(), videos.begin(), videos.end())) << split << " " << name;
    }
  }
}

TEST(HandWorld, NoVideoIsInTwoSplits) {
  const fs::path& folder = small_world();
  std::set<std::string> contents;
  for (const auto& path : list_folder(folder / kMedia)) contents.insert(read_file(path));
  EXPECT_EQ(contents.size(), 42U);
}

TEST(HandWorld, OptionsThatDescribeNoVideoAreUsageErrors) {
  const TemporaryFolder folder;
  const auto message = [&](void (*change)(StandinOptions&)) {
    auto options = kSmall;
    change(options);
    return error_of([&] { write_hand_videos(folder / "bad", options, 1); });
  };
  EXPECT_THAT(message([](auto& options) { options.train_videos = 0; }), HasSubstr("standin.train_videos"));
  EXPECT_THAT(message([](auto& options) { options.scarce_videos = -1; }), HasSubstr("standin.scarce_videos"));
  EXPECT_THAT(message([](auto& options) { options.val_videos = 0; }), HasSubstr("standin.val_videos"));
  EXPECT_THAT(message([](auto& options) { options.test_videos = -1; }), HasSubstr("standin.test_videos"));
  EXPECT_THAT(message([](auto& options) { options.frames = 3; }), AllOf(HasSubstr("standin.frames"), HasSubstr("at least 4")));
  EXPECT_THAT(message([](auto& options) { options.height = 65; }), HasSubstr("standin.height"));
  EXPECT_THAT(message([](auto& options) { options.height = 22; }), HasSubstr("standin.height"));
  EXPECT_FALSE(fs::exists(folder / "bad"));
}

TEST(HandWorld, AFolderThatCannotBeWrittenIsAnErrorWithItsName) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "taken", "a file");
  EXPECT_THAT(error_of([&] { write_hand_videos(folder / "taken", kSmall, 1); }), HasSubstr("taken"));
  make_folder(folder / "world" / kMedia / "7.webm" / "inside");
  EXPECT_THAT(error_of([&] { write_hand_videos(folder / "world", kSmall, 1); }), HasSubstr("7.webm"));
}

}  // namespace
}  // namespace vbench::synthetic
