#include "harness/train/trainer.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/stop_signal.hpp"
#include "tests/support/golden.hpp"
#include "tests/train/regression.hpp"

namespace vbench {
namespace {

using test::Regression;

TrainJob small_job(const std::filesystem::path& folder) {
  TrainJob job;
  job.name = "regression";
  job.folder = folder;
  job.options.epochs = 6;
  job.options.optimizer.kind = OptimizerKind::kRAdam;
  job.options.optimizer.learning_rate = 0.05;
  job.options.schedule.kind = ScheduleKind::kReduceOnPlateau;
  job.options.schedule.warmup_epochs = 2;
  job.options.checkpoint_every_steps = 2;
  job.settings = {{"epochs", "6"}, {"loss.margin", "0.2"}};
  return job;
}

TrainResult run(const TrainJob& job, Regression::Options options = {}) {
  Regression experiment(job.seed, options);
  Progress progress(Verbosity::kQuiet);
  return train(experiment, job, progress);
}

std::string files_of(const std::filesystem::path& folder) { return read_file(folder / "best.pth"); }

std::vector<double> losses_of(const TrainResult& result) {
  std::vector<double> losses;
  for (const auto& epoch : result.history) losses.push_back(epoch.train_loss.at("total"));
  return losses;
}

TEST(Trainer, LearnsAndRecordsEveryEpoch) {
  const test::TemporaryFolder folder;
  const auto result = run(small_job(folder.path()));
  ASSERT_EQ(result.history.size(), 6U);
  EXPECT_LT(result.history.back().train_loss.at("total"), result.history.front().train_loss.at("total"));
  EXPECT_EQ(result.history.back().train_loss.at("square"), result.history.back().train_loss.at("total"));
  EXPECT_EQ(result.evaluation.scores.at("v2p_r1"), result.history[result.best_epoch].scores.at("v2p_r1"));
  EXPECT_GT(result.speed.at("backward_clips_per_s"), 0);
}

TEST(Trainer, TwoRunsWithOneSeedGiveTheSameBits) {
  const test::TemporaryFolder a, b;
  EXPECT_EQ(losses_of(run(small_job(a.path()))), losses_of(run(small_job(b.path()))));
  EXPECT_EQ(files_of(a.path()), files_of(b.path()));
}

/// Runs the job in a process of its own; gives back its wait status.
int run_in_child(const TrainJob& job, const Regression::Options& options) {
  const pid_t child = ::fork();
  if (child == 0) {
    at::set_num_threads(1);  // threads do not survive a fork
    install_stop_signal();
    int code = 0;
    try {
      (void)run(job, options);
    } catch (const Error& error) {
      code = exit_code(error.kind());
    }
    ::_exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

// SIGKILL before the first checkpoint, just behind one, between two, in the last epoch.
TEST(Trainer, ARunThatIsKilledAndResumedEndsWithTheBitsOfAnUnbrokenOne) {
  const test::TemporaryFolder whole;
  const auto expected = run(small_job(whole.path()));
  for (const int64_t step : {0, 1, 2, 7, 10, 13, 29}) {
    const test::TemporaryFolder folder;
    auto job = small_job(folder.path());
    const int status = run_in_child(job, {.signal_at = step, .signal_number = SIGKILL});
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) << step;
    job.resume = true;
    const auto resumed = run(job);
    EXPECT_EQ(losses_of(resumed), losses_of(expected)) << step;
    EXPECT_EQ(resumed.evaluation.scores, expected.evaluation.scores) << step;
    EXPECT_EQ(files_of(folder.path()), files_of(whole.path())) << step;
  }
}

TEST(Trainer, ASignalSavesTheStepAndAResumeGoesOn) {
  const test::TemporaryFolder whole;
  const auto expected = run(small_job(whole.path()));
  for (const int signal : {SIGINT, SIGTERM}) {
    const test::TemporaryFolder folder;
    auto job = small_job(folder.path());
    job.options.checkpoint_every_steps = 0;
    const int status = run_in_child(job, {.signal_at = 3, .signal_number = signal});
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 130);
    EXPECT_TRUE(std::filesystem::exists(folder / "last.pth"));
    job.resume = true;
    EXPECT_EQ(losses_of(run(job)), losses_of(expected));
    EXPECT_EQ(files_of(folder.path()), files_of(whole.path()));
  }
}

TEST(Trainer, AStopBetweenTwoStepsSavesWhatWasTrainedAndAResumeGoesOn) {
  const test::TemporaryFolder whole, folder;
  const auto expected = run(small_job(whole.path()));
  auto job = small_job(folder.path());
  job.options.checkpoint_every_steps = 0;
  EXPECT_EQ(test::error_of([&] { (void)run(job, {.interrupted_before = 8}); }),
            "regression: interrupted at epoch 2 step 3; state saved; the same command with --resume goes on");
  job.resume = true;
  EXPECT_EQ(losses_of(run(job)), losses_of(expected));
  EXPECT_EQ(files_of(folder.path()), files_of(whole.path()));
}

TEST(Trainer, ABatchOfWhichNothingCouldBeReadIsPassedOverAndKeepsItsPlace) {
  const test::TemporaryFolder whole;
  const auto job = small_job(whole.path());
  Regression experiment(job.seed, {.empty_step = 2});
  Progress progress(Verbosity::kQuiet);
  const auto expected = train(experiment, job, progress);
  ASSERT_EQ(expected.history.size(), 6U);
  EXPECT_EQ(std::vector(experiment.steps_announced.begin(), experiment.steps_announced.begin() + 8),
            (std::vector<int64_t>{0, 1, 3, 4, 5, 6, 8, 9}));
  for (const int64_t step : {6, 8, 13}) {
    const test::TemporaryFolder folder;
    auto resumed = small_job(folder.path());
    ASSERT_TRUE(WIFSIGNALED(run_in_child(resumed, {.signal_at = step, .signal_number = SIGKILL, .empty_step = 2}))) << step;
    resumed.resume = true;
    EXPECT_EQ(losses_of(run(resumed, {.empty_step = 2})), losses_of(expected)) << step;
    EXPECT_EQ(files_of(folder.path()), files_of(whole.path())) << step;
  }
}

TEST(Trainer, WhereNothingAtAllCouldBeReadTheRunEnds) {
  const test::TemporaryFolder folder;
  const auto job = small_job(folder.path());
  for (const auto& options : {Regression::Options{.empty_step = 5}, Regression::Options{.nothing_to_evaluate = true}}) {
    try {
      (void)run(job, options);
      FAIL() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_NE(std::string(error.what()).find("can be read"), std::string::npos) << error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(folder / "best.pth"));
  }
}

TEST(Trainer, ALossThatIsNotFiniteEndsTheRunAndKeepsTheLastGoodCheckpoint) {
  const test::TemporaryFolder folder;
  Regression experiment(1, {.nan_at = 7});
  Progress progress(Verbosity::kQuiet);
  const auto job = small_job(folder.path());
  try {
    (void)train(experiment, job, progress);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNumeric);
    EXPECT_EQ(std::string(error.what()), "regression: the loss is not finite at epoch 2 step 3: square=nan; the last good checkpoint is " +
                                             (folder / "last.pth").string());
  }
  for (const auto& weight : experiment.weights()) EXPECT_TRUE(torch::isfinite(weight.tensor).all().item<bool>());
  EXPECT_TRUE(std::filesystem::exists(folder / "last.pth"));
}

/// Trains until the error that the options lead to; the checkpoint left behind must be one that a healthy run can go on from.
void expect_numeric_error(const Regression::Options& options, const std::string& says) {
  const test::TemporaryFolder whole, folder;
  const auto expected = run(small_job(whole.path()));
  auto job = small_job(folder.path());
  try {
    (void)run(job, options);
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kNumeric);
    EXPECT_NE(std::string(error.what()).find(says), std::string::npos) << error.what();
  }
  job.resume = true;
  EXPECT_EQ(losses_of(run(job)), losses_of(expected));
  EXPECT_EQ(files_of(folder.path()), files_of(whole.path()));
}

