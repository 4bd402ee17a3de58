#include "datasets/synthetic/feature_map.hpp"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

namespace vbench::synthetic {

Latent noise_latent(RandomStream& random, int64_t width, double norm) {
  Latent latent(static_cast<size_t>(width));
  const double scale = norm / std::sqrt(static_cast<double>(width));
  for (float& value : latent) value = static_cast<float>(random.normal() * scale);
  return latent;
}

Latent unit_latent(RandomStream& random, int64_t width) {
  Latent latent = noise_latent(random, width, 1);
  normalise(latent);
  return latent;
}

void add_scaled(Latent& sum, const Latent& term, double scale) {
  for (size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<float>(scale) * term[i];
}

void normalise(Latent& latent) {
  double squared = 0;
  for (const float value : latent) squared += static_cast<double>(value) * value;
  if (squared == 0) return;
  for (float& value : latent) value = static_cast<float>(value / std::sqrt(squared));
}

RandomMap::RandomMap(RandomStream random, int64_t inputs, int64_t outputs, double gain)
    : inputs_(inputs), outputs_(outputs), weight_(static_cast<size_t>(inputs * outputs)), offset_(static_cast<size_t>(outputs)) {
  for (float& value : weight_) value = static_cast<float>(random.normal() * gain);
  for (float& value : offset_) value = static_cast<float>(random.normal() * 0.5 * gain);
}

at::Tensor RandomMap::project_from(const at::Tensor& latents, const float* offset) const {
  const int64_t rows = latents.size(0);
  at::Tensor features = at::zeros({rows, outputs_}, at::kFloat);
  const float* in = latents.data_ptr<float>();
  float* out = features.data_ptr<float>();
  for (int64_t row = 0; row < rows; ++row, in += inputs_, out += outputs_) {
    if (offset != nullptr) std::copy(offset, offset + outputs_, out);
    for (int64_t i = 0; i < inputs_; ++i) {
      const float value = in[i];
      const float* weight = weight_.data() + i * outputs_;
      for (int64_t j = 0; j < outputs_; ++j) out[j] += value * weight[j];
    }
  }
  return features;
}

at::Tensor RandomMap::project(const at::Tensor& latents) const { return project_from(latents, nullptr); }

at::Tensor RandomMap::squash(const at::Tensor& latents) const {
  at::Tensor features = project_from(latents, offset_.data());
  float* values = features.data_ptr<float>();
  for (int64_t i = 0; i < features.numel(); ++i) values[i] /= 1 + std::abs(values[i]);
  return features;
}

void add_uniform_noise(at::Tensor& features, double standard_deviation, RandomStream& random) {
  if (standard_deviation == 0) return;
  // Uniform on [-a, a) has standard deviation a / sqrt(3); much cheaper than normal noise on millions of values.
  const auto scale = static_cast<float>(standard_deviation * std::sqrt(3.0) / 2147483648.0);
  float* values = features.data_ptr<float>();
  for (int64_t i = 0; i < features.numel(); ++i) values[i] += scale * static_cast<float>(static_cast<int32_t>(random()));
}

at::Tensor stack(const std::vector<Latent>& latents, int64_t width) {
  at::Tensor rows = at::empty({static_cast<int64_t>(latents.size()), width}, at::kFloat);
  float* out = rows.data_ptr<float>();
  for (const Latent& latent : latents) out = std::copy(latent.begin(), latent.end(), out);
  return rows;
}

}  // namespace vbench::synthetic
