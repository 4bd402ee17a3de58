#include "harness/core/progress.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

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

/// What a terminal was sent; nothing where the machine gives no pseudo-terminals.
std::optional<std::string> shown_by(const std::function<void(Progress&)>& use) {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  if (terminal < 0) return std::nullopt;
  EXPECT_EQ(::grantpt(terminal) + ::unlockpt(terminal), 0);
  const int program = ::open(::ptsname(terminal), O_RDWR | O_NOCTTY);
  {
    Progress progress(Verbosity::kNormal, program);
    use(progress);
  }
  std::string text(4096, '\0');
  text.resize(static_cast<size_t>(std::max<ssize_t>(0, ::read(terminal, text.data(), text.size()))));
  ::close(program);
  ::close(terminal);
  return text;
}

TEST(Progress, WhatIsInsideAnActivityLeavesNothingInALogAndTheActivityGoesOn) {
  const test::TemporaryFolder folder;
  const auto path = folder / "log";
  const int descriptor = ::open(path.c_str(), O_CREAT | O_WRONLY, 0644);
  {
    Progress progress(Verbosity::kNormal, descriptor);
    progress.begin("epoch 1/2", 3, 1);
    {
      const ProgressInside inside(progress, "labels", 20);
      progress.update(20, "batches");
    }
    progress.update(2, "loss 0.5");
  }
  ::close(descriptor);
  EXPECT_EQ(read_file(path), "epoch 1/2 2/3 0:00 loss 0.5\n");
}

TEST(Progress, ATerminalShowsTheBarOfWhatIsInsideAndThenTakesItAway) {
  const auto shown = shown_by([](Progress& progress) {
    progress.begin("epoch 1/2", 3);
    const ProgressInside inside(progress, "labels", 20);
    std::this_thread::sleep_for(std::chrono::milliseconds(150));  // bars are redrawn ten times a second
    progress.update(7, "batches");
  });
  if (!shown) GTEST_SKIP() << "no pseudo-terminals on this machine: is /dev/pts mounted?";
  const std::string& text = *shown;
  const auto bar = text.find("labels"), cleared = text.rfind("\r\x1b[K"), epoch = text.find("epoch 1/2");
  ASSERT_NE(bar, std::string::npos) << text;
  EXPECT_NE(text.find("7/20"), std::string::npos) << text;
  EXPECT_LT(bar, epoch) << text;
  EXPECT_LT(bar, cleared) << text;
}

TEST(FormatDuration, ReadsLikeAClock) {
  EXPECT_EQ(format_duration(7.4), "0:07");
  EXPECT_EQ(format_duration(245), "4:05");
  EXPECT_EQ(format_duration(3723), "1:02:03");
}

}  // namespace
}  // namespace vbench