// Step 8 is the last of a pair, behind which the state is saved; step 10 the last of its epoch.
TEST(Trainer, WeightsRuinedByAGradientNeverReplaceAGoodCheckpoint) {
  expect_numeric_error({.bad_gradient_at = 7}, "weights are not finite after epoch 2 step 3: line/bias; the last good checkpoint is");
  expect_numeric_error({.bad_gradient_at = 9}, "weights are not finite after epoch 2 step 5");
}

TEST(Trainer, AValidationLossThatIsNotFiniteEndsTheRun) {
  expect_numeric_error({.validation_is_nan = true}, "the validation's loss is not finite at epoch 1: total=nan");
}

TEST(Trainer, AScoreThatIsNoNumberSurvivesAResume) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = 2;
  (void)run(job, {.a_score_is_nan = true});
  job.options.epochs = 3;
  job.resume = true;
  const auto result = run(job, {.a_score_is_nan = true});
  ASSERT_EQ(result.history.size(), 3U);
  EXPECT_TRUE(std::isnan(result.history.front().scores.at("v2p_medr")));
  EXPECT_FALSE(std::isnan(result.history.front().scores.at("v2p_r1")));
}

TEST(Trainer, ARunThatStartsAnewKeepsTheEarlierFilesAsideAndIsNeverResumedFromThem) {
  const test::TemporaryFolder folder, whole;
  const auto expected = run(small_job(whole.path()));
  auto job = small_job(folder.path());
  (void)run(job);
  const auto earlier = files_of(folder.path());
  const int status = run_in_child(job, {.signal_at = 0, .signal_number = SIGKILL});
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(std::filesystem::exists(folder / "last.pth"));
  EXPECT_EQ(read_file(folder / "best.previous.pth"), earlier);
  job.resume = true;
  EXPECT_EQ(losses_of(run(job)), losses_of(expected));
}

