// Damaged, foreign and unwritable stores: a clear Error, and the file as it was.
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <random>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "results/store.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

namespace fs = std::filesystem;
using test::full_run;
using test::run_with;

/// Message of the kInput Error; other outcomes as text that no test expects.
std::string input_error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind() == ErrorKind::kInput ? error.what() : std::string("wrong kind: ") + error.what();
  }
  return "no error";
}

void expect_mention(const std::string& message, const std::string& part) { EXPECT_NE(message.find(part), std::string::npos) << message; }

void run_sql(const fs::path& file, const std::string& sql) {
  sqlite3* database = nullptr;
  ASSERT_EQ(sqlite3_open(file.c_str(), &database), SQLITE_OK);
  EXPECT_EQ(sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
  sqlite3_close(database);
}

/// Runs `action` in a child process; gives its exit code, 3 for an Error kInput that mentions `part`.
int in_child(const std::string& part, const std::function<void()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string message = input_error_of(action);
    if (message.find(part) == std::string::npos) std::fprintf(stderr, "child: %s\n", message.c_str());
    ::_exit(message.find(part) == std::string::npos ? 9 : 3);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(DamagedStore, IsReportedAndLeftAlone) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  const std::string garbage(10000, 'x');
  write_file_atomically(file, garbage);
  for (const auto& message :
       {input_error_of([&] { (void)Store::open(file); }), input_error_of([&] { (void)Store::open_existing(file); })}) {
    expect_mention(message,
                   file.string() + ": the results store is damaged: file is not a database; nothing was changed; move the file away");
  }
  EXPECT_EQ(read_file(file), garbage);
}

TEST(DamagedStore, NeverCrashesOrChangesWhereverTheDamageIs) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  {
    Store store = Store::open(file);
    for (int seed = 1; seed <= 20; ++seed) {
      RunRecord record = full_run();
      record.seed = seed;
      (void)store.add(record);
    }
  }
  const std::string good = read_file(file);
  int refused = 0;
  for (size_t at = 0; at < good.size(); at += 1000) {
    std::string bad = good;
    for (size_t i = at; i < std::min(at + 700, bad.size()); ++i) bad[i] = static_cast<char>(bad[i] ^ 0x5A);
    write_file_atomically(file, bad);
    try {
      const auto store = Store::open_existing(file);
      if (store) (void)store->runs({.include_invalid = true, .with_outputs = true, .with_history = true});
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput) << error.what();
      ++refused;
    }
    EXPECT_EQ(read_file(file), bad) << "at " << at;
  }
  EXPECT_GT(refused, 10);
}

TEST(DamagedStore, IsNoticedWhenCutOff) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  (void)Store::open(file).add(full_run());
  const std::string cut = read_file(file).substr(0, 5000);
  write_file_atomically(file, cut);
  expect_mention(input_error_of([&] { (void)Store::open(file); }), "the results store is damaged");
  EXPECT_EQ(read_file(file), cut);
}

TEST(DamagedStore, NoticesChangedOutputs) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  const std::string id = Store::open(file).add(full_run());
  run_sql(file, "UPDATE outputs SET checksum = checksum + 1 WHERE name = 'wide'");
  const auto store = Store::open_existing(file);
  EXPECT_EQ(store->runs({.include_invalid = true}).size(), 1U) << "scores must stay readable";
  expect_mention(input_error_of([&] { (void)store->find(id); }), "run " + id + ": output 'wide' is damaged: the checksum does not match");
  run_sql(file, "UPDATE outputs SET checksum = checksum - 1, items = 4611686018427387904 WHERE name = 'wide'");
  expect_mention(input_error_of([&] { (void)store->find(id); }), "16 bytes for 4611686018427387904 items of width 2");
  run_sql(file, "UPDATE outputs SET \"values\" = x'00' WHERE name = 'wide'");
  expect_mention(input_error_of([&] { (void)store->find(id); }), "not compressed data");
}

TEST(ForeignStore, IsNotTouched) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  run_sql(file, "CREATE TABLE mine(x)");
  const std::string before = read_file(file);
  expect_mention(input_error_of([&] { (void)Store::open(file); }), "is an SQLite file of another program");
  EXPECT_EQ(read_file(file), before);
  expect_mention(input_error_of([&] { (void)Store::open(folder.path()); }), "is a folder");
}

TEST(NewerStore, IsNotTouched) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  (void)Store::open(file).add(full_run());
  run_sql(file, "PRAGMA user_version=3");
  const std::string before = read_file(file);
  expect_mention(input_error_of([&] { (void)Store::open(file); }),
                 "was written by a newer vbench (schema 3, this one knows 2); use that vbench");
  EXPECT_EQ(read_file(file), before);
}

TEST(FullDisk, LeavesTheOldRunsAndSaysWhatToDo) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  (void)Store::open(file).add(run_with(1, 0.5));
  RunRecord big = run_with(2, 0.5);
  big.outputs = {{"noise", 1000, std::vector<std::string>(100, "id"), std::vector<float>(100000)}};
  std::mt19937 random(1);  // noise: it must not compress below the limit
  for (float& value : big.outputs[0].values) value = static_cast<float>(random());
  const int code = in_child("cannot write to the results store: File too large; free some space", [&] {
    const rlimit limit{150'000, 150'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    (void)Store::open(file).add(big);
  });
  EXPECT_EQ(code, 3);
  Store store = Store::open(file);
  ASSERT_EQ(store.runs().size(), 1U);
  EXPECT_EQ(store.runs()[0].seed, 1);
  (void)store.add(big);
  EXPECT_EQ(store.runs().size(), 2U) << "with space, the same run goes in";
}

TEST(FullDisk, AtTheVeryFirstWriteLeavesNothingThatBlocksTheNextRun) {
  const test::TemporaryFolder folder;
  const fs::path file = folder / "results.db";
  const int code = in_child("cannot write to the results store", [&] {
    const rlimit limit{1000, 1000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    (void)Store::open(file).add(run_with(1, 0.5));
  });
  EXPECT_EQ(code, 3);
  (void)Store::open(file).add(run_with(1, 0.5));
  EXPECT_EQ(Store::open_existing(file)->runs().size(), 1U);
}

TEST(ReadOnlyFolder, CanBeReadButNotWritten) {
  const test::TemporaryFolder folder;
  const fs::path place = folder / "shared";
  const fs::path file = place / "results.db";
  (void)Store::open(file).add(run_with(1, 0.5));
  constexpr auto kEverybody = fs::perms::owner_read | fs::perms::owner_exec | fs::perms::group_read | fs::perms::group_exec |
                              fs::perms::others_read | fs::perms::others_exec;
  fs::permissions(folder.path(), kEverybody, fs::perm_options::add);
  fs::permissions(file, fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read);
  fs::permissions(place, kEverybody);
  const auto as_nobody = [] {
    if (::geteuid() == 0 && ::setuid(65534) != 0) throw input_error("cannot become another user");  // root may write anywhere
  };
  EXPECT_EQ(in_child("cannot open the results store for writing",
                     [&] {
                       as_nobody();
                       (void)Store::open(file);
                     }),
            3);
  EXPECT_EQ(in_child("choose a folder that can be written to, with --out",
                     [&] {
                       as_nobody();
                       (void)Store::open(place / "another.db");
                     }),
            3);
  EXPECT_EQ(in_child("read 1 runs",
                     [&] {
                       as_nobody();
                       throw input_error("read " + std::to_string(Store::open_existing(file)->runs().size()) + " runs");
                     }),
            3);
  fs::permissions(place, fs::perms::owner_all);
}

}  // namespace
}  // namespace vbench
