#include "harness/cli/options.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "harness/core/files.hpp"
#include "tests/support/golden.hpp"

namespace vbench::cli {
namespace {

using test::error_of;

TEST(CommandLine, RunIsTheDefaultCommand) {
  const auto invocation = parse({"--method", "coot", "-d", "youcook2", "--seeds", "1, 2,3", "--epochs", "4", "--precision", "bf16"});
  EXPECT_EQ(invocation.command, "run");
  EXPECT_EQ(invocation.run.method, "coot");
  EXPECT_EQ(invocation.run.dataset, "youcook2");
  EXPECT_EQ(invocation.run.seeds, (std::vector<int64_t>{1, 2, 3}));
  EXPECT_EQ(invocation.run.epochs, 4);
  EXPECT_EQ(invocation.run.precision, Precision::kBf16);
}

TEST(CommandLine, DefaultsAreTheDocumentedOnes) {
  const auto run = parse({"run"}).run;
  EXPECT_EQ(run.data_root, "data");
  EXPECT_EQ(run.out, "runs");
  EXPECT_EQ(run.source, SourceChoice::kAuto);
  EXPECT_EQ(run.device, "cpu");
  EXPECT_EQ(run.threads, 0);
  EXPECT_FALSE(run.epochs.has_value());
}

TEST(CommandLine, UnknownNamesSuggestTheNearest) {
  EXPECT_EQ(error_of([] { (void)parse({"lst"}); }), "unknown command 'lst'; did you mean 'list'? ('vbench --help' lists all)");
  EXPECT_EQ(error_of([] { (void)parse({"--methd", "coot"}); }), "vbench run: unknown option '--methd'; did you mean 'method'?");
  EXPECT_EQ(error_of([] { (void)parse({"--source", "reel"}); }), "--source: unknown value 'reel'; did you mean 'real'?");
  EXPECT_EQ(error_of([] { (void)parse({"--format", "jsn"}); }), "--format: unknown value 'jsn'; did you mean 'json', 'csv'?");
}

TEST(CommandLine, BadValuesAreNamed) {
  EXPECT_EQ(error_of([] {
              (void)parse({"--seeds", "1,x"});
            }),
            "--seeds: 'x' is not a seed; write whole numbers with commas between: 1,2,3");
  EXPECT_EQ(error_of([] { (void)parse({"--seeds", "1,1"}); }), "--seeds: seed 1 is given twice");
  EXPECT_EQ(error_of([] { (void)parse({"--epochs=-1"}); }), "--epochs: the number of epochs is negative");
  EXPECT_EQ(error_of([] { (void)parse({"--threads", "100000"}); }), "--threads, --workers: a number of threads is not in 0..1024");
  EXPECT_EQ(error_of([] { (void)parse({"--workers=-1"}); }), "--threads, --workers: a number of threads is not in 0..1024");
  EXPECT_EQ(error_of([] { (void)parse({"data", "synth", "youcook2", "--seed=-1"}); }), "--seed: the seed is negative");
  EXPECT_EQ(error_of([] { (void)parse({"-q", "-v"}); }), "--quiet and --verbose exclude each other");
}

TEST(CommandLine, WordsThatACommandDoesNotTakeAreRefused) {
  EXPECT_EQ(error_of([] {
              (void)parse({"data", "verify"});
            }),
            "'vbench data' takes info, verify, synth or prepare and the name of a dataset, or convert and a folder; "
            "vbench data info|verify|synth|prepare DATASET [options]        vbench data convert FOLDER --output DIR [options]");
  EXPECT_NE(error_of([] { (void)parse({"run", "youcook2"}); }).find("takes no words besides its options"), std::string::npos);
}

TEST(CommandLine, OptionsComeFromTheCommandLineThenTheEnvironmentThenTheFile) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "run.ini", "method=from_file\ndata-root=from_file\nout=from_file\nset=a=1\nset=b=2\n");
  ::setenv("VBENCH_DATA_ROOT", "from_environment", 1);
  ::setenv("VBENCH_METHOD", "from_environment", 1);
  const auto run = parse({"--method", "typed", "--config", (folder / "run.ini").string()}).run;
  ::unsetenv("VBENCH_DATA_ROOT");
  ::unsetenv("VBENCH_METHOD");
  EXPECT_EQ(run.method, "typed");
  EXPECT_EQ(run.data_root, "from_environment");
  EXPECT_EQ(run.out, "from_file");
  EXPECT_EQ(run.settings, (std::vector<std::string>{"a=1", "b=2"}));
}

TEST(CommandLine, TheStrongestSourceOfASettingComesLastAndWins) {
  const test::TemporaryFolder folder;
  write_file_atomically(folder / "run.ini", "set=a=1\nset=b=1\n");
  ::setenv("VBENCH_SET", "a=2", 1);
  const auto all = parse({"--set", "a=3", "--config", (folder / "run.ini").string(), "--set", "c=3"}).run.settings;
  ::unsetenv("VBENCH_SET");
  EXPECT_EQ(all, (std::vector<std::string>{"a=1", "b=1", "a=2", "a=3", "c=3"}));
}

TEST(CommandLine, AConfigurationFileIsCheckedLikeTheCommandLine) {
  const test::TemporaryFolder folder;
  const auto path = (folder / "run.ini").string();
  EXPECT_EQ(error_of([&] { (void)parse({"--config", path}); }), "--config " + path + ": cannot open the file");
  write_file_atomically(path, "metod=coot\n");
  EXPECT_EQ(error_of([&] { (void)parse({"--config", path}); }), path + ": unknown option 'metod'; did you mean 'method'?");
}

TEST(Help, EveryCommandExplainsItselfWithAnExample) {
  for (const char* command : {"run", "list", "show", "leaderboard", "rescore", "data", "embed", "doctor"}) {
    const auto text = help_text(command);
    EXPECT_NE(text.find("Example"), std::string::npos) << command;
    EXPECT_NE(text.find("Usage: vbench"), std::string::npos) << command;
    EXPECT_TRUE(parse({command, "--help"}).help) << command;
  }
  EXPECT_NE(help_text("run").find("--out DIR (=runs)"), std::string::npos) << help_text("run");
}

TEST(CommandLine, FoldsAreNumbersOrAll) {
  EXPECT_TRUE(parse({"run"}).run.folds.empty());
  EXPECT_FALSE(parse({"run"}).run.all_folds);
  EXPECT_EQ(parse({"--folds", "3, 1"}).run.folds, (std::vector<int64_t>{3, 1}));
  const auto all = parse({"--folds", "all"}).run;
  EXPECT_TRUE(all.all_folds && all.folds.empty());
  EXPECT_EQ(error_of([] { (void)parse({"--folds", "0"}); }), "--folds: '0' is not a fold; write whole numbers with commas between: 1,2,3");
  EXPECT_EQ(error_of([] { (void)parse({"--folds", "2,2"}); }), "--folds: fold 2 is given twice");
  EXPECT_EQ(error_of([] { (void)parse({"--folds", ""}); }), "--folds: no fold given; write 1 or 1,2,3");
}

}  // namespace
}  // namespace vbench::cli