TEST(Trainer, StopsEarlyAndEvaluatesTheBestEpochsWeights) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = 50;
  job.options.early_stop_epochs = 3;
  const auto result = run(job, {.worse_after_first = true});
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_EQ(result.epochs, 4);  // epochs 0 to 3; 3 - 0 >= 3 stops before epoch 4
}

TEST(Trainer, AnnouncesEveryStepOnceAlsoWhenItGoesOn) {
  const test::TemporaryFolder folder;
  Progress progress(Verbosity::kQuiet);
  auto job = small_job(folder.path());
  job.options.epochs = 3;
  Regression first(job.seed, {});
  (void)train(first, job, progress);
  job.options.epochs = 6;
  job.resume = true;
  Regression second(job.seed, {});
  (void)train(second, job, progress);
  auto all = first.steps_announced;
  all.insert(all.end(), second.steps_announced.begin(), second.steps_announced.end());
  std::vector<int64_t> expected(30);
  std::iota(expected.begin(), expected.end(), int64_t{0});
  EXPECT_EQ(all, expected);
}

TEST(Trainer, TrainsUntilTheLastLearningRate) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = -1;
  job.options.early_stop_epochs = 0;
  job.options.optimizer.learning_rate = 1e-9;  // nothing is learned: one reduction after another
  job.options.schedule = {.kind = ScheduleKind::kReduceOnPlateau,
                          .factor = 0.5,
                          .patience = 1,
                          .follows = PlateauFollows::kScore,
                          .last_learning_rate = 0.4e-9,
                          .cooldown = 0};
  const auto result = run(job, {.worse_after_first = true});
  ASSERT_EQ(result.epochs, 5);  // best, 2 worse, reduced, 2 worse, reduced: a quarter
  EXPECT_NEAR(result.history.back().learning_rate, 0.5e-9, 1e-15);
  job.resume = true;
  EXPECT_EQ(run(job, {.worse_after_first = true}).epochs, 5) << "a finished run must not go on";
}

TEST(Trainer, WritesTheFilesOfTheFinalEvaluationOnceWithTheBestWeights) {
  const test::TemporaryFolder folder;
  Regression experiment(1, {.worse_after_first = true});
  Progress progress(Verbosity::kQuiet);
  auto job = small_job(folder.path());
  const auto result = train(experiment, job, progress);
  ASSERT_EQ(experiment.evaluation_files.size(), 1U);
  EXPECT_EQ(experiment.evaluation_files[0].first, folder.path());
  EXPECT_EQ(result.best_epoch, 0);
  EXPECT_EQ(experiment.evaluation_files[0].second, result.history[0].val_loss.at("total"));
}

