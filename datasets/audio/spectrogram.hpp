// Logarithmic mel filterbank energies of sound. Used by what makes samples of SeLaVi.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <opencv2/core.hpp>
#include <span>
#include <vector>

namespace vbench::audio {

/// A filter's values are not 0 only for some neighbouring bins of the spectrum.
struct MelFilter {
  int64_t first_bin = 0;
  std::vector<double> weights;  ///< none: the filter lies between two bins
};

/// Triangles between 0 and half the rate, their corners evenly spaced in mel = 2595 log10(1 + f / 700) and moved down to whole bins.
[[nodiscard]] std::vector<MelFilter> mel_filters(int64_t filters, int64_t sample_rate);

/// Energies of frames of 20 ms, one every 10 ms, after a pre-emphasis of 0.97: natural logarithms of the power spectrum under mel filters.
/// As python_speech_features computes them with 1024 points and a rectangular window. Holds no state between calls: one object serves any
/// number of threads.
class LogMelSpectrogram {
 public:
  /// @throws Error kUsage if frames of this rate do not fit 1024 points, or for fewer than one filter
  LogMelSpectrogram(int64_t filters, int64_t sample_rate);

  /// @param samples  at least one
  /// @param volume   factor of the samples
  /// @return         [1, filters, frames] float; 1 s at 24 kHz has 99 frames. Silence is log(2.2e-16) everywhere
  /// @throws Error   kInput for no samples
  [[nodiscard]] at::Tensor operator()(std::span<const int16_t> samples, double volume = 1) const;

  [[nodiscard]] int64_t frames_of(int64_t samples) const;

 private:
  [[nodiscard]] cv::Mat spectra(std::span<const int16_t> samples, double volume) const;

  int64_t frame_length_, frame_step_;
  std::vector<MelFilter> filters_;
};

}  // namespace vbench::audio
