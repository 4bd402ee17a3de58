#include "methods/coot/model.hpp"

#include <fmt/format.h>
#include <torch/types.h>

#include "harness/core/error.hpp"

namespace vbench::coot {
namespace {

using video_text::Sequences;

NetworkOptions network_options(const ModelOptions& model, Level level, int64_t input_width) {
  const auto& s = model.structure;
  NetworkOptions options;
  options.level = level;
  options.input_width = input_width;
  options.width = s.width;
  options.heads = s.heads;
  options.feed_forward = s.feed_forward;
  options.layers = s.layers;
  options.context_layers = s.context_layers;
  options.pools = s.pools;
  options.pooler_heads = s.pooler_heads;
  options.pooler_hidden = s.pooler_hidden;
  options.positions = s.positions;
  options.norm_epsilon = s.norm_epsilon;
  options.dropout = s.dropout;
  options.chained = model.chained;
  options.average = model.average;
  return options;
}

// Sentences are usually the paragraph cut into pieces: the same rows, which then need one embedding only.
bool same_rows(const Sequences& a, const Sequences& b) {
  return a.rows.sizes() == b.rows.sizes() && a.rows.strides() == b.rows.strides() && a.rows.data_ptr() == b.rows.data_ptr();
}

std::vector<at::Tensor> embed_both(const Network& local, const Sequences& whole, const nn::Spans& whole_spans, const Sequences& parts,
                                   const nn::Spans& part_spans, nn::DropoutKeys& keys) {
  if (same_rows(whole, parts)) return local.embed(whole.rows, {&whole_spans, &part_spans}, keys);
  return {local.embed(whole.rows, {&whole_spans}, keys).front(), local.embed(parts.rows, {&part_spans}, keys).front()};
}

std::vector<int64_t> joined(const std::vector<int64_t>& a, const std::vector<int64_t>& b) {
  std::vector<int64_t> all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

std::string kind_of(const std::string& name, bool parameter) {
  if (!parameter) return "buffer";
  if (name.find("norm") != std::string::npos) return "norm";
  if (name.find("genpool_") != std::string::npos) return "attention pooler";
  if (name.find("self_attention_layer") != std::string::npos) return "attention";
  return "linear";
}

std::vector<int64_t> repeated(int64_t value, int64_t count) { return std::vector<int64_t>(static_cast<size_t>(count), value); }

}  // namespace

Model::Model(const ModelOptions& options, uint64_t seed, const at::Device& device) : options_(options) {
  const int64_t inputs[] = {options.video_width, options.structure.width, options.text_width, options.structure.width};
  for (size_t i = 0; i < kNetworkNames.size(); ++i) {
    const auto level = i % 2 == 0 ? Level::kLocal : Level::kGlobal;
    networks_.emplace_back(network_options(options, level, inputs[i]));
    initialize(networks_.back().weights(), std::string(kNetworkNames[i]) + "/", options.structure.init_deviation, seed);
    networks_.back().to(device);
  }
}

Model::Modality Model::embed(const Network& local, const Network& global, const Sequences& whole, const Sequences& parts,
                             const std::vector<int64_t>& counts, nn::DropoutKeys& keys) const {
  // The whole and its parts go through the local network side by side, so every product and every loop runs once over all rows.
  const auto embedded = embed_both(local, whole, nn::Spans::of(whole.lengths), parts, nn::Spans::of(parts.lengths), keys);
  const auto spans = nn::Spans::of(joined(whole.lengths, parts.lengths));
  const auto encoded = local.encode(torch::cat(embedded), spans, keys);
  const auto pooled = local.pool(encoded, spans, keys).split_with_sizes({whole.size(), parts.size()});
  const auto& context = pooled[0];
  if (!options_.clip_level) return {context, pooled[1], global.forward(context.unsqueeze(1), repeated(1, whole.size()), context, keys)};
  return {context, pooled[1], global.forward(pad_rows(pooled[1], counts), counts, context, keys)};
}

Outputs Model::forward(const video_text::Batch& batch, nn::DropoutKeys& keys) const {
  const auto video = embed(networks_[0], networks_[1], batch.video, batch.clips, batch.clip_num, keys);
  const auto text = embed(networks_[2], networks_[3], batch.paragraph, batch.sentences, batch.sent_num, keys);
  const auto full = [](const at::Tensor& x) { return x.to(torch::kFloat); };
  return {full(video.whole), full(text.whole), full(video.parts), full(text.parts), full(video.context), full(text.context)};
}

std::vector<NamedTensor> Model::weights() const {
  std::vector<NamedTensor> all;
  for (size_t i = 0; i < networks_.size(); ++i) {
    for (const auto& [name, tensor] : networks_[i].weights()) all.push_back({fmt::format("{}/{}", kNetworkNames[i], name), tensor});
  }
  return all;
}

std::vector<Parameter> Model::parameters() const {
  std::vector<Parameter> all;
  for (const auto& weight : weights()) {
    if (!is_parameter(weight)) continue;
    const bool is_bias = weight.name.find("bias") != std::string::npos;
    all.push_back({weight.name, weight.tensor, is_bias ? 0.0 : 1.0});
  }
  return all;
}

ModelSummary Model::summary() const {
  ModelSummary summary;
  for (const auto& weight : weights()) {
    // The encoding is computed, not learned; the pooler's constant counts, as in the published numbers.
    const bool counts = weight.name.find("embedding.pe") == std::string::npos;
    const int64_t parameters = counts ? weight.tensor.numel() : 0;
    summary.layers.push_back(
        {weight.name, kind_of(weight.name, is_parameter(weight)), fmt::format("{}", fmt::join(weight.tensor.sizes(), "x")), parameters});
    summary.parameters += parameters;
  }
  const int64_t clips = 8, frames = 80, clip_frames = 20, words = 100;
  const auto sentence_words = repeated(words / clips, clips);
  const auto global_length = repeated(options_.clip_level ? clips : 1, 1);
  summary.flops = networks_[0].flops(joined({frames}, repeated(clip_frames, clips))) + networks_[1].flops(global_length) +
                  networks_[2].flops(joined({words}, sentence_words)) + networks_[3].flops(global_length);
  summary.flops_of =
      fmt::format("one video of {} frames with {} clips of {} frames, {} words in {} sentences", frames, clips, clip_frames, words, clips);
  return summary;
}

}  // namespace vbench::coot
