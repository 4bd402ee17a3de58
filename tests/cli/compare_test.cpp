// `vbench compare` from the command line: what its sides may be, exit codes, files for CI; and the machinery of ci/regress with a tiny run.
#include "results/store.hpp"
#include "tests/cli/fixture.hpp"
#include "tests/results/gate/sides.hpp"

namespace vbench {
namespace {

using nlohmann::json;
using test::expect_error;
using test::kBadScores;
using test::kGoodScores;
using test::kInput;
using test::kUsage;
using test::ProgramResult;
using test::run_program;
using test::seeds_with;
using test::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

constexpr int kWorse = 1;

/// A store with two revisions, the second of which lost four points in every seed.
class Compare : public testing::Test {
 protected:
  Compare() {
    Store store = Store::open(out_ / "results.db");
    add(store, seeds_with(kGoodScores, 10), "aaaa1111bbbb");
    add(store, seeds_with(kBadScores, 11), "v0.1-12-gcccc2222dddd");
    add(store, seeds_with(kGoodScores, 12), "aaaa1111bbbb-dirty");
  }

  static void add(Store& store, std::vector<RunRecord> runs, const std::string& revision) {
    for (auto& run : runs) {
      run.environment["revision"] = revision;
      (void)store.add(run);
    }
  }

  [[nodiscard]] ProgramResult run(const std::string& base, const std::string& candidate, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"compare", base, candidate, "--out", out_.string()};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(all);
  }

  /// An export with changes, as a file.
  [[nodiscard]] std::string file(const std::string& name, const json& content) const {
    write_file_atomically(folder_ / name, content.dump());
    return (folder_ / name).string();
  }

