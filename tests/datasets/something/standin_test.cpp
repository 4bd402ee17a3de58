#include "datasets/something/standin.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "datasets/location/generated_folder.hpp"
#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::something {
namespace {

namespace fs = std::filesystem;
using test::error_of;
using test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr StandinOptions kSmall{.train_videos = 2, .scarce_videos = 1, .val_videos = 1, .test_videos = 1, .height = 32, .frames = 4};

TEST(SomethingStandin, IsMarkedAsSyntheticWithSeedAndOptions) {
  const TemporaryFolder folder;
  write_standin(kSmall, 5, (folder / "data").string());
  const auto marker = nlohmann::json::parse(read_file(folder / "data" / kMarkerFile));
  EXPECT_EQ(marker["dataset"], "something-something-v2");
  EXPECT_EQ(marker["seed"], 5);
  EXPECT_EQ(marker["annotations"], "generated");
  EXPECT_EQ(marker["options"], nlohmann::json(standin_values(kSmall)));
  EXPECT_THAT(marker["note"].get<std::string>(), HasSubstr("synthetic"));
}

TEST(SomethingStandin, ValuesNameEveryOption) {
  const auto values = standin_values(kSmall);
  const std::map<std::string, std::string> expected{{"standin.train_videos", "2"}, {"standin.scarce_videos", "1"},
                                                    {"standin.val_videos", "1"},   {"standin.test_videos", "1"},
                                                    {"standin.height", "32"},      {"standin.frames", "4"}};
  EXPECT_EQ(values, expected);
}

TEST(SomethingStandin, ReportSaysHowManyVideosThereAre) {
  const TemporaryFolder folder;
  const auto report = write_standin(kSmall, 1, (folder / "data").string());
  EXPECT_EQ(report.listed, 13 + 8 + 8);
  EXPECT_EQ(report.checked, report.listed);
  EXPECT_TRUE(report.problems.empty());
  EXPECT_THAT(report.facts, ElementsAre(HasSubstr("classes: 8, told apart by motion; 3 are scarce"), "train: 13 videos",
                                        "validation: 8 videos", "test: 8 videos, unlabelled"));
}

TEST(SomethingStandin, ReplacesAnOlderOneWholeAndNothingElse) {
  const TemporaryFolder folder;
  const auto data = folder / "data";
  write_standin(kSmall, 1, data.string());
  write_file_atomically(data / "stale", "");
  write_standin(kSmall, 2, data.string());
  EXPECT_FALSE(fs::exists(data / "stale"));
  EXPECT_EQ(nlohmann::json::parse(read_file(data / kMarkerFile))["seed"], 2);
  fs::remove(data / kMarkerFile);
  EXPECT_THAT(error_of([&] { write_standin(kSmall, 3, data.string()); }), HasSubstr("not generated"));
  EXPECT_THAT(list_folder(folder.path()), ElementsAre(data));
}

}  // namespace
}  // namespace vbench::something
