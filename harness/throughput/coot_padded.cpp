#include "harness/throughput/coot_padded.hpp"

#include <torch/types.h>

#include <cmath>

namespace vbench::throughput {
namespace {

constexpr double kMasked = -32752;

PaddedBatch::Field padded(const video_text::Sequences& sequences) {
  return {sequences.padded(), sequences.padding(), torch::tensor(sequences.lengths, torch::kLong).to(torch::kFloat)};
}

at::Tensor unit(const at::Tensor& x) { return x / x.norm(2, {1}, true); }

at::Tensor contrastive(const at::Tensor& a, const at::Tensor& b, double margin) {
  const auto scores = a.mm(b.t());
  const auto matched = scores.diag().view({-1, 1});
  const auto eye = torch::eye(scores.size(0)).gt(0.5);
  const auto rows = (margin + scores - matched.expand_as(scores)).clamp_min(0).masked_fill(eye, 0);
  const auto columns = (margin + scores - matched.t().expand_as(scores)).clamp_min(0).masked_fill(eye, 0);
  return (rows.sum() + columns.sum()) / static_cast<double>(scores.numel());
}

// softmax over u of -mean_d (x_t - y_u)², every difference written out.
at::Tensor closeness(const at::Tensor& x, const at::Tensor& y, const at::Tensor& mask) {
  const auto distances = (x.unsqueeze(2) - y.unsqueeze(1)).square().mean(-1);
  return torch::softmax((-distances).masked_fill(mask.unsqueeze(1), kMasked), -1);
}

at::Tensor cycle(const PaddedBatch::Field& source, const PaddedBatch::Field& other) {
  const auto neighbours = closeness(source.rows, other.rows, other.mask).bmm(other.rows);
  const auto back = closeness(neighbours, source.rows, source.mask);
  const auto index = torch::arange(source.rows.size(1), source.rows.options());
  const auto errors = (index.unsqueeze(0) - back.matmul(index)).square();
  const auto chosen = (torch::rand({source.rows.size(0)}) * source.lengths).floor().to(torch::kLong).unsqueeze(1);
  return errors.gather(1, chosen).mean();
}

}  // namespace

PaddedBatch::PaddedBatch(const video_text::Batch& batch)
    : video(padded(batch.video)),
      paragraph(padded(batch.paragraph)),
      clips(padded(batch.clips)),
      sentences(padded(batch.sentences)),
      clip_num(batch.clip_num) {}

PaddedCoot::PaddedCoot(const std::vector<NamedTensor>& weights, const coot::Structure& structure) : structure_(structure) {
  for (const auto& [name, tensor] : weights) {
    weights_[name] = tensor.detach().clone().requires_grad_(tensor.requires_grad());
    if (tensor.requires_grad()) parameters_.push_back({name, weights_[name], 1.0});
  }
}

at::Tensor PaddedCoot::linear(const std::string& name, const at::Tensor& x) const {
  return torch::linear(x, weight(name + ".weight"), weight(name + ".bias"));
}

at::Tensor PaddedCoot::norm(const std::string& name, const at::Tensor& x) const {
  const auto mean = x.mean(-1, true);
  const auto deviation = x.std(-1, true, true);
  return weight(name + ".gain") * (x - mean) / (deviation + structure_.norm_epsilon) + weight(name + ".bias");
}

at::Tensor PaddedCoot::attention(const std::string& name, const at::Tensor& query, const at::Tensor& keys, const at::Tensor& mask,
                                 bool training) const {
  const auto split = [this](const at::Tensor& x) {
    return x.view({x.size(0), x.size(1), structure_.heads, x.size(2) / structure_.heads}).transpose(1, 2);
  };
  const auto q = split(linear(name + ".query_projection", query)), k = split(linear(name + ".key_projection", keys)),
             v = split(linear(name + ".value_projection", keys));
  const auto scores = q.matmul(k.transpose(-2, -1)) / std::sqrt(static_cast<double>(q.size(-1)));
  const auto weights =
      torch::dropout(torch::softmax(scores.masked_fill(mask.unsqueeze(1).unsqueeze(1), kMasked), -1), structure_.dropout, training);
  return linear(name + ".final_projection", weights.matmul(v).transpose(1, 2).contiguous().view(query.sizes()));
}

at::Tensor PaddedCoot::layer(const std::string& name, const at::Tensor& query, const at::Tensor& keys, const at::Tensor& mask,
                             bool training) const {
  const auto drop = [&](const at::Tensor& x) { return torch::dropout(x, structure_.dropout, training); };
  const auto attended = attention(name + ".self_attention_layer.sublayer", query, keys, mask, training);
  const auto middle = drop(norm(name + ".self_attention_layer.layer_normalization", query + attended));
  const std::string feed = name + ".pointwise_feedforward_layer";
  const auto inner = torch::gelu(drop(linear(feed + ".sublayer.feed_forward.0", middle)));
  return norm(feed + ".layer_normalization", middle + drop(linear(feed + ".sublayer.feed_forward.3", inner)));
}

at::Tensor PaddedCoot::pool(const std::string& name, const at::Tensor& x, const at::Tensor& mask, bool training) const {
  const auto drop = [&](const at::Tensor& y) { return torch::dropout(y, structure_.dropout, training); };
  const auto part = [&](const std::string& suffix) { return weight(name + ".genpool_" + suffix + "_head"); };
  const auto hidden = torch::gelu(drop(x.unsqueeze(1).matmul(part("w1").unsqueeze(0)) + part("b1").unsqueeze(1).unsqueeze(0)));
  const auto logits = drop(hidden.matmul(part("w2").unsqueeze(0)) + part("b2").unsqueeze(1).unsqueeze(0));
  const auto masked = logits.masked_fill(mask.unsqueeze(1).unsqueeze(-1), kMasked);
  const auto weights = drop(torch::softmax(masked, 2)).transpose(1, 2).contiguous().view(x.sizes());
  return (x * weights).sum(1);
}

at::Tensor PaddedCoot::local(const std::string& net, const Field& field, bool training) const {
  const auto x = torch::gelu(linear(net + "/input_fc.mlp.0", norm(net + "/norm_input", field.rows)));
  const auto placed = x + weight(net + "/embedding.pe").slice(0, 0, x.size(1));
  return pool(net + "/pooler.pools.0", layer(net + "/tf.encoder_layers.0", placed, placed, field.mask, training), field.mask, training);
}

at::Tensor PaddedCoot::global(const std::string& net, const Field& field, const at::Tensor& context, bool training) const {
  const auto x = norm(net + "/norm_input", field.rows) + weight(net + "/embedding.pe").slice(0, 0, field.rows.size(1));
  const auto encoded = layer(net + "/tf.encoder_layers.0", x, x, field.mask, training);
  const auto attended = layer(net + "/tf_context.encoder_layers.0", context.unsqueeze(1), encoded, field.mask, training).squeeze(1);
  return torch::cat({encoded.sum(1) / field.lengths.unsqueeze(1), attended}, -1);
}

PaddedCoot::Field PaddedCoot::grouped(const at::Tensor& flat, const std::vector<int64_t>& counts) const { return padded({flat, counts}); }

coot::Outputs PaddedCoot::forward(const PaddedBatch& batch, bool training) const {
  const auto video_context = local("net_video_local", batch.video, training), clips = local("net_video_local", batch.clips, training);
  const auto video = global("net_video_global", grouped(clips, batch.clip_num), video_context, training);
  const auto paragraph_context = local("net_text_local", batch.paragraph, training),
             sentences = local("net_text_local", batch.sentences, training);
  const auto paragraph = global("net_text_global", grouped(sentences, batch.clip_num), paragraph_context, training);
  return {video, paragraph, clips, sentences, video_context, paragraph_context};
}

at::Tensor PaddedCoot::loss(const coot::Outputs& o, const PaddedBatch& batch, const coot::LossOptions& options) const {
  const auto across = [&](const at::Tensor& a, const at::Tensor& b) { return contrastive(unit(a), unit(b), options.margin); };
  const auto within = [&](const at::Tensor& a, const at::Tensor& b) { return (across(a, a) + across(b, b)) / 2; };
  const auto matching = options.high * across(o.video, o.paragraph) + options.low * across(o.clips, o.sentences) +
                        options.context * across(o.video_context, o.paragraph_context) +
                        options.high_internal * within(o.video, o.paragraph) + options.low_internal * within(o.clips, o.sentences);
  const auto clips = grouped(o.clips, batch.clip_num), sentences = grouped(o.sentences, batch.clip_num);
  return matching + options.cycle * (cycle(clips, sentences) + cycle(sentences, clips));
}

}  // namespace vbench::throughput
