// Fine-tuning on labelled videos: published rates, videos' scores from clips, what learns.
#include "methods/selavi/recognition.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/utils.h>

#include "datasets/formats/torch_checkpoint.hpp"
#include "harness/train/schedule.hpp"
#include "tests/methods/selavi/reference.hpp"

namespace vbench::selavi::test {
namespace {

clips::StretchOptions small_data() {
  clips::StretchOptions data;
  data.files.classes = 6;
  data.picture = {.frames = 4, .crop = 24};
  return data;
}

RecognitionTuning small_tuning(bool frozen = false) { return {.network = {.divisor = 16, .frozen_base = frozen}}; }

clips::Batch batch_of(const std::vector<int64_t>& views, uint64_t seed = 1) {
  clips::Batch batch;
  int64_t all = 0;
  for (size_t i = 0; i < views.size(); ++i) {
    all += views[i];
    batch.ids.push_back("v" + std::to_string(i));
  }
  batch.clips = random_input({all, 3, 4, 24, 24}, seed);
  batch.labels = torch::arange(static_cast<int64_t>(views.size())).remainder(6);
  batch.views = views;
  return batch;
}

TEST(SelaviRecognition, TheDefaultsGiveThePublishedRates) {
  VBENCH_REQUIRE_GOLDEN(golden, "selavi/schedule.h5");
  const auto training = RecognitionMethod::training_defaults();
  const auto expected = golden["finetune/lr_per_epoch_f64"];
  ASSERT_EQ(training.epochs, expected.size(0));
  constexpr int64_t kSteps = 5;
  const auto schedule = Schedule::make(training.schedule, training.optimizer.learning_rate, kSteps, training.epochs);
  std::vector<double> rates;
  for (int64_t epoch = 0; epoch < training.epochs; ++epoch) {
    rates.push_back(schedule->learning_rate());
    for (int64_t step = 0; step < kSteps; ++step) {
      EXPECT_EQ(schedule->learning_rate(), rates.back()) << "the rate changes between epochs only";
      schedule->step();
    }
    schedule->step_epoch(true, true);
  }
  expect_close(torch::tensor(rates, torch::kDouble), expected.select(1, 0), {1e-12, 0, "double arithmetic"}, "classifier");
  RecognitionMethod method(small_tuning(), small_data(), 1, at::kCPU);
  for (const auto& parameter : method.parameters()) {
    const bool in_base = parameter.name.starts_with("base.");
    EXPECT_DOUBLE_EQ(parameter.learning_rate_multiplier * expected[0][0].item<double>(), expected[0][in_base ? 1 : 0].item<double>());
  }
  EXPECT_EQ(training.optimizer.momentum, 0.9);
  EXPECT_EQ(training.optimizer.weight_decay, 0.005);
  EXPECT_EQ(training.batch_size, 32);
}

TEST(SelaviRecognition, AVideosScoreIsTheMeanOfItsClipsLogits) {
  RecognitionMethod method(small_tuning(), small_data(), 3, at::kCPU);
  const auto batch = batch_of({10, 1, 3});  // more than the method looks at together
  const auto outputs = method.infer(batch);
  ASSERT_EQ(outputs.logits.sizes(), at::IntArrayRef({3, 6}));
  Classifier classifier({.divisor = 16, .classes = 6});
  classifier.initialize(3);
  const torch::NoGradGuard no_grad;
  const auto clips = classifier.forward(batch.clips, Pass{});
  const auto expected = torch::stack({clips.narrow(0, 0, 10).mean(0), clips[10], clips.narrow(0, 11, 3).mean(0)});
  expect_close(outputs.logits, expected, {1e-5, 1e-4, "BatchNorm folded into convolutions"}, "scores");
  const auto loss = method.eval_loss(batch, outputs, {});
  EXPECT_NEAR(loss.total.item<double>(), torch::cross_entropy_loss(expected, batch.labels).item<double>(), 1e-4);
  EXPECT_EQ(loss.weight, 3);
}

TEST(SelaviRecognition, ScoresCountVideosAndClasses) {
  RecognitionProtocol protocol;
  const auto row = [](int64_t best, int64_t second) {
    auto logits = torch::zeros({7});
    logits[best] = 2;
    logits[second] = 1;
    return logits;
  };
  protocol.add({torch::stack({row(0, 1), row(0, 2), row(1, 0)}), torch::tensor({0, 0, 0}), {"a", "b", "c"}});
  protocol.add({torch::stack({row(3, 6)}), torch::tensor({5}), {"d"}});
  const auto evaluation = protocol.finish();
  EXPECT_DOUBLE_EQ(evaluation.scores.at("video_top1"), 0.5);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("class_top1"), (2.0 / 3 + 0) / 2);
  EXPECT_DOUBLE_EQ(evaluation.scores.at("video_top5"), 0.75) << "class 5 is behind 3, 6, 0, 1, 2, 4";
  EXPECT_EQ(evaluation.selection, 0.5);
  ASSERT_EQ(evaluation.outputs.size(), 3U);
  EXPECT_EQ(evaluation.outputs[0].values, (std::vector<float>{1, 1, 2, 7}));
  EXPECT_EQ(evaluation.outputs[2].values, (std::vector<float>{0, 0, 1, 3}));
  EXPECT_EQ(vbench::test::error_of([] { (void)RecognitionProtocol().finish(); }), "no video was evaluated");
}

TEST(SelaviRecognition, ALinearLayerAloneLearnsOnAFrozenBase) {
  RecognitionMethod method(small_tuning(true), small_data(), 1, at::kCPU);
  std::vector<std::string> names;
  for (const auto& parameter : method.parameters()) names.push_back(parameter.name);
  EXPECT_THAT(names, testing::ElementsAre("classifier.weight", "classifier.bias"));
  const auto loss = method.loss(batch_of({1, 1}), {});
  loss.total.backward();
  for (const auto& [name, tensor] : method.weights()) EXPECT_FALSE(name.starts_with("selavi/base.") && tensor.grad().defined()) << name;
  ASSERT_EQ(loss.terms.size(), 2U);
}

TEST(SelaviRecognition, DoubtsResultsThatBeginWithRandomWeights) {
  const vbench::test::TemporaryFolder folder;
  torch_file::Dict weights;
  const auto network = small_network(1);
  for (const auto& [name, tensor] : network.weights()) weights.set(name, tensor.detach());
  torch_file::save_torch_file(folder / "network.pth", weights);
  const auto tuning = [](bool frozen, bool pretrained) {
    return RecognitionTuning{.network = {.divisor = small_options().divisor, .frozen_base = frozen}, .pretrained = pretrained};
  };
  RecognitionMethod tuned(tuning(false, true), small_data(), 1, at::kCPU);
  EXPECT_THAT(tuned.doubt(), testing::HasSubstr("random weights"));
  EXPECT_NO_THROW(tuned.before_epoch(0));
  (void)tuned.import_checkpoint(folder / "network.pth");
  EXPECT_EQ(tuned.doubt(), "");
  EXPECT_EQ(RecognitionMethod(tuning(false, false), small_data(), 1, at::kCPU).doubt(), "") << "meant to begin with them";
  RecognitionMethod linear(tuning(true, false), small_data(), 1, at::kCPU);
  EXPECT_THAT(vbench::test::error_of([&] { linear.before_epoch(0); }), testing::HasSubstr("--init FILE"));
  (void)linear.import_checkpoint(folder / "network.pth");
  EXPECT_NO_THROW(linear.before_epoch(0));
}

TEST(SelaviRecognition, HasAsManyClassesAsTheData) {
  RecognitionMethod method(small_tuning(), small_data(), 1, at::kCPU);
  const auto weights = method.weights();
  const auto rows =
      std::find_if(weights.begin(), weights.end(), [](const auto& weight) { return weight.name == "selavi/classifier.weight"; });
  ASSERT_NE(rows, weights.end());
  EXPECT_EQ(rows->tensor.sizes(), at::IntArrayRef({6, 32}));
  clips::StretchOptions unopened;
  EXPECT_EQ(RecognitionMethod::summary_of({}, unopened).layers.back().shape, "101x512");
}

}  // namespace
}  // namespace vbench::selavi::test
