// The real mini set and the official lists, where they are at hand.
#include "tests/datasets/clips/fixture.hpp"

namespace vbench::clips {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

DataReport prepare(const std::string& dataset, const fs::path& lists, const fs::path& videos, const fs::path& output) {
  DataRequest request;
  request.settings = {"annotations=" + lists.string(), "videos=" + videos.string()};
  return dataset_entry(family_of(dataset)).prepare(request, output.string());
}

TEST(RealVideos, ArePreparedWholeWithAllThreeSplits) {
  const auto real = test::real_data_root() / "realvideo-mini";
  if (!fs::exists(real)) GTEST_SKIP() << real << " is not there";
  const test::TemporaryFolder folder;
  const fs::path output = folder / "data/ucf101";
  const DataReport report = prepare("ucf101", real, real, output);
  EXPECT_EQ(report.listed, 3 * 160);
  EXPECT_EQ(report.checked, report.listed);
  DataRequest request;
  request.root = (folder / "data").string();
  request.settings = {"data.fold=3"};
  const DataReport verified = dataset_entry(family_of("ucf101")).verify(request);
  EXPECT_EQ(verified.checked, 160);
  for (const auto& problem : verified.problems) EXPECT_FALSE(problem.fatal) << problem.item << ": " << problem.message;
}

TEST(RealVideos, OfTwelveGenuineClipsTheOthersAreMissing) {
  const auto real = test::real_data_root() / "ucf101";
  if (!fs::exists(real)) GTEST_SKIP() << real << " is not there";
  const test::TemporaryFolder folder;
  const DataReport report = prepare("ucf101", real, real, folder / "data/ucf101");
  EXPECT_EQ(report.listed, 3 * 13320);
  EXPECT_EQ(report.checked, 3 * 12);
  EXPECT_THAT(report.facts, Contains("val1: 3783 videos, 12 found, 3771 missing"));
  EXPECT_THAT(report.facts, Contains(HasSubstr("classes: 101")));
}

}  // namespace
}  // namespace vbench::clips
