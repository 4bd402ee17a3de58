#include "results/store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <set>

#include "harness/core/error.hpp"
#include "tests/results/records.hpp"
#include "tests/support/golden.hpp"

namespace vbench {
namespace {

using test::full_run;
using test::run_with;

TEST(Store, GivesBackEveryFieldOfARun) {
  const test::TemporaryFolder folder;
  const RunRecord written = full_run();
  const std::string id = Store::open(folder / "deep" / "results.db").add(written);
  const auto store = Store::open_existing(folder / "deep" / "results.db");
  ASSERT_TRUE(store);
  const auto read = store->find(id);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->run_id, id);
  EXPECT_EQ(read->method, written.method);
  EXPECT_EQ(read->variant, written.variant);
  EXPECT_EQ(read->dataset, written.dataset);
  EXPECT_EQ(read->source, written.source);
  EXPECT_EQ(read->protocol.name, written.protocol.name);
  EXPECT_EQ(read->protocol.version, written.protocol.version);
  EXPECT_EQ(read->protocol.description, written.protocol.description);
  EXPECT_EQ(read->data.split, "val");
  EXPECT_EQ(read->data.items, 457);
  EXPECT_EQ(read->data.missing, 2);
  EXPECT_EQ(read->data.dropped, 1);
  EXPECT_EQ(read->data.hash, "abc");
  EXPECT_EQ(read->seed, 3);
  EXPECT_EQ(read->epochs, 10);
  EXPECT_EQ(read->best_epoch, 7);
  EXPECT_EQ(read->scores.at("v2p_r1"), written.scores.at("v2p_r1"));
  EXPECT_TRUE(std::isnan(read->scores.at("v2p_medr")));
  EXPECT_EQ(read->speed, written.speed);
  EXPECT_EQ(read->environment, written.environment);
  EXPECT_EQ(read->settings, written.settings);
  EXPECT_EQ(read->command_line, written.command_line);
  EXPECT_EQ(read->created_unix, written.created_unix);
  EXPECT_FALSE(read->verdict.valid);
  EXPECT_EQ(read->verdict.reasons, written.verdict.reasons);
}

TEST(Store, GivesBackHistoryAndOutputs) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const RunRecord written = full_run();
  const auto read = store.find(store.add(written));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->history.size(), 2U);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(read->history[i].epoch, written.history[i].epoch);
    EXPECT_EQ(read->history[i].learning_rate, written.history[i].learning_rate);
    EXPECT_EQ(read->history[i].seconds, written.history[i].seconds);
    EXPECT_EQ(read->history[i].train_loss, written.history[i].train_loss);
    EXPECT_EQ(read->history[i].val_loss, written.history[i].val_loss);
    EXPECT_EQ(read->history[i].scores, written.history[i].scores);
    EXPECT_EQ(read->history[i].improved, written.history[i].improved);
  }
  ASSERT_EQ(read->outputs.size(), 3U);
  for (size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(read->outputs[i].name, written.outputs[i].name);
    EXPECT_EQ(read->outputs[i].width, written.outputs[i].width);
    EXPECT_EQ(read->outputs[i].ids, written.outputs[i].ids);
    EXPECT_EQ(read->outputs[i].values, written.outputs[i].values);
  }
}

TEST(Store, FiltersRunsAndGivesThemOldestFirst) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  const auto first = store.add(run_with(1, 0.1));
  const auto second = store.add(run_with(2, 0.2, "yc2-2d3d"));
  const auto invalid = store.add(full_run());
  const auto ids = [&](const RunFilter& filter) {
    std::vector<std::string> found;
    for (const auto& run : store.runs(filter)) found.push_back(run.run_id);
    return found;
  };
  EXPECT_EQ(ids({}), (std::vector{first, second}));
  EXPECT_EQ(ids({.variant = "yc2-2d3d"}), (std::vector{second}));
  EXPECT_EQ(ids({.method = "other"}), std::vector<std::string>());
  EXPECT_EQ(ids({.dataset = "youcook2", .source = Source::kSynthetic, .include_invalid = true}), (std::vector{invalid}));
  EXPECT_TRUE(store.runs({.include_invalid = true}).back().outputs.empty());
  EXPECT_EQ(store.runs({.include_invalid = true, .with_outputs = true}).back().outputs.size(), 3U);
  EXPECT_EQ(store.runs({.include_invalid = true, .with_history = true}).back().history.size(), 2U);
  EXPECT_FALSE(store.find("nothing"));
}

TEST(Store, KeepsTheIdOfARecordAndRefusesItTwice) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  RunRecord record = run_with(1, 0.1);
  record.run_id = "mine";
  EXPECT_EQ(store.add(record), "mine");
  EXPECT_EQ(test::error_of([&] { (void)store.add(record); }), (folder / "results.db").string() + ": holds a run mine already");
  EXPECT_EQ(store.runs().size(), 1U);
}

TEST(Store, AddsARunWholeOrNotAtAll) {
  const test::TemporaryFolder folder;
  Store store = Store::open(folder / "results.db");
  RunRecord record = full_run();
  record.outputs.back().values.pop_back();  // fails at the very end, after all other rows
  EXPECT_NE(test::error_of([&] { (void)store.add(record); }), "");
  EXPECT_TRUE(store.runs({.include_invalid = true}).empty());
  (void)store.add(run_with(1, 0.1));
  EXPECT_EQ(store.runs().size(), 1U) << "the failed run must not block the next";
}

TEST(Store, IsNotThereBeforeTheFirstRun) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(Store::open_existing(folder / "results.db"));
  EXPECT_FALSE(std::filesystem::exists(folder / "results.db"));
}

TEST(Store, LosesNothingWhenTwoProcessesWriteAtOnce) {
  const test::TemporaryFolder folder;
  constexpr int kProcesses = 2, kRuns = 25;
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    const pid_t child = ::fork();
    if (child == 0) {
      int code = 0;
      try {
        Store store = Store::open(folder / "results.db");  // both create it
        for (int i = 0; i < kRuns; ++i) {
          RunRecord record = full_run();
          record.verdict = {};
          record.seed = process * 1000 + i;
          (void)store.add(record);
        }
      } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        code = 1;
      }
      ::_exit(code);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  const auto store = Store::open_existing(folder / "results.db");
  ASSERT_TRUE(store);
  std::set<int64_t> seeds;
  std::set<std::string> ids;
  for (const auto& run : store->runs({.with_outputs = true})) {
    seeds.insert(run.seed);
    ids.insert(run.run_id);
    EXPECT_EQ(run.outputs.size(), 3U);
  }
  EXPECT_EQ(seeds.size(), size_t{kProcesses * kRuns});
  EXPECT_EQ(ids.size(), size_t{kProcesses * kRuns});
}

TEST(RunId, SortsByTimeAndNeverRepeats) {
  std::vector<std::string> ids;
  for (int i = 0; i < 1000; ++i) ids.push_back(new_run_id());
  EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end()));
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), ids.size());
  EXPECT_THAT(ids.front(), testing::MatchesRegex("20[0-9]*T[0-9]*\\.[0-9]*Z-[0-9a-f]*"));
}

}  // namespace
}  // namespace vbench