TEST(Trainer, ResumeRefusesOtherSettings) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = 2;
  (void)run(job);
  job.resume = true;
  job.settings["loss.margin"] = "0.3";
  EXPECT_EQ(test::error_of([&] { (void)run(job); }),
            (folder / "last.pth").string() +
                ": was written with loss.margin=0.2, this run has 0.3; use the same settings, or leave out --resume");
}

TEST(Trainer, ResumeCanLengthenAFinishedRun) {
  const test::TemporaryFolder whole, folder;
  const auto expected = run(small_job(whole.path()));
  auto job = small_job(folder.path());
  job.options.epochs = 3;
  (void)run(job);
  job.options.epochs = 6;
  job.settings["epochs"] = "9";
  job.resume = true;
  EXPECT_EQ(losses_of(run(job)), losses_of(expected));
}

TEST(Trainer, ResumeRefusesFewerEpochsThanWereTrained) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  (void)run(job);
  job.options.epochs = 4;
  job.resume = true;
  EXPECT_EQ(test::error_of([&] { (void)run(job); }),
            (folder / "last.pth").string() +
                ": is 6 epochs and 0 steps old, this run has 4 epochs; ask for more --epochs, or leave out --resume");
}

void expect_other_epochs_refused(TrainJob job) {
  job.options.epochs = 3;
  (void)run(job);
  job.options.epochs = 6;
  job.settings["epochs"] = "9";
  job.resume = true;
  EXPECT_NE(test::error_of([&] { (void)run(job); }).find("was written with epochs=6, this run has 9"), std::string::npos);
}

TEST(Trainer, ResumeRefusesOtherEpochsWhereTheScheduleIsStretchedOverThem) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.settings["schedule"] = "cosine";
  expect_other_epochs_refused(job);
}

TEST(Trainer, ResumeRefusesOtherEpochsWhereTheMethodsOwnWorkIsStretchedOverThem) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.stretched = true;
  expect_other_epochs_refused(job);
}

TEST(Trainer, TheLastEpochIsAlwaysValidated) {
  const auto validated = [](int64_t epochs, int64_t first, int64_t every) {
    const test::TemporaryFolder folder;
    auto job = small_job(folder.path());
    job.options.epochs = epochs;
    job.options.first_validated_epoch = first;
    job.options.validate_every = every;
    std::vector<int64_t> numbers;
    for (const auto& epoch : run(job).history) {
      if (!epoch.scores.empty()) numbers.push_back(epoch.epoch);
    }
    return numbers;
  };
  EXPECT_EQ(validated(6, 1, 3), (std::vector<int64_t>{1, 4, 5}));
  EXPECT_EQ(validated(4, 0, 3), (std::vector<int64_t>{0, 3}));
  EXPECT_EQ(validated(3, 8, 1), (std::vector<int64_t>{2}));
}

TEST(Trainer, ResumeRefusesTheCheckpointOfAnotherMethod) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  (void)run(job);
  job.name = "classification";
  job.resume = true;
  EXPECT_NE(test::error_of([&] { (void)run(job); }).find("was written by regression, this is classification"), std::string::npos);
}

TEST(Trainer, ADamagedCheckpointIsNamed) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  (void)run(job);
  const auto bytes = read_file(folder / "last.pth");
  write_file_atomically(folder / "last.pth", bytes.substr(0, bytes.size() / 2));
  job.resume = true;
  EXPECT_EQ(test::error_of([&] { (void)run(job); }).rfind((folder / "last.pth").string(), 0), 0U);
}

TEST(Trainer, TheEpochHookRunsOncePerEpoch) {
  const test::TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = 3;
  Regression experiment(1, {});
  Progress progress(Verbosity::kQuiet);
  (void)train(experiment, job, progress);
  EXPECT_EQ(experiment.hook_epochs, (std::vector<int64_t>{0, 1, 2}));
}

TEST(Trainer, GradientClippingBoundsTheUpdate) {
  const test::TemporaryFolder a, b;
  auto job = small_job(a.path());
  const auto free = run(job);
  job = small_job(b.path());
  job.options.clip_gradient_norm = 1e-3;
  EXPECT_NE(losses_of(run(job)), losses_of(free));
}

}  // namespace
}  // namespace vbench
