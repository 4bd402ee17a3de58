// `vbench data convert` as a user runs it.
#include <gmock/gmock.h>

#include "datasets/video/frame_source.hpp"
#include "tests/cli/fixture.hpp"
#include "tests/datasets/video/fixture.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::expect_error;
using test::kUsage;
using test::run_program;
using testing::AllOf;
using testing::HasSubstr;

class Convert : public testing::Test {
 protected:
  [[nodiscard]] test::ProgramResult convert(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"data", "convert", (folder_ / "videos").string(), "--format", "table"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_program(arguments);
  }
  [[nodiscard]] std::vector<std::string> output(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"--output", (folder_ / "out").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  test::TemporaryFolder folder_;
};

TEST_F(Convert, WritesDatabasesAndSaysWhatItDid) {
  test::write_video(folder_ / "videos/run/a.avi", 5);
  test::write_video(folder_ / "videos/run/b.avi", 6);
  const auto result = convert(output());
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, AllOf(HasSubstr("2 of 2 videos converted, 0 of them before"), HasSubstr("11 frames, verified")));
  EXPECT_EQ(video::open_frames(folder_ / "out/run/b")->frames(), 6);
  EXPECT_THAT(convert(output()).out, HasSubstr("2 of 2 videos converted, 2 of them before"));
  expect_error(convert(output({"--set", "layout=packed"})), kUsage, {"conversion.json", "frames of other options"});
}

TEST_F(Convert, AnswersNoIfAVideoCannotBeRead) {
  test::write_video(folder_ / "videos/a.avi", 5);
  write_file_atomically(folder_ / "videos/b\xFF.avi", "text");
  const auto result = convert(output());
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, AllOf(HasSubstr("1 of 2 videos converted"), HasSubstr("unreadable video"), HasSubstr("b\\xff.avi")));
  EXPECT_EQ(convert(output({"--allow-missing", "0.5"})).exit_code, 0);
}

TEST_F(Convert, RefusesWhatHasNoEffect) {
  test::write_video(folder_ / "videos/a.avi", 5);
  expect_error(convert(), kUsage, {"no folder to write to", "--output"});
  expect_error(convert(output({"--seed", "2"})), kUsage, {"--seed", "no effect"});
  expect_error(convert(output({"--deep"})), kUsage, {"--deep", "no effect"});
  expect_error(convert(output({"--data-root", "x"})), kUsage, {"--data-root", "no effect"});
  expect_error(convert(output({"--set", "qualty=3"})), kUsage, {"qualty", "quality"});
  expect_error(run_program({"data", "convrt", "x"}), kUsage, {"convrt", "convert"});
}

}  // namespace
}  // namespace vbench