  TemporaryFolder folder_;
  fs::path out_ = folder_ / "runs";
};

/// What `vbench run --format json` prints of five seeds.
json exported(const std::vector<double>& scores) {
  json seeds = json::array(), ids = json::array();
  for (size_t i = 0; i < scores.size(); ++i) {
    seeds.push_back(i + 1);
    ids.push_back("20240131T1000" + std::to_string(10 + i));
  }
  return {{"method", "coot"},
          {"variant", "yc2-100m"},
          {"dataset", "youcook2"},
          {"source", "real"},
          {"split", "val"},
          {"seeds", seeds},
          {"epochs", 10},
          {"scores", {{"v2p_r1", {{"values", scores}}}}},
          {"run_ids", ids},
          {"protocol", {{"name", "coot-retrieval"}, {"version", 1}}},
          {"data", {{"items", 457}, {"hash", "0123456789abcdef"}}},
          {"verdict", {{"valid", true}, {"reasons", json::array()}}},
          {"environment", json::object()},
          {"settings", {{"learning_rate", "0.001"}, {"run.train_data", "feedbeef"}}}};
}

TEST_F(Compare, ALossIsAnAlarmThatSaysWhichByHowMuchAndHowSure) {
  const auto result = run("aaaa1111bbbb", "cccc", {"--format", "table"});
  EXPECT_EQ(result.exit_code, kWorse);
  EXPECT_THAT(result.out, HasSubstr("coot yc2-100m on youcook2: real data, split val"));
  EXPECT_THAT(result.err, HasSubstr("vbench: compare: coot yc2-100m on youcook2: v2p_r1 is worse: -4.40 points (90% interval -5."));
  EXPECT_THAT(result.err, HasSubstr("tolerance 1.00), paired t over 5 seeds, p 0.0"));
}

TEST_F(Compare, NoChangeAndAGainPass) {
  const auto same = run("aaaa1111bbbb", "aaaa1111bbbb-dirty", {"--format", "json"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_EQ(json::parse(same.out).at(0).at("rows").at(0).at("verdict"), "same");
  const auto gain = run("v0.1-12", "aaaa1111bbbb", {"--format", "json"});
  EXPECT_EQ(gain.exit_code, 0) << gain.err;
  EXPECT_EQ(json::parse(gain.out).at(0).at("rows").at(0).at("verdict"), "better");
}

TEST_F(Compare, SidesAreRunsRevisionsFilesOrFolders) {
  const auto good = file("good.json", exported(kGoodScores)), bad = file("bad.json", exported(kBadScores));
  fs::create_directory(folder_ / "all");
  fs::copy(good, folder_ / "all" / "one.json");
  EXPECT_EQ(run(good, bad).exit_code, kWorse);
  EXPECT_EQ(run((folder_ / "all").string(), bad).exit_code, kWorse);
  EXPECT_EQ(run("aaaa1111bbbb", bad).exit_code, kWorse);
  EXPECT_EQ(run(good, "aaaa1111bbbb-d").exit_code, 0);
  const auto single = run("20240131T100010", "20240131T110010", {"--format", "table"});
  EXPECT_EQ(single.exit_code, 0);
  EXPECT_THAT(single.out, HasSubstr("cannot tell v2p_r1: too few runs")) << "one seed";
  EXPECT_EQ(run("20240131T100010", "20240131T110010", {"--strict"}).exit_code, kWorse);
}

TEST_F(Compare, ALeaderboardIsASideToo) {
  for (const char* name : {"base", "candidate"}) {
    TemporaryFolder out;
    Store store = Store::open(out / "results.db");
    add(store, seeds_with(std::string(name) == "base" ? kGoodScores : std::vector<double>{0.5, 0.51, 0.49, 0.5, 0.5}), "x");
    const auto board = run_program({"leaderboard", "--out", out.path().string(), "--format", "json"});
    ASSERT_EQ(board.exit_code, 0) << board.err;
    write_file_atomically(folder_ / (std::string(name) + ".json"), board.out);
  }
  const auto result = run((folder_ / "base.json").string(), (folder_ / "candidate.json").string());
  EXPECT_EQ(result.exit_code, kWorse);
  EXPECT_THAT(result.err, HasSubstr("Welch over 5 and 5 runs"));
}

TEST_F(Compare, ConfigurationsOfALeaderboardArePairsByWhatItSaysOfThem) {
  const auto board = [&](const std::string& name, const std::vector<std::string>& widths) {
    TemporaryFolder out;
    Store store = Store::open(out / "results.db");
    for (const auto& width : widths) {
      auto runs = seeds_with(width == "512" ? kGoodScores : kBadScores, width == "512" ? 10 : 11);
      for (auto& run : runs) run.settings["width"] = width;
      add(store, runs, "x");
    }
    const auto printed = run_program({"leaderboard", "--out", out.path().string(), "--format", "json"});
    EXPECT_EQ(printed.exit_code, 0) << printed.err;
    write_file_atomically(folder_ / name, printed.out);
    return (folder_ / name).string();
  };
  const auto both = board("both.json", {"256", "512"});
  const auto same = run(both, both, {"--format", "json"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
  const auto tables = json::parse(same.out);
  ASSERT_EQ(tables.size(), 2U);
  for (const auto& table : tables) EXPECT_EQ(table.at("rows").at(0).at("verdict"), "same");
  EXPECT_THAT(tables[0].at("title"), HasSubstr("coot yc2-100m on youcook2 (width=512): real data"));
  EXPECT_THAT(tables[1].at("title"), HasSubstr("coot yc2-100m on youcook2 (width=256): real data"));
  expect_error(run(both, board("other.json", {"512", "1024"}), {"--gate", "v2p_r50=1"}), kInput, {"nothing that is compared has"});
  expect_error(run(both, board("one.json", {"512"})), kInput,
               {"there are several configurations of a variant, and none is known to be the same on both sides",
                "BASE has coot yc2-100m on youcook2 (width=512) (real, split val)"});
}

TEST_F(Compare, GatesSayWhichMetricsAndHowMuch) {
  EXPECT_EQ(run("aaaa1111bbbb", "cccc", {"--gate", "v2p_r1=10"}).exit_code, 0);
  EXPECT_EQ(run("aaaa1111bbbb", "cccc", {"--gate", "v2p_r1=10", "--gate", "coot/v2p_r1=1"}).exit_code, kWorse);
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "top1=1"}), kInput,
               {"--gate top1: nothing that is compared has the score 'top1' in BASE; it has v2p_r1"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "coot/v2p_r10=1"}), kInput,
               {"--gate coot/v2p_r10: nothing of coot that is compared has the score 'v2p_r10' in BASE; did you mean 'v2p_r1'?"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "sam/v2p_r1=1"}), kInput, {"--gate sam/v2p_r1: nothing of sam is compared"});
}

