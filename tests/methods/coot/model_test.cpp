#include "methods/coot/model.hpp"

#include <gtest/gtest.h>

#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;
using vbench::test::expect_same;

const std::vector<std::vector<int64_t>> kLengths{{3, 1, 4}, {2}, {5, 2}};

video_text::Batch uneven_batch(uint64_t seed = 1) {
  const auto options = small_model();
  return random_batch(kLengths, options.video_width, options.text_width, seed);
}

TEST(CootModel, LocalEmbeddingsOfAVideoDoNotDependOnItsBatchMates) {
  const Model model(small_model(), 1, at::kCPU);
  const auto batch = uneven_batch();
  const auto together = evaluate(model, batch);
  int64_t clip = 0;
  for (int64_t video = 0; video < batch.size(); ++video) {
    const auto alone = evaluate(model, part_of(batch, video, 1));
    const int64_t clips = batch.clip_num[static_cast<size_t>(video)];
    expect_close(alone.clips, together.clips.slice(0, clip, clip + clips), kForward, "clips");
    expect_close(alone.sentences, together.sentences.slice(0, clip, clip + clips), kForward, "sentences");
    expect_close(alone.video_context, together.video_context.slice(0, video, video + 1), kForward, "video context");
    expect_close(alone.paragraph_context, together.paragraph_context.slice(0, video, video + 1), kForward, "paragraph context");
    clip += clips;
  }
}

TEST(CootModel, WordsSharedByParagraphAndSentencesGiveTheSameEmbeddingsAndGradients) {
  const Model model(small_model(), 1, at::kCPU);
  const auto separate = uneven_batch();
  auto shared = separate;
  shared.sentences.rows = shared.paragraph.rows;
  const auto a = evaluate(model, separate), b = evaluate(model, shared);
  for (size_t i = 0; i < 6; ++i) expect_close(fields(b)[i].tensor, fields(a)[i].tensor, kForward, fields(a)[i].name);

  const auto gradient = [&](const video_text::Batch& batch) {
    clear_gradients(model.weights());
    nn::DropoutKeys keys;
    const auto outputs = model.forward(batch, keys);
    (outputs.sentences.square().sum() + outputs.paragraph_context.square().sum()).backward();
    return model.network(2).weights()[2].tensor.grad().clone();
  };
  expect_close(gradient(shared), gradient(separate), {1e-3, 1e-4, "a sum over all words"}, "input weight");
}

TEST(CootModel, CollatedSentencesShareTheRowsOfTheirParagraphWhereTheyAreItsPieces) {
  const auto words = torch::randn({5, 20}), frames = torch::randn({4, 24});
  const video_text::Sample pieces{"a", frames, words, {frames, frames}, {words.narrow(0, 0, 2), words.narrow(0, 2, 3)}};
  const auto shared = video_text::collate({pieces, pieces}).to(at::kCPU);
  EXPECT_TRUE(shared.sentences.rows.is_same(shared.paragraph.rows));
  EXPECT_EQ(shared.sentences.lengths, (std::vector<int64_t>{2, 3, 2, 3}));
  for (const auto& sentences : {std::vector<at::Tensor>{words.narrow(0, 0, 2), words.narrow(0, 3, 2)},
                                std::vector<at::Tensor>{words.narrow(0, 2, 3), words.narrow(0, 0, 2)},
                                std::vector<at::Tensor>{words.narrow(0, 0, 2).clone(), words.narrow(0, 2, 3)}}) {
    const video_text::Sample others{"b", frames, words, {frames, frames}, sentences};
    const auto batch = video_text::collate({pieces, others});
    EXPECT_FALSE(batch.sentences.rows.is_same(batch.paragraph.rows));
    expect_same(batch.sentences.rows.slice(0, 5), torch::cat(sentences));
  }
}

TEST(CootModel, TheClipLevelCanBeSwitchedOff) {
  auto options = small_model();
  const auto batch = uneven_batch();
  auto other = batch;
  other.clips.rows = batch.clips.rows + 1;
  const Model hierarchical(options, 1, at::kCPU);
  EXPECT_FALSE(torch::equal(evaluate(hierarchical, batch).video, evaluate(hierarchical, other).video));
  options.clip_level = false;
  const Model flat(options, 1, at::kCPU);
  expect_same(evaluate(flat, batch).video, evaluate(flat, other).video);
  EXPECT_FALSE(torch::equal(evaluate(flat, batch).video, evaluate(hierarchical, batch).video));
  EXPECT_FALSE(torch::equal(evaluate(flat, batch).clips, evaluate(flat, other).clips)) << "clips still have embeddings of their own";
}

TEST(CootModel, TheAverageOptionChangesVideosWithFewerClipsOnly) {
  auto options = small_model();
  const auto batch = uneven_batch();
  const auto upstream = evaluate(Model(options, 1, at::kCPU), batch).video;
  options.average = Average::kMasked;
  const auto masked = evaluate(Model(options, 1, at::kCPU), batch).video;
  expect_close(masked[0], upstream[0], kForward, "the video with the most clips has no padding");
  EXPECT_FALSE(torch::allclose(masked[1], upstream[1], 0, 1e-3));
}

TEST(CootModel, EveryParameterTrainsAndBiasesDoNotDecay) {
  const Model model(small_model(), 1, at::kCPU);
  nn::DropoutKeys keys;
  const auto batch = uneven_batch();
  const auto outputs = model.forward(batch, keys);
  coot_loss(outputs, batch.clip_num, batch.sent_num, LossOptions{}, {}, "train").total.backward();
  for (const auto& parameter : model.parameters()) {
    EXPECT_TRUE(parameter.tensor.grad().defined()) << parameter.name;
    EXPECT_EQ(parameter.weight_decay_multiplier, parameter.name.find("bias") == std::string::npos ? 1.0 : 0.0) << parameter.name;
    EXPECT_EQ(parameter.name.find("genpool_one"), std::string::npos) << "the pooler's constant is not trained";
  }
}

TEST(CootModel, TheSameSeedGivesTheSameBits) {
  const auto batch = uneven_batch();
  const auto a = evaluate(Model(small_model(), 5, at::kCPU), batch), b = evaluate(Model(small_model(), 5, at::kCPU), batch);
  for (size_t i = 0; i < 6; ++i) expect_same(fields(a)[i].tensor, fields(b)[i].tensor, fields(a)[i].name);
}

TEST(CootModel, TheSummaryCountsThePublishedParameters) {
  ModelOptions options;
  options.structure = kYc2100m.structure;
  const auto summary = Model(options, 1, at::kCPU).summary();
  EXPECT_EQ(summary.parameters, 1530113 + 2 * 1777920 + 1925377);
  EXPECT_GT(summary.flops, 0);
  auto wider = options;
  wider.video_width = 4096;
  // 80 frames of the video and 8 x 20 of its clips pass the input layer.
  EXPECT_EQ(Model(wider, 1, at::kCPU).summary().flops - summary.flops, 2 * int64_t{240} * (4096 - 512) * 384);
}

}  // namespace
}  // namespace vbench::coot::test
