#include "datasets/audio/spectrogram.hpp"

#include <ATen/Functions.h>
#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "harness/core/error.hpp"

namespace vbench::audio {
namespace {

constexpr int64_t kPoints = 1024, kBins = kPoints / 2 + 1;  // of the Fourier transform
constexpr double kPreEmphasis = 0.97;
constexpr double kFrameSeconds = 0.02, kStepSeconds = 0.01;
constexpr double kLeast = std::numeric_limits<double>::epsilon();  // in place of no energy

double mel_of(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double hertz_of(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

/// Halves up, as the original rounds lengths.
int64_t samples_in(double seconds, int64_t sample_rate) {
  return static_cast<int64_t>(std::floor(seconds * static_cast<double>(sample_rate) + 0.5));
}

/// The energy under a filter. @param row  of a transform: X0, Re X1, Im X1, ..., X512
double energy(const double* row, const MelFilter& filter) {
  double sum = 0;
  int64_t bin = filter.first_bin;
  for (const double weight : filter.weights) {
    const double real = bin == 0 ? row[0] : row[2 * bin - 1];
    const double imaginary = bin == 0 || bin == kBins - 1 ? 0 : row[2 * bin];
    sum += weight * (real * real + imaginary * imaginary);
    ++bin;
  }
  return sum / kPoints;
}

}  // namespace

std::vector<MelFilter> mel_filters(int64_t filters, int64_t sample_rate) {
  const double highest = mel_of(static_cast<double>(sample_rate) / 2);
  std::vector<int64_t> corners;
  for (int64_t i = 0; i < filters + 2; ++i) {
    const double hertz = hertz_of(highest * static_cast<double>(i) / static_cast<double>(filters + 1));
    corners.push_back(static_cast<int64_t>(std::floor((kPoints + 1) * hertz / static_cast<double>(sample_rate))));
  }
  std::vector<MelFilter> all;
  for (size_t i = 0; i + 2 < corners.size(); ++i) {
    const int64_t left = corners[i], top = corners[i + 1], right = corners[i + 2];
    MelFilter filter{left, {}};
    for (int64_t bin = left; bin < top; ++bin) filter.weights.push_back(static_cast<double>(bin - left) / static_cast<double>(top - left));
    for (int64_t bin = top; bin < right; ++bin) {
      filter.weights.push_back(static_cast<double>(right - bin) / static_cast<double>(right - top));
    }
    all.push_back(std::move(filter));
  }
  return all;
}

LogMelSpectrogram::LogMelSpectrogram(int64_t filters, int64_t sample_rate)
    : frame_length_(samples_in(kFrameSeconds, sample_rate)), frame_step_(samples_in(kStepSeconds, sample_rate)) {
  if (filters < 1 || filters > kPoints) throw usage_error(fmt::format("{} mel filters cannot be made", filters));
  if (frame_step_ < 1 || frame_length_ > kPoints) {
    throw usage_error(fmt::format("no spectrogram of sound with {} samples a second", sample_rate), "", "50 to 51200 can be had");
  }
  filters_ = mel_filters(filters, sample_rate);
}

int64_t LogMelSpectrogram::frames_of(int64_t samples) const {
  if (samples <= frame_length_) return 1;
  return 1 + (samples - frame_length_ + frame_step_ - 1) / frame_step_;
}

cv::Mat LogMelSpectrogram::spectra(std::span<const int16_t> samples, double volume) const {
  const auto count = static_cast<int64_t>(samples.size());
  std::vector<double> emphasised(samples.size());
  emphasised[0] = volume * samples[0];
  for (size_t i = 1; i < samples.size(); ++i) emphasised[i] = volume * samples[i] - kPreEmphasis * (volume * samples[i - 1]);
  const auto frames = static_cast<int>(frames_of(count));
  // Double precision: in single, the rounding of loud bins would drown those that are quiet.
  cv::Mat rows = cv::Mat::zeros(frames, static_cast<int>(kPoints), CV_64F);
  for (int frame = 0; frame < frames; ++frame) {
    const int64_t first = frame * frame_step_, end = std::min(first + frame_length_, count);
    std::copy(emphasised.begin() + first, emphasised.begin() + end, rows.ptr<double>(frame));
  }
  cv::dft(rows, rows, cv::DFT_ROWS);
  return rows;
}

at::Tensor LogMelSpectrogram::operator()(std::span<const int16_t> samples, double volume) const {
  if (samples.empty()) throw input_error("no spectrogram of no sound");
  const cv::Mat rows = spectra(samples, volume);
  cv::Mat energies(static_cast<int>(filters_.size()), rows.rows, CV_64F);
  for (int filter = 0; filter < energies.rows; ++filter) {
    auto* target = energies.ptr<double>(filter);
    for (int frame = 0; frame < rows.rows; ++frame) {
      const double found = energy(rows.ptr<double>(frame), filters_[static_cast<size_t>(filter)]);
      target[frame] = found == 0 ? kLeast : found;
    }
  }
  cv::log(energies, energies);
  auto spectrogram = at::empty({1, energies.rows, energies.cols}, at::kFloat);
  energies.convertTo(cv::Mat(energies.rows, energies.cols, CV_32F, spectrogram.data_ptr<float>()), CV_32F);
  return spectrogram;
}

}  // namespace vbench::audio