TEST_F(Compare, FilesForServersAreWritten) {
  const auto junit = folder_ / "gate.xml", summary = folder_ / "gate.md";
  const auto result = run("aaaa1111bbbb", "cccc", {"--junit", junit.string(), "--summary", summary.string()});
  EXPECT_EQ(result.exit_code, kWorse) << "the files are there all the same";
  EXPECT_THAT(read_file(junit), HasSubstr("<testsuites name=\"vbench compare\" tests=\"2\" failures=\"1\""));
  EXPECT_THAT(read_file(summary), HasSubstr("### vbench compare: FAILED"));
}

TEST_F(Compare, FilesForServersReplaceNeitherASideNorEachOther) {
  const auto good = file("good.json", exported(kGoodScores));
  const auto before = read_file(good);
  expect_error(run(good, good, {"--summary", good}), kUsage, {"--summary", "lies where BASE or CANDIDATE is read from"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--junit", (out_ / "results.db").string()}), kUsage, {"--junit", "is read from"});
  fs::create_directory(folder_ / "all");
  fs::copy(good, folder_ / "all" / "one.json");
  const auto one = (folder_ / "all" / "one.json").string();
  expect_error(run((folder_ / "all").string(), good, {"--junit", one}), kUsage, {"--junit", "is read from"});
  for (const auto& path : {good, one}) EXPECT_EQ(read_file(path), before);
  const auto both = folder_ / "both.xml";
  const auto same_file = (folder_ / "all" / ".." / "both.xml").string();
  expect_error(run(good, good, {"--junit", both.string(), "--summary", same_file}), kUsage, {"--summary", "is the file of --junit too"});
  EXPECT_FALSE(fs::exists(both));
}

TEST_F(Compare, OtherProtocolsAndDataAreNeverComparedSilently) {
  auto other = exported(kGoodScores);
  other["protocol"]["version"] = 2;
  const auto result = run(file("a.json", exported(kGoodScores)), file("b.json", other));
  EXPECT_EQ(result.exit_code, kWorse);
  EXPECT_THAT(result.err, HasSubstr("cannot be compared: protocol coot-retrieval version 1 and coot-retrieval version 2"));
}

TEST_F(Compare, RealAndSyntheticAreRefused) {
  auto synthetic = exported(kGoodScores);
  synthetic["source"] = "synthetic";
  expect_error(run(file("a.json", exported(kGoodScores)), file("b.json", synthetic)), kInput,
               {"real and synthetic results are never compared", "BASE has coot yc2-100m on youcook2 (real, split val)"});
}

TEST_F(Compare, MissingCounterpartsAreSaidAndStrictlyFail) {
  auto second = exported(kGoodScores);
  second["variant"] = "yc2-2d3d";
  const auto both = file("both.json", json::array({exported(kGoodScores), second})), one = file("one.json", exported(kGoodScores));
  const auto result = run(both, one);
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("warning: coot yc2-2d3d on youcook2 is in BASE alone and was not compared"));
  EXPECT_EQ(run(both, one, {"--strict"}).exit_code, kWorse);
  EXPECT_EQ(run(one, both, {"--strict"}).exit_code, 0);
  EXPECT_EQ(run(both, one, {"--strict", "--dataset", "activitynet"}).exit_code, kInput);
}

TEST_F(Compare, WrongOptionsAreRefused) {
  expect_error(run_program({"compare", "a"}), kUsage, {"takes BASE and CANDIDATE"});
  expect_error(run_program({"compare", "a", "b", "--gte", "v2p_r1=1"}), kUsage, {"vbench: compare: unknown option '--gte'"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "v2p_r1"}), kUsage, {"--gate v2p_r1", "has no tolerance"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "v2p_rr=1"}), kUsage, {"no metric is called 'v2p_rr'", "v2p_mrr"});
  const auto far = run("aaaa1111bbbb", "cccc", {"--gate", "qqqqqqqqqqqq=1"});
  expect_error(far, kUsage, {"no metric is called 'qqqqqqqqqqqq'; 'vbench list metrics' names them"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "cot/v2p_r1=1"}), kUsage, {"'cot'", "coot"});
  for (const char* tolerance : {"0", "nan", ""})
    expect_error(run("aaaa1111bbbb", "cccc", {"--gate", std::string("v2p_r1=") + tolerance}), kUsage, {"not a number above 0"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--gate", "v2p_r1=1", "--gate", "v2p_r1=2"}), kUsage, {"is given twice"});
  for (const char* tolerance : {"0", "100"}) {
    expect_error(run("aaaa1111bbbb", "cccc", {"--speed-tolerance", tolerance}), kUsage,
                 {"--speed-tolerance", std::string(tolerance) + " is not above 0 and below 100 (%)"});
  }
  expect_error(run("aaaa1111bbbb", "cccc", {"--method", "cot"}), kUsage, {"'cot'"});
}

TEST_F(Compare, SidesThatAreNotThereAreRefused) {
  expect_error(run("aaaa1111bbbb", "eeee"), kInput, {"results.db: no run id and no revision begins with 'eeee'"});
  expect_error(run("aaa", "cccc"), kUsage, {"'aaa' is too short"});
  expect_error(run("aaaa", "cccc"), kInput, {"'aaaa' begins several runs or revisions: aaaa1111bbbb, aaaa1111bbbb-dirty"});
  expect_error(run("20240131T10", "cccc"), kInput, {"begins several runs", "20240131T100010", "..."});
  expect_error(run("nowhere.json", "cccc"), kInput, {"nowhere.json", "no such file"});
  expect_error(run_program({"compare", "aaaa", "bbbb", "--out", (folder_ / "none").string()}), kInput, {"no results store"});
  write_file_atomically(folder_ / "bad.json", "{");
  expect_error(run((folder_ / "bad.json").string(), "cccc"), kInput, {"bad.json", "is not JSON"});
  fs::create_directory(folder_ / "empty");
  expect_error(run((folder_ / "empty").string(), "cccc"), kInput, {"empty", "holds no result"});
}

TEST_F(Compare, FilesThatCannotBeWrittenAreKnownBefore) {
  expect_error(run("aaaa1111bbbb", "cccc", {"--junit", (folder_ / "none" / "gate.xml").string()}), kInput,
               {"none", "is no folder", "another file with --junit"});
  expect_error(run("aaaa1111bbbb", "cccc", {"--summary", folder_.path().string()}), kInput, {"is a folder", "another file with --summary"});
}

TEST_F(Compare, FilesOfAnEarlierCallAreNotTakenForThoseOfThisOne) {
  const auto junit = folder_ / "gate.xml", summary = folder_ / "gate.md";
  for (const auto& file : {junit, summary}) write_file_atomically(file, "passed");
  EXPECT_EQ(run("aaaa1111bbbb", "eeee", {"--junit", junit.string(), "--summary", summary.string()}).exit_code, kInput);
  EXPECT_FALSE(fs::exists(junit));
  EXPECT_FALSE(fs::exists(summary));
}

TEST_F(Compare, SidesAreNeverRemoved) {
  fs::create_directory(folder_ / "side");
  const auto good = file("side/good.json", exported(kGoodScores));
  expect_error(run(good, "eeee", {"--junit", good}), kUsage, {"lies where BASE or CANDIDATE is read from"});
  expect_error(run((folder_ / "side").string(), "eeee", {"--summary", good}), kUsage, {"lies where BASE or CANDIDATE is read from"});
  EXPECT_TRUE(fs::exists(good));
  expect_error(run("aaaa1111bbbb", "eeee", {"--summary", (out_ / "results.db").string()}), kUsage, {"--summary"});
  EXPECT_TRUE(fs::exists(out_ / "results.db"));
}

TEST_F(Compare, AGateOnNothingIsRefused) {
  auto nothing = exported(kGoodScores);
  nothing["scores"]["v2p_r1"]["values"] = {nullptr, nullptr, nullptr, nullptr, nullptr};
  const auto base = file("nothing.json", nothing), good = file("good.json", exported(kGoodScores));
  expect_error(run(base, base), kInput, {"nothing was judged"});
  expect_error(run(base, good, {"--strict"}), kInput, {"nothing was judged"});
  auto details = nothing;
  details["scores"] = {{"top7", {{"values", kGoodScores}}}};
  const auto detail = file("details.json", details);
  expect_error(run(detail, detail), kInput, {"nothing was judged", "--gate"});
  EXPECT_EQ(run(detail, detail, {"--gate", "top7=1"}).exit_code, 0);
}

/// A run that trained nothing and put so many clips of ten classes into `clusters` clusters by chance.
RunRecord clustered(int clusters, int hour) {
  auto run = seeds_with({0.5}, hour).front();
  run.epochs = 0;
  run.scores["nmi"] = 1e-3 * clusters;  // equal scores would be compared as such
  run.outputs = {{"cluster", 1, {}, {}}, {"class", 1, {}, {}}};
  uint32_t state = static_cast<uint32_t>(clusters);
  for (int clip = 0; clip < 500; ++clip) {
    state = 1664525 * state + 1013904223;
    for (auto& output : run.outputs) output.ids.push_back("clip " + std::to_string(clip));
    run.outputs[0].values.push_back(static_cast<float>((state >> 16) % static_cast<uint32_t>(clusters)));
    run.outputs[1].values.push_back(static_cast<float>(clip % 10));
  }
  return run;
}

TEST_F(Compare, TheIntervalOfClustersLiesAroundTheDifference) {
  {
    Store store = Store::open(out_ / "results.db");
    add(store, {clustered(30, 13), clustered(300, 14)}, "dddd");
  }
  const auto result = run("20240131T130010", "20240131T140010", {"--gate", "nmi=1", "--format", "json"});
  const auto row = json::parse(result.out).at(0).at("rows").at(0);
  EXPECT_EQ(row.at("test"), "by item");
  const double low = row.at("low"), high = row.at("high"), difference = row.at("difference");
  EXPECT_LT(low, difference);
  EXPECT_NEAR((low + high) / 2, difference, 1e-9) << "that of the resamples themselves is 0.003 off: repeated clips agree with themselves";
}

// ---- ci/regress ----------------------------------------------------------------------------------------------------------

/// One job of seconds, its baseline and a place to work in. Features of 128 numbers are the least from which eight epochs learn much: mean
/// ranks of 18 instead of 41, give or take 2.5.
class Regress : public testing::Test {
 protected:
  void make_data() const {
    const auto made = run_program({"data", "synth", "youcook2", "--output", folder_ / "data" / "youcook2", "--set", "video_width=128",
                                   "--set", "text_width=128", "--set", "train_videos=32", "--set", "val_videos=16"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }
  void write_jobs(const std::string& more) const {
    write_file_atomically(folder_ / "jobs",
                          "# a comment\n\ngate coot/c2s_meanr=10 coot/s2c_meanr=10\ntrain coot --dataset youcook2 --variant small "
                          "--set data.video_width=128 --set data.text_width=128 --set batch_size=8 --epochs 8 --seeds 1,2,3,4 "
                          "--set optimizer.learning_rate=0.002 --data-root " +
                              (folder_ / "data").string() + " " + more + "\n");
  }
  [[nodiscard]] ProgramResult run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"--jobs", folder_ / "jobs", "--baseline", folder_ / "baseline",
                                 "--work", folder_ / "work", "--program",  fs::path(VBENCH_BINARY_DIR) / "vbench"};
    all.insert(all.end(), more.begin(), more.end());
    return run_program(
        all, {.environment = {}, .folder = ".", .file_size_limit = {}, .program = fs::path(VBENCH_SOURCE_DIR) / "ci" / "regress"});
  }

  TemporaryFolder folder_;
};

TEST_F(Regress, PassesWithoutAChangeAndFailsWhereTrainingIsBroken) {
  make_data();
  write_jobs("");
  const auto update = run({"--update"});
  ASSERT_EQ(update.exit_code, 0) << update.err;
  ASSERT_TRUE(fs::exists(folder_ / "baseline" / "coot.json"));
  const auto same = run();
  EXPECT_EQ(same.exit_code, 0) << same.err;
  EXPECT_THAT(read_file(folder_ / "work" / "junit.xml"), HasSubstr("failures=\"0\""));
  write_jobs("--set optimizer.learning_rate=0");  // learns nothing: the last one counts
  const auto broken = run();
  EXPECT_EQ(broken.exit_code, kWorse) << broken.out;
  EXPECT_THAT(broken.out, HasSubstr("optimizer.learning_rate"));
  EXPECT_THAT(read_file(folder_ / "work" / "summary.md"), HasSubstr("FAILED"));
}

TEST_F(Regress, WrongJobsAreRefused) {
  write_file_atomically(folder_ / "jobs", "train coot --dataset youcook3\n");
  fs::create_directory(folder_ / "work");
  write_file_atomically(folder_ / "work" / "junit.xml", "of an earlier call");
  EXPECT_EQ(run().exit_code, kUsage) << "the program's exit code";
  EXPECT_FALSE(fs::exists(folder_ / "work" / "junit.xml"));
  EXPECT_EQ(run({"--updat"}).exit_code, kUsage);
}

TEST_F(Regress, WhatIsWrongInTheJobsIsKnownBeforeAnythingIsTrained) {
  const auto expect_refused = [&](const std::string& more, const std::string& message, const std::vector<std::string>& options = {}) {
    write_file_atomically(folder_ / "jobs", "train coot --dataset youcook3\n" + more);
    const auto result = run(options);
    EXPECT_EQ(result.exit_code, kUsage) << more;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.err, Not(HasSubstr("youcook3"))) << "training began";
  };
  expect_refused("learn coot\n", "jobs:2: 'learn' is neither gate nor train");
  expect_refused("\ngate coot/v2p_r1=8 coot/v2p_top=3\n", "jobs:3: 'coot/v2p_top=3': no metric is called v2p_top");
  expect_refused("gate coot/v2p_r1=much\n", "jobs:2: 'coot/v2p_r1=much' is not [METHOD/]METRIC=TOLERANCE");
  expect_refused("gate sam/ooo_acc=8\n", "jobs:2: sam is not trained");
  expect_refused("train coot --seeds 2\n", "jobs:2: coot is trained twice");
  expect_refused("", "no program: " + (folder_ / "none").string(), {"--program", folder_ / "none"});
}

TEST_F(Regress, SaysWhatItDoes) {
  const auto help = run({"--help"});
  EXPECT_EQ(help.exit_code, 0) << help.err;
  EXPECT_THAT(help.out, HasSubstr("Trains every method"));
  EXPECT_THAT(help.out, HasSubstr("--update makes the results the new baseline"));
  EXPECT_THAT(help.out, Not(HasSubstr("set -e")));
}

}  // namespace
}  // namespace vbench
