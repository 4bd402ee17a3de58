#include <gtest/gtest.h>

#include "datasets/video_text/sample.hpp"
#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;
using video_text::Sequences;

void check_contrastive(const Golden& golden, const std::string& group) {
  const auto a = golden[group + "/a"].requires_grad_(), b = golden[group + "/b"].requires_grad_();
  const auto loss = contrastive_loss(a, b, golden.number(group, "margin"), golden.flag(group, "max_violation"), golden.flag(group, "norm"));
  expect_close(loss, golden[group + "/loss"], kLoss, "loss");
  loss.backward();
  expect_close(a.grad(), golden[group + "/grad_a"], kGradient, "grad_a");
  expect_close(b.grad(), golden[group + "/grad_b"], kGradient, "grad_b");
}

/// Both directions with the positions that `form` ("all" or "one") stands for.
void check_cycle_form(const Golden& golden, const std::string& group, const std::string& form, const CyclePositions& from_clips,
                      const CyclePositions& from_sentences) {
  const auto clips = golden[group + "/clip"].requires_grad_(), sentences = golden[group + "/sent"].requires_grad_();
  const auto clip_lengths = numbers(golden, group + "/clip_len"), sentence_lengths = numbers(golden, group + "/sent_len");
  const auto clip_loss = cycle_loss(clips, clip_lengths, sentences, sentence_lengths, from_clips);
  const auto sentence_loss = cycle_loss(sentences, sentence_lengths, clips, clip_lengths, from_sentences);
  expect_close(clip_loss, golden[group + "/loss_clip_" + form], kLoss, "loss_clip_" + form);
  expect_close(sentence_loss, golden[group + "/loss_sent_" + form], kLoss, "loss_sent_" + form);
  (clip_loss + 0.5 * sentence_loss).backward();
  expect_close(clips.grad(), golden[group + "/grad_clip_" + form], kGradient, "grad_clip_" + form);
  expect_close(sentences.grad(), golden[group + "/grad_sent_" + form], kGradient, "grad_sent_" + form);
}

void check_cycle(const Golden& golden, const std::string& group) {
  const auto clip_lengths = numbers(golden, group + "/clip_len"), sentence_lengths = numbers(golden, group + "/sent_len");
  check_cycle_form(golden, group, "all", CyclePositions::all(clip_lengths), CyclePositions::all(sentence_lengths));
  const auto picked = numbers(golden, group + "/picked_index");
  const auto half = picked.begin() + static_cast<int64_t>(clip_lengths.size());
  check_cycle_form(golden, group, "one", CyclePositions::given({picked.begin(), half}), CyclePositions::given({half, picked.end()}));

  const auto clips = golden[group + "/clip"], sentences = golden[group + "/sent"];
  const auto valid = [&](const torch::Tensor& x) { return Sequences::from_padded(x, clip_lengths).rows; };
  const auto soft = soft_neighbours(clips, sentences, sentence_lengths);
  expect_close(valid(soft.rows), valid(golden[group + "/soft_nn_clip_to_sent"]), kForward, "soft_nn_clip_to_sent");
  expect_close(valid(soft.weights), valid(golden[group + "/soft_nn_weights"]), kForward, "soft_nn_weights");
  const auto every = torch::arange(clips.size(1)).unsqueeze(0).expand({clips.size(0), -1});
  const auto errors = cycle_errors(clips, clip_lengths, sentences, sentence_lengths, every);
  expect_close(valid(errors.unsqueeze(-1)), valid(golden[group + "/index_loss_per_clip"].unsqueeze(-1)), kForward, "index_loss_per_clip");
}

TEST(CootLossesGolden, EveryLossGivesTheOriginalsValueAndGradients) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/losses.h5");
  golden.for_each_group({{"contrastive_", [&](const std::string& group) { check_contrastive(golden, group); }},
                         {"cycle_consistency_", [&](const std::string& group) { check_cycle(golden, group); }}});
}

}  // namespace
}  // namespace vbench::coot::test
