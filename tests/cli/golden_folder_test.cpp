// The comparison with golden files can fail, says where, and rewrites only when told to.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"
#include "tests/support/golden_output.hpp"

namespace vbench::golden_folder_test {
namespace {

using test::GoldenFolder;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class GoldenFolders : public testing::Test {
 protected:
  GoldenFolders() { write_file_atomically(folder_ / "a.txt", "one\ntwo\nthree\n"); }
  [[nodiscard]] GoldenFolder compared() const { return {folder_.path(), false}; }
  test::TemporaryFolder folder_;
};

TEST_F(GoldenFolders, TakeTheSameBytesAlone) {
  EXPECT_EQ(compared().check("a.txt", "one\ntwo\nthree\n"), "");
  EXPECT_NE(compared().check("a.txt", "one\ntwo\nthree"), "");
  EXPECT_NE(compared().check("a.txt", "one\r\ntwo\nthree\n"), "");
  EXPECT_NE(compared().check("a.txt", ""), "");
}

TEST_F(GoldenFolders, NameTheFirstLineThatDiffersAndTheCommand) {
  EXPECT_EQ(compared().check("a.txt", "one\nTwo\n3\n"),
            "tests/golden/output/a.txt, line 2\n  is:      two\n  printed: Two\nif the new one is right: ci/golden");
  EXPECT_THAT(compared().check("a.txt", "one\ntwo\nthree\nfour\n"), HasSubstr("line 4\n  is:      (no such line)\n  printed: four\n"));
  EXPECT_THAT(compared().check("a.txt", "one\n"), HasSubstr("line 2\n  is:      two\n  printed: (no such line)\n"));
  EXPECT_THAT(compared().check("b.txt", "x"), HasSubstr("b.txt is missing; if the new one is right: ci/golden"));
}

TEST_F(GoldenFolders, KnowFilesThatNothingWasComparedWith) {
  write_file_atomically(folder_ / "b.txt", "");
  write_file_atomically(folder_ / "README.md", "");
  auto golden = compared();
  EXPECT_THAT(golden.orphans(), ElementsAre("a.txt", "b.txt"));
  (void)golden.check("a.txt", "x");
  EXPECT_THAT(golden.orphans(), ElementsAre("b.txt"));
  EXPECT_THAT(golden.check("a.txt", "one\ntwo\nthree\n"), HasSubstr("two tests"));
}

TEST_F(GoldenFolders, AreRewrittenWhenTheyShallBe) {
  GoldenFolder rewritten(folder_.path(), true);
  EXPECT_EQ(rewritten.check("a.txt", "new"), "");
  EXPECT_EQ(rewritten.check("c.txt", "c"), "");
  EXPECT_EQ(read_file(folder_ / "a.txt"), "new");
  EXPECT_THAT(rewritten.orphans(), IsEmpty());
  (void)compared().check("a.txt", "newer");
  EXPECT_EQ(read_file(folder_ / "a.txt"), "new") << "comparing writes nothing";
}

TEST(PortableText, RoundsOnlyNumbersThatNoTwoMachinesShare) {
  EXPECT_EQ(test::portable("0.30000000000000004 and 123.45678901234567, 1.2345678901234e-07"), "0.3 and 123.456789, 1.23456789e-07");
  const std::string as_it_is = "78.30 ±2.67, 20240131T101502, 2011.00597, 0.12345678901, 0123456789abcdef, 1234567890123";
  EXPECT_EQ(test::portable(as_it_is), as_it_is);
  EXPECT_EQ(test::portable(""), "");
}

}  // namespace
}  // namespace vbench::golden_folder_test
