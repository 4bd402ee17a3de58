#include "methods/coot/method.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "datasets/activitynet/activitynet.hpp"
#include "datasets/youcook2/youcook2.hpp"
#include "harness/core/settings.hpp"
#include "harness/train/device.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using testing::HasSubstr;
using vbench::test::error_of;
using vbench::test::expect_close;
using vbench::test::expect_same;

using Small = Coot<kSmallYouCook2>;
static_assert(Method<Small> && Feeds<Small, YouCook2> && Feeds<Coot<kAnet>, ActivityNet> && ImportsCheckpoints<Small> &&
              SavesEmbeddings<RetrievalProtocol>);

video_text::Batch make_batch() { return random_batch({{3, 1, 4}, {2}, {5, 2}, {1, 1, 1, 6}}, 24, 20, 1); }

Small make(const std::vector<std::string>& settings = {}, uint64_t seed = 1) {
  auto tuning = Small::tuning_defaults();
  tuning.structure.init_deviation = 0.2;
  Settings bound;
  tuning.bind(bound);
  for (const auto& setting : settings) bound.set_assignment(setting);
  return Small(tuning, Small::data_defaults(), seed, at::kCPU);
}

/// What a setting may change: the training loss, the embeddings, the selected score.
std::vector<double> fingerprint(const std::vector<std::string>& settings) {
  auto method = make(settings);
  const auto batch = make_batch();
  std::vector<double> values;
  const auto loss = method.loss(batch, {.seed = 1, .epoch = 2, .step = 3, .global_step = 9});
  values.push_back(loss.total.item<double>());
  const auto embeddings = method.infer(batch);
  values.push_back(embeddings.video.square().sum().item<double>());
  values.push_back(embeddings.clips.square().sum().item<double>());
  auto protocol = method.protocol();
  protocol.add(embeddings);
  values.push_back(protocol.finish().selection);
  return values;
}

TEST(CootMethod, EverySettingHasAnEffect) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> changes{
      {{}, "model.dropout=0.5"},
      {{}, "model.layers=2"},
      {{}, "model.context_layers=2"},
      {{"model.layers=2"}, "model.chained=on"},
      {{}, "model.average=masked"},
      {{}, "model.clip_level=off"},
      {{}, "model.init_deviation=0.1"},
      {{}, "loss.margin=0.4"},
      {{}, "loss.max_violation=on"},
      {{}, "loss.normalize=off"},
      {{}, "loss.high=2"},
      {{}, "loss.high_internal=2"},
      {{}, "loss.low=2"},
      {{}, "loss.low_internal=2"},
      {{}, "loss.context=2"},
      {{}, "loss.context_internal=2"},
      {{"loss.context_internal=2"}, "loss.context_internal_fix=on"},
      {{}, "loss.cycle=1"},
      {{"loss.cycle=1"}, "loss.cycle_samples=-1"},
      {{}, "select_by=video-paragraph"},
  };
  std::set<std::string> tested;
  for (const auto& [before, change] : changes) {
    auto after = before;
    after.push_back(change);
    tested.insert(change.substr(0, change.find('=')));
    EXPECT_NE(fingerprint(before), fingerprint(after)) << change;
  }
  Settings settings;
  auto tuning = Small::tuning_defaults();
  tuning.bind(settings);
  for (const auto& [key, value] : settings.values()) EXPECT_TRUE(tested.contains(key)) << key << " is not tested";
}

TEST(CootMethod, DropoutChangesWithTheStepAndARepeatedStepGivesTheSameBits) {
  auto method = make({"model.dropout=0.3", "loss.cycle=0"});  // whose sampling follows the step too
  const auto batch = make_batch();
  const auto loss = [&](int64_t epoch, int64_t step) {
    return method.loss(batch, {.seed = 1, .epoch = epoch, .step = step, .global_step = 0}).total.detach();
  };
  expect_same(loss(0, 1), loss(0, 1));
  EXPECT_FALSE(torch::equal(loss(0, 1), loss(0, 2)));
  EXPECT_FALSE(torch::equal(loss(0, 1), loss(1, 1)));
  expect_same(method.infer(batch).video, method.infer(batch).video);
}

