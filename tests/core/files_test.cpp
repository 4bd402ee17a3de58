#include "harness/core/files.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "harness/core/error.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

TEST(AtomicFile, ReplacesTheWholeContentAndLeavesNothingElse) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "first");
  write_file_atomically(folder / "a", "second");
  EXPECT_EQ(read_file(folder / "a"), "second");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(AtomicFile, KeepsTheOldFileWhenTheDiskIsFull) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "old");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int code = 9;
    try {
      write_file_atomically(folder / "a", std::string(5000, 'x'));
    } catch (const Error& error) {
      code = std::string(error.what()).find("cannot write: File too large") != std::string::npos ? 3 : 8;
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 3);
  EXPECT_EQ(read_file(folder / "a"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1) << "a temporary file was left behind";
}

TEST(AtomicFile, SaysWhyAFolderCannotBeWrittenTo) {
  EXPECT_EQ(test::error_of([] { write_file_atomically("/nonexistent/a", "x"); }),
            "/nonexistent/a: cannot create the file: No such file or directory");
  EXPECT_EQ(test::error_of([] { make_folder("/proc/vbench"); }).rfind("/proc/vbench: cannot create the folder", 0), 0U);
}

TEST(AtomicFile, WhatAKilledWriterLeftIsRemovedAndNothingElse) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "last.pth", "whole");
  const pid_t child = ::fork();
  if (child == 0)
    replace_file_atomically(folder / "last.pth", [](const std::filesystem::path& temporary) {
      write_file_atomically(temporary, "half");
      ::kill(::getpid(), SIGKILL);
    });
  ::waitpid(child, nullptr, 0);
  ASSERT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 2) << "the test leaves nothing to remove";
  remove_abandoned_files(folder.path());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  EXPECT_EQ(read_file(folder / "last.pth"), "whole");
}

TEST(ReplaceLink, PutsALinkInThePlaceOfAnotherOneAndOfNoFolder) {
  const test::TemporaryFolder folder;
  replace_link(folder / "link", "somewhere");
  replace_link(folder / "link", "elsewhere");
  EXPECT_EQ(std::filesystem::read_symlink(folder / "link"), "elsewhere");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
  make_folder(folder / "full/of/files");
  EXPECT_THROW(replace_link(folder / "full", "elsewhere"), Error);
  EXPECT_TRUE(std::filesystem::is_directory(folder / "full/of/files"));
}

TEST(ListFolder, IsSortedAndTellsNothingThereFromNotAllowed) {
  const test::TemporaryFolder folder;
  for (const char* name : {"b", "a"}) write_file_atomically(folder / name, "");
  EXPECT_EQ(list_folder(folder.path()), (std::vector<std::filesystem::path>{folder / "a", folder / "b"}));
  EXPECT_TRUE(list_folder(folder / "nowhere").empty());
  EXPECT_TRUE(list_folder(folder / "a").empty()) << "a file";
  std::filesystem::create_directory_symlink("circle", folder / "circle");
  EXPECT_EQ(test::error_of([&] { (void)list_folder(folder / "circle"); }).rfind((folder / "circle").string() + ": cannot list", 0), 0U);
}

TEST(ReadFile, HasALimit) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "a", "12345");
  EXPECT_EQ(test::error_of([&] { (void)read_file(folder / "a", 4); }),
            (folder / "a").string() + ": file is larger than the limit of 4 bytes");
  EXPECT_EQ(test::error_of([&] { (void)read_file(folder.path()); }), folder.path().string() + ": is a folder, a file was expected");
}

}  // namespace
}  // namespace vbench
