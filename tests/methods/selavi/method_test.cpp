#include "methods/selavi/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>
#include <torch/utils.h>

#include "harness/core/files.hpp"
#include "harness/core/settings.hpp"
#include "harness/train/pairing.hpp"
#include "harness/train/trainer.hpp"
#include "tests/methods/selavi/fake_videos.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi {
namespace {

using test::FakeVideos;
using ::testing::HasSubstr;
using vbench::test::TemporaryFolder;

static_assert(Method<SelaviMethod> && LearnsFrom<SelaviMethod, audio_visual::AudioVisualData> &&
              ActsBetweenSteps<SelaviMethod, audio_visual::AudioVisualData> && HasEpochHook<SelaviMethod>);
static_assert(WritesEvaluationFiles<ClusterProtocol> && SavesEmbeddings<ClusterProtocol>);

Tuning small(Modality modality = Modality::kBoth) {
  Tuning tuning;
  tuning.network.divisor = 16;
  tuning.network.heads = 2;
  tuning.network.clusters = 3;
  tuning.labels.schedule.times = 6;
  tuning.labels.warmup_batches = 2;
  tuning.labels.modality = modality;
  return tuning;
}

TrainJob small_job(const std::filesystem::path& folder) {
  TrainJob job;
  job.name = "selavi";
  job.folder = folder;
  job.options = published_training();
  job.options.epochs = 3;
  job.options.batch_size = job.options.eval_batch_size = 8;
  job.options.optimizer.learning_rate = 0.01;
  job.options.schedule = {};
  job.options.validate_every = 1;
  job.options.checkpoint_every_steps = 1;
  return job;
}

struct Run {
  TrainResult result;
  at::Tensor history;
};

using Experiment = PairExperiment<SelaviMethod, FakeVideos>;

std::unique_ptr<Experiment> experiment(const TrainJob& job, const Tuning& tuning = small()) {
  RunSpec spec;
  spec.workers = 0;
  return std::make_unique<Experiment>(spec, job.options, tuning, audio_visual::Options{}, job.seed);
}

Run run(const TrainJob& job, const Tuning& tuning = small()) {
  const auto built = experiment(job, tuning);
  Progress progress(Verbosity::kQuiet);
  Run done{train(*built, job, progress), {}};
  for (const auto& [name, tensor] : built->weights()) {
    if (name == "labels/history") done.history = tensor.clone();
  }
  return done;
}

constexpr int64_t kNmiClasses = 3;

TEST(SelaviMethod, LabelsItsOwnDataAndTheLabelsGetBetter) {
  const TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.epochs = 20;
  const auto [result, history] = run(job);
  EXPECT_LT(result.history.back().train_loss.at("total"), 0.8 * result.history.front().train_loss.at("total"));
  EXPECT_GT(history[4][kNmiClasses].item<double>(), 0.8) << history;
  EXPECT_GT(result.evaluation.scores.at("nmi"), 0.8);
  EXPECT_EQ(result.best_epoch, 19);  // the last one
  EXPECT_TRUE(std::filesystem::exists(folder / "clusters.csv"));
  EXPECT_TRUE(std::filesystem::exists(folder / "labellings.csv"));
}

TEST(SelaviMethod, AResumedRunEndsWithTheSameBits) {
  const TemporaryFolder whole;
  const auto expected = run(small_job(whole.path()));
  // Fails in the warm-up, in the second group of the first labels, in the first epoch, in later labels.
  for (const int64_t reads : {10, 50, 75, 130}) {
    const TemporaryFolder folder;
    auto job = small_job(folder.path());
    FakeVideos::reads_left() = reads;
    EXPECT_THAT(test::error_of([&] { (void)run(job); }), HasSubstr("cannot be read")) << reads;
    FakeVideos::reads_left() = -1;
    job.resume = true;
    const auto resumed = run(job);
    EXPECT_EQ(resumed.result.evaluation.scores, expected.result.evaluation.scores) << reads;
    EXPECT_TRUE(torch::equal(resumed.history, expected.history)) << reads;
    EXPECT_EQ(read_file(folder / "best.pth"), read_file(whole / "best.pth")) << reads;
  }
}

TEST(SelaviMethod, ALastBatchOfADamagedVideoAloneIsPassedOverInLabellingAndEvaluation) {
  const TemporaryFolder folder;
  auto job = small_job(folder.path());
  job.options.eval_batch_size = 23;
  FakeVideos::damaged() = 23;
  const auto built = experiment(job);
  Progress progress(Verbosity::kQuiet);
  const auto result = train(*built, job, progress);
  FakeVideos::damaged() = -1;
  EXPECT_EQ(result.history.size(), 3U);
  for (const auto& [name, tensor] : built->weights()) {
    if (name != "labels/selflabels") continue;
    EXPECT_EQ(tensor[23].abs().sum().item<int64_t>(), 0) << "its label is not the one it had";
    EXPECT_GT(tensor.max().item<int64_t>(), 0);
  }
}

audio_visual::Batch some_videos() {
  const FakeVideos videos(Role::kEvaluate);
  std::vector<FakeVideos::Sample> samples;
  for (const int64_t index : {20, 3, 11, 0}) {
    RandomStream random(1, "test", 0, static_cast<uint64_t>(index));
    samples.push_back(videos.read(index, random));
  }
  return FakeVideos::collate(samples);
}

/// With label (index + head) % 3 for every training video.
std::unique_ptr<SelaviMethod> labelled(const Tuning& tuning) {
  auto method = std::make_unique<SelaviMethod>(tuning, audio_visual::Options(), 1, at::kCPU);
  method->learns_from(FakeVideos(Role::kTrain));
  for (auto& [name, tensor] : method->weights()) {
    if (name == "labels/selflabels") tensor.copy_((torch::arange(24).unsqueeze(1) + torch::arange(2)).remainder(3));
  }
  return method;
}

TEST(SelaviMethod, LossIsTheCrossEntropyOfTheVideosOwnLabels) {
  auto tuning = small();
  tuning.network.dropout = 0;
  const auto batch = some_videos();
  const auto made = labelled(tuning);
  auto& method = *made;
  Network network = test::small_network(1, tuning.network);
  const auto logits = network.forward(batch.clips, batch.spectrograms, {.training = true});
  const auto labels = torch::tensor({{2, 0, 2, 0}, {0, 1, 0, 1}});  // (20, 3, 11, 0) + head
  double video = 0, audio = 0, top1 = 0;
  for (int64_t head = 0; head < 2; ++head) {
    video += at::cross_entropy_loss(logits.video[head], labels[head]).item<double>() / 4;
    audio += at::cross_entropy_loss(logits.audio[head], labels[head]).item<double>() / 4;
    top1 += logits.video[head].argmax(1).eq(labels[head]).to(torch::kDouble).mean().item<double>() / 2;
  }
  const auto loss = method.loss(batch, {});
  EXPECT_NEAR(loss.total.item<double>(), video + audio, 1e-5);
  ASSERT_EQ(loss.terms.size(), 4U);
  EXPECT_NEAR(loss.terms[0].second, video, 1e-5);
  EXPECT_NEAR(loss.terms[1].second, top1, 1e-12);
  EXPECT_NEAR(loss.terms[2].second, audio, 1e-5);
  EXPECT_TRUE(loss.total.requires_grad());
}

TEST(SelaviMethod, DropoutDependsOnTheStepOnly) {
  const auto batch = some_videos();
  const auto made = labelled(small());
  auto& method = *made;
  const auto loss = [&](int64_t epoch, int64_t step) { return method.loss(batch, {7, epoch, step, 99}).total.item<double>(); };
  EXPECT_EQ(loss(1, 2), loss(1, 2));
  EXPECT_NE(loss(1, 2), loss(1, 3));
  EXPECT_NE(loss(1, 2), loss(2, 2));
}

TEST(SelaviMethod, OneModalityTrainsItsOwnNetworkOnly) {
  const TemporaryFolder folder;
  auto job = small_job(folder.path());
  for (const auto& [modality, used, other] :
       {std::tuple(Modality::kVideo, "video", "audio"), std::tuple(Modality::kAudio, "audio", "video")}) {
    SelaviMethod method(small(modality), {}, 1, at::kCPU);
    for (const auto& parameter : method.parameters())
      EXPECT_TRUE(parameter.name.starts_with(used) || parameter.name.starts_with(std::string("mlp_") + used[0])) << parameter.name;
    const auto [result, history] = run(job, small(modality));
    EXPECT_TRUE(result.evaluation.scores.contains(std::string("nmi_") + used));
    EXPECT_FALSE(result.evaluation.scores.contains(std::string("nmi_") + other));
    EXPECT_EQ(result.evaluation.scores.at("nmi"), result.evaluation.scores.at(std::string("nmi_") + used));
    const auto& losses = result.history.back().train_loss;
    EXPECT_DOUBLE_EQ(losses.at(used), losses.at("total"));
    EXPECT_FALSE(losses.contains(other));
  }
}

TEST(SelaviMethod, EvaluationNeedsNoLabels) {
  SelaviMethod method(small(), {}, 1, at::kCPU);
  for (const auto& [name, tensor] : method.weights()) EXPECT_TRUE(name.starts_with("selavi/")) << name;
  const torch::NoGradGuard no_grad;
  const auto batch = some_videos();
  const auto outputs = method.infer(batch);
  EXPECT_EQ(outputs.clusters.both.sizes(), at::IntArrayRef({4, 2}));
  EXPECT_EQ(outputs.features.video.sizes(), at::IntArrayRef({4, 32}));
  EXPECT_EQ(method.eval_loss(batch, outputs, {}).weight, 0);
  auto protocol = method.protocol();
  protocol.add(outputs);
  EXPECT_EQ(protocol.finish().scores.count("nmi_audio"), 1U);
}

TEST(SelaviMethod, TheLastEpochIsTheBestOneWhateverTheClassesSay) {
  SelaviMethod method(small(), {}, 1, at::kCPU);
  const torch::NoGradGuard no_grad;
  double last = 0;
  for (const int64_t epoch : {0, 1, 7}) {
    method.before_epoch(epoch);
    auto protocol = method.protocol();
    protocol.add(method.infer(some_videos()));
    EXPECT_GT(protocol.finish().selection, last);
    last = protocol.finish().selection;
  }
}

TEST(SelaviTuning, IsThePublishedRun) {
  const auto training = published_training();
  EXPECT_EQ(training.epochs, 201);
  EXPECT_EQ(training.batch_size, 16);
  EXPECT_TRUE(training.drop_last);
  EXPECT_EQ(training.optimizer.learning_rate, 0.01);
  EXPECT_EQ(training.optimizer.weight_decay, 1e-5);
  EXPECT_EQ((training.epochs - 1) % training.validate_every, 0);  // the last epoch is validated
  const auto tuning = published_tuning("ave");
  EXPECT_EQ(tuning.network.clusters, 28);
  EXPECT_EQ(tuning.network.heads, 10);
  EXPECT_EQ(tuning.labels.groups, 2);
  EXPECT_EQ(tuning.labels.schedule.times, 100);
  EXPECT_EQ(tuning.labels.marginals.distribution, Distribution::kGauss);
  EXPECT_EQ(published_clusters("vgg-sound"), 309);
  EXPECT_THAT(test::error_of([] { (void)published_clusters("ucf101"); }), HasSubstr("ucf101"));
}

TEST(SelaviTuning, NoClustersAreAsManyAsTheDataHaveClasses) {
  Tuning tuning = small();
  audio_visual::Options data;
  data.classes = 5;
  EXPECT_EQ(tuning.network_for(data).clusters, 3);
  tuning.network.clusters = 0;
  EXPECT_EQ(tuning.network_for(data).clusters, 5);
  EXPECT_EQ(SelaviMethod(tuning, data, 1, at::kCPU).infer(some_videos()).clusters.both.size(0), 4);
  EXPECT_THAT(test::error_of([&] { (void)tuning.network_for({}); }), HasSubstr("model.clusters"));
  data.classes = 1;
  EXPECT_THAT(test::error_of([&] { (void)tuning.network_for(data); }), HasSubstr("at least 2"));
  EXPECT_GT(SelaviMethod::summary_of(tuning, {}).parameters, 0);
}

TEST(SelaviTuning, SettingsReachNetworkAndLabels) {
  Tuning tuning;
  Settings settings;
  tuning.bind(settings);
  for (const auto* assignment : {"model.divisor=8", "model.heads=3", "model.audio=resnet18", "model.mlp=false", "labels.times=7",
                                 "labels.match=upstream", "labels.distribution=uniform", "labels.modality=audio", "labels.lambda=10"})
    settings.set_assignment(assignment);
  EXPECT_EQ(tuning.network.divisor, 8);
  EXPECT_EQ(tuning.network.heads, 3);
  EXPECT_EQ(tuning.network.audio, AudioDepth::kResNet18);
  EXPECT_FALSE(tuning.network.mlp);
  EXPECT_EQ(tuning.labels.schedule.times, 7);
  EXPECT_EQ(tuning.labels.match, MatchKind::kUpstream);
  EXPECT_EQ(tuning.labels.marginals.distribution, Distribution::kUniform);
  EXPECT_EQ(tuning.labels.modality, Modality::kAudio);
  EXPECT_EQ(tuning.labels.lambda, 10);
}

TEST(SelaviTuning, ShowNeedsNoWeightsAndKnowsTheSizes) {
  const auto summary = SelaviMethod::summary_of({}, {});
  EXPECT_GT(summary.parameters, 30'000'000);
  EXPECT_EQ(summary.flops_of, "one clip of 30x112x112 with a spectrogram of 257x99");
}

}  // namespace
}  // namespace vbench::selavi