TEST(CootMethod, EvaluationLossIsTheTrainingLossOfTheEmbeddings) {
  auto method = make({"model.dropout=0", "loss.cycle_samples=-1"});
  const auto batch = make_batch();
  const auto train = method.loss(batch, {}), evaluated = method.eval_loss(batch, method.infer(batch), {});
  expect_same(evaluated.total, train.total.detach());
  EXPECT_EQ(evaluated.terms, train.terms);
}

TEST(CootMethod, AStepWithTheSameContextGivesTheSameGradientBits) {
  const auto gradients = [] {
    auto method = make();
    method.loss(make_batch(), {.seed = 1, .epoch = 0, .step = 0, .global_step = 0}).total.backward();
    std::vector<at::Tensor> all;
    for (const auto& parameter : method.parameters()) all.push_back(parameter.tensor.grad());
    return all;
  };
  const auto a = gradients(), b = gradients();
  for (size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i]);
}

TEST(CootMethod, InReducedPrecisionEmbeddingsStayCloseAndLossesStayFloat32) {
  auto method = make({"model.dropout=0"});
  const auto batch = make_batch();
  const auto exact = method.infer(batch);
  const auto exact_loss = method.loss(batch, {}).total;
  const Autocast autocast(Precision::kBf16, at::kCPU);
  const auto reduced = method.infer(batch);
  const auto loss = method.loss(batch, {}).total;
  EXPECT_EQ(reduced.video.scalar_type(), at::kFloat);
  EXPECT_EQ(loss.scalar_type(), at::kFloat);
  expect_close(reduced.video, exact.video, {0.1, 0.05, "eight bits of mantissa"});
  expect_close(reduced.clips, exact.clips, {0.1, 0.05, "eight bits of mantissa"});
  EXPECT_FALSE(torch::equal(reduced.video, exact.video)) << "autocast had no effect";
  expect_close(loss, exact_loss, {0.02, 0.02, "eight bits of mantissa"});
  loss.backward();
  for (const auto& parameter : method.parameters()) EXPECT_EQ(parameter.tensor.grad().scalar_type(), at::kFloat) << parameter.name;
}

TEST(CootMethod, PublishedVariantsDifferWhereThePaperSaysSo) {
  EXPECT_EQ(Coot<kYc2100m>::data_defaults().video_features, "video_feat_100m");
  EXPECT_EQ(Coot<kYc22d3d>::data_defaults().video_features, "video_feat_2d3d");
  EXPECT_EQ(Coot<kYc22d3d>::data_defaults().video_width, 4096);
  EXPECT_EQ(Coot<kYc22d3d>::data_defaults().frame_noise, 0.01);
  EXPECT_EQ(Coot<kAnet>::data_defaults().eval_split, "val_1");
  EXPECT_EQ(Coot<kAnet>::data_defaults().expand_segments, 10);
  EXPECT_EQ(Coot<kAnet>::training_defaults().optimizer.kind, OptimizerKind::kAdam);
  EXPECT_EQ(Coot<kAnet>::training_defaults().schedule.patience, 2);
  EXPECT_EQ(Coot<kAnet>::training_defaults().schedule.warmup_epochs, 3);
  EXPECT_EQ(Coot<kAnet>::training_defaults().first_validated_epoch, 0);
  EXPECT_EQ(Coot<kAnet>::tuning_defaults().loss.cycle, 0.01);
  EXPECT_EQ(Coot<kYc2100m>::training_defaults().first_validated_epoch, 3);
  EXPECT_EQ(Coot<kYc2100m>::training_defaults().optimizer.learning_rate, 9e-4);
  EXPECT_EQ(Coot<kYc2100m>::tuning_defaults().select_by, SelectBy::kClipSentence);
}

TEST(CootMethod, DataThatMayOutgrowThePositionsAreRefusedAtOnce) {
  auto data = Small::data_defaults();
  data.max_frames = 2000;
  EXPECT_THAT(error_of([&] { const Small method(Small::tuning_defaults(), data, 1, at::kCPU); }),
              HasSubstr("data.max_frames: 2000 is longer than the 1000"));
}

}  // namespace
}  // namespace vbench::coot::test
