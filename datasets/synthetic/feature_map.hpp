// Random maps and noise that turn latent content into feature vectors. Used by the stand-in world and by features for real annotations.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "harness/core/random.hpp"

namespace vbench::synthetic {

/// A point of the latent space.
using Latent = std::vector<float>;

[[nodiscard]] Latent unit_latent(RandomStream& random, int64_t width);                ///< uniform direction, norm 1
[[nodiscard]] Latent noise_latent(RandomStream& random, int64_t width, double norm);  ///< normal, expected squared norm = norm^2
void add_scaled(Latent& sum, const Latent& term, double scale);
void normalise(Latent& latent);  ///< to norm 1; zero stays zero

/// Fixed random linear map. Sums run in one order on every machine (no BLAS), so that the same seed gives the same bytes everywhere.
class RandomMap {
 public:
  RandomMap(RandomStream random, int64_t inputs, int64_t outputs, double gain);

  /// @param latents [N, inputs] float32, contiguous
  /// @return        [N, outputs] float32: each entry has standard deviation gain * norm of its latent
  [[nodiscard]] at::Tensor project(const at::Tensor& latents) const;
  /// project(), then an offset and x / (1 + |x|): not invertible by a linear map.
  [[nodiscard]] at::Tensor squash(const at::Tensor& latents) const;

  [[nodiscard]] int64_t inputs() const { return inputs_; }

 private:
  [[nodiscard]] at::Tensor project_from(const at::Tensor& latents, const float* offset) const;

  int64_t inputs_, outputs_;
  std::vector<float> weight_;  // [inputs, outputs]
  std::vector<float> offset_;  // [outputs]
};

/// Adds independent uniform noise of mean 0 to a contiguous float32 tensor.
void add_uniform_noise(at::Tensor& features, double standard_deviation, RandomStream& random);

/// [N, width] from N latents.
[[nodiscard]] at::Tensor stack(const std::vector<Latent>& latents, int64_t width);

}  // namespace vbench::synthetic
