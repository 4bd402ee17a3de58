#include "harness/core/progress.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

std::string written_by(Verbosity verbosity) {
  const test::TemporaryFolder folder;
  const auto path = folder / "log";
  const int descriptor = ::open(path.c_str(), O_CREAT | O_WRONLY, 0644);
  {
    Progress progress(verbosity, descriptor);
    progress.begin("epoch 1/2", 3);
    for (int i = 1; i <= 3; ++i) progress.update(i, "loss 0.5");
    progress.info("saved");
    progress.warning("slow");
  }
  ::close(descriptor);
  return read_file(path);
}

TEST(Progress, ALogGetsPlainLinesWithoutControlCharacters) {
  EXPECT_EQ(written_by(Verbosity::kNormal), "saved\nwarning: slow\nepoch 1/2 3/3 0:00 loss 0.5\n");
}

TEST(Progress, QuietLeavesOnlyWarnings) { EXPECT_EQ(written_by(Verbosity::kQuiet), "warning: slow\n"); }

TEST(FormatDuration, ReadsLikeAClock) {
  EXPECT_EQ(format_duration(7.4), "0:07");
  EXPECT_EQ(format_duration(245), "4:05");
  EXPECT_EQ(format_duration(3723), "1:02:03");
}

}  // namespace
}  // namespace vbench
