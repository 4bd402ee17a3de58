#include "harness/core/error.hpp"

#include <gtest/gtest.h>

namespace vbench {
namespace {

TEST(Error, PutsPlaceFactAndAdviceOnOneLine) {
  const Error error = input_error("has 0 frames", "features.h5: video 'a1'", "run 'vbench data verify youcook2'");
  EXPECT_STREQ(error.what(), "features.h5: video 'a1': has 0 frames; run 'vbench data verify youcook2'");
}

TEST(Error, LeavesOutWhatIsNotKnown) { EXPECT_STREQ(usage_error("no method given").what(), "no method given"); }

TEST(Error, NeverBreaksTheLineWhateverAFileContains) {
  EXPECT_STREQ(input_error("key 'a\nb\x1b[2J' is bad").what(), "key 'a b [2J' is bad");
}

TEST(Error, KindsHaveTheDocumentedExitCodes) {
  EXPECT_EQ(exit_code(ErrorKind::kCheck), 1);
  EXPECT_EQ(exit_code(ErrorKind::kUsage), 2);
  EXPECT_EQ(exit_code(ErrorKind::kInput), 3);
  EXPECT_EQ(exit_code(ErrorKind::kNumeric), 4);
  EXPECT_EQ(exit_code(ErrorKind::kInternal), 5);
  EXPECT_EQ(exit_code(ErrorKind::kInterrupted), 130);
}

}  // namespace
}  // namespace vbench
