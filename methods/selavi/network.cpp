#include "methods/selavi/network.hpp"

#include <ATen/ATen.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace vbench::selavi {
namespace {

constexpr const char *kVideo = "video_network.base.", *kAudio = "audio_network.base.";

const NetworkOptions& checked(const NetworkOptions& options) {
  check(options);
  return options;
}

at::Tensor stacked(const std::vector<Head>& heads, const at::Tensor& features, const Pass& pass) {
  std::vector<at::Tensor> logits;
  for (const auto& head : heads) logits.push_back(head.forward(features, pass));
  return at::stack(logits);
}

}  // namespace

std::string head_name(char modality, int64_t head, int64_t heads) {
  return heads == 1 ? fmt::format("mlp_{}", modality) : fmt::format("mlp_{}{}", modality, head);
}

Network::Network(const NetworkOptions& options, const at::Device& device)
    : options_(checked(options)),
      video_(Encoder::video(options.divisor, device)),
      audio_(Encoder::audio(options.audio, options.divisor, device)) {
  video_.collect(kVideo, weights_);
  audio_.collect(kAudio, weights_);
  for (int64_t head = 0; head < options.heads; ++head) {
    video_heads_.emplace_back(options, 2 * head, device);
    audio_heads_.emplace_back(options, 2 * head + 1, device);
    video_heads_.back().collect(head_name('v', head, options.heads) + ".", weights_);
    audio_heads_.back().collect(head_name('a', head, options.heads) + ".", weights_);
  }
}

void Network::initialize(uint64_t seed) {
  video_.initialize(seed, kVideo);
  audio_.initialize(seed, kAudio);
  for (int64_t head = 0; head < options_.heads; ++head) {
    video_head(head).initialize(seed, head_name('v', head, options_.heads) + ".");
    audio_head(head).initialize(seed, head_name('a', head, options_.heads) + ".");
  }
}

Features Network::features(const at::Tensor& clips, const at::Tensor& spectrograms, const Pass& pass) const {
  return {video_features(clips, pass), audio_features(spectrograms, pass)};
}

Logits Network::logits(const Features& features, const Pass& pass) const {
  return {stacked(video_heads_, features.video, pass), stacked(audio_heads_, features.audio, pass)};
}

int64_t Network::multiply_adds(const Size3& clip, const Size3& spectrogram) const {
  int64_t cost = video_.multiply_adds(clip) + audio_.multiply_adds(spectrogram);
  for (const auto* heads : {&video_heads_, &audio_heads_}) {
    for (const auto& head : *heads) cost += head.multiply_adds();
  }
  return cost;
}

ModelSummary summarise(const Network& network, const Size3& clip, const Size3& spectrogram) {
  auto summary = list_layers(network.weights());
  summary.flops = 2 * network.multiply_adds(clip, spectrogram);
  summary.flops_of = fmt::format("one clip of {} with a spectrogram of {}x{}", fmt::join(clip, "x"), spectrogram[1], spectrogram[2]);
  return summary;
}

}  // namespace vbench::selavi
