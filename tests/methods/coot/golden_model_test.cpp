#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "tests/methods/coot/reference.hpp"

namespace vbench::coot::test {
namespace {

using vbench::test::expect_close;
using video_text::Sequences;

torch::Tensor cycle_all(const Outputs& o, const video_text::Batch& batch, const LossOptions& options) {
  return options.cycle * cycle_consistency(o.clips, o.sentences, batch.clip_num, batch.sent_num, CyclePositions::all(batch.clip_num),
                                           CyclePositions::all(batch.sent_num));
}

torch::Tensor cycle_first(const Outputs& o, const video_text::Batch& batch, const LossOptions& options) {
  const auto first = CyclePositions::given(std::vector<int64_t>(batch.clip_num.size(), 0));
  return options.cycle * cycle_consistency(o.clips, o.sentences, batch.clip_num, batch.sent_num, first, first);
}

void check_outputs(const Outputs& outputs, const Golden& golden, const std::string& group, const Tolerance& tolerance) {
  for (const auto& [name, tensor] : fields(outputs)) expect_close(tensor, golden[group + "/" + name], tolerance, name);
}

void check_model(const Golden& golden, const std::string& group) {
  const Model model(model_options(golden, group), 1, at::kCPU);
  load_model(model, golden, group);
  const auto batch = read_batch(golden, group + "/batch");
  nn::DropoutKeys no_dropout;
  const auto outputs = model.forward(batch, no_dropout);
  check_outputs(outputs, golden, group + "/out", kForward);
  expect_close(pad_rows(outputs.clips, batch.clip_num), golden[group + "/out/clip_emb_reshape"], kForward, "clip_emb_reshape");
  expect_close(pad_rows(outputs.sentences, batch.sent_num), golden[group + "/out/sent_emb_reshape"], kForward, "sent_emb_reshape");

  const auto options = loss_options(golden.json(group, "loss_json"));
  const auto contrastive = total_contrastive_loss(outputs, options).total;
  const auto cycle = cycle_all(outputs, batch, options);
  expect_close(contrastive, golden[group + "/loss_contrastive"], kLoss, "loss_contrastive");
  expect_close(cycle, golden[group + "/loss_cycle_all"], kLoss, "loss_cycle_all");
  expect_close(cycle_first(outputs, batch, options), golden[group + "/loss_cycle_one_first_index"], kLoss, "loss_cycle_one_first_index");
  (contrastive + cycle).backward();
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    SCOPED_TRACE(kNetworkNames[i]);
    expect_gradients(network_weights(model, i), golden, fmt::format("{}/{}/grads", group, kNetworkNames[i]), kGradient);
  }
}

TEST(CootModelGolden, EmbeddingsLossesAndGradientsAreTheOriginals) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/model.h5");
  golden.for_each_group({{"", [&](const std::string& group) { check_model(golden, group); }}});
}

/// sin(scale i) over the padded tensor, computed in double.
torch::Tensor sine(at::IntArrayRef shape, double scale, double shift = 0) {
  int64_t elements = 1;
  for (const int64_t size : shape) elements *= size;
  return torch::sin(torch::arange(elements, torch::kDouble) * scale + shift).view(shape);
}

Sequences formula_rows(const std::vector<int64_t>& lengths, int64_t width, double scale) {
  const int64_t longest = *std::max_element(lengths.begin(), lengths.end());
  return Sequences::from_padded(sine({static_cast<int64_t>(lengths.size()), longest, width}, scale).to(torch::kFloat), lengths);
}

video_text::Batch formula_batch(const nlohmann::json& lengths, int64_t video_width, int64_t text_width) {
  video_text::Batch batch;
  std::vector<int64_t> clips, sentences, paragraphs;
  for (const auto& video : lengths.at("clips")) {
    batch.keys.push_back(fmt::format("v{}", batch.keys.size()));
    batch.clip_num.push_back(static_cast<int64_t>(video.size()));
    for (const auto& length : video) clips.push_back(length.get<int64_t>());
  }
  for (const auto& video : lengths.at("sents")) {
    const auto words = video.get<std::vector<int64_t>>();
    batch.sent_num.push_back(static_cast<int64_t>(words.size()));
    sentences.insert(sentences.end(), words.begin(), words.end());
    paragraphs.push_back(std::accumulate(words.begin(), words.end(), int64_t{0}));
  }
  batch.video = formula_rows(lengths.at("vid").get<std::vector<int64_t>>(), video_width, 0.013);
  batch.clips = formula_rows(clips, video_width, 0.017);
  batch.paragraph = formula_rows(paragraphs, text_width, 0.011);
  batch.sentences = formula_rows(sentences, text_width, 0.019);
  return batch;
}

void set_formula_weights(const Weights& weights, double base) {
  const torch::NoGradGuard no_grad;
  for (size_t p = 0; p < weights.size(); ++p) {
    const auto& [name, tensor] = weights[p];
    if (name == "embedding.pe" || name.find("genpool_one") != std::string::npos) continue;
    const bool gain = tensor.dim() == 1 && name.ends_with("gain");
    at::Tensor target = tensor;
    target.copy_(0.05 * sine(tensor.sizes(), 0.11, 0.37 * (static_cast<double>(p) + 1 + base)) + (gain ? 1.0 : 0.0));
  }
}

void check_full_size(const Golden& golden, const std::string& group, const Config& config) {
  EXPECT_EQ(golden.text(group, "rule").rfind("inputs x_i = sin(c*i) over the whole padded row-major tensor", 0), 0U) << "another rule";
  ModelOptions options;
  options.structure = config.structure;
  options.video_width = config.data.video_width;
  options.text_width = config.data.text_width;
  const Model model(options, 1, at::kCPU);
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    const auto& weights = network_weights(model, i);
    expect_order(weights, golden.json(group, fmt::format("param_order_{}", kNetworkNames[i])));
    int64_t parameters = 0;
    for (const auto& [name, tensor] : weights) parameters += name == "embedding.pe" ? 0 : tensor.numel();
    EXPECT_EQ(parameters, integer(golden, group, fmt::format("num_params_{}", kNetworkNames[i]))) << kNetworkNames[i];
    set_formula_weights(weights, golden.number(group, "param_base"));
  }
  const auto batch = formula_batch(golden.json(group, "lengths_json"), options.video_width, options.text_width);
  const auto outputs = evaluate(model, batch);
  check_outputs(outputs, golden, group, kFullSize);
  expect_close(total_contrastive_loss(outputs, config.loss).total, golden[group + "/loss_contrastive"], kFullSize, "loss_contrastive");
  expect_close(cycle_all(outputs, batch, config.loss), golden[group + "/loss_cycle_all"], kFullSize, "loss_cycle_all");
}

TEST(CootModelGolden, PublishedConfigurationsGiveTheOriginalsEmbeddingsAndLosses) {
  VBENCH_REQUIRE_GOLDEN(golden, "coot/fullsize.h5");
  golden.for_each_group({{"anet", [&](const std::string& group) { check_full_size(golden, group, kAnet); }},
                         {"yc2_100m", [&](const std::string& group) { check_full_size(golden, group, kYc2100m); }},
                         {"yc2_2d3d", [&](const std::string& group) { check_full_size(golden, group, kYc22d3d); }}});
}

}  // namespace
}  // namespace vbench::coot::test
