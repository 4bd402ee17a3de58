#include "datasets/synthetic/voice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vbench::synthetic {
namespace {

using std::numbers::pi;
using Wave = std::vector<double>;

double draw_decibels(RandomStream& random, double low, double high) { return std::pow(10, random.uniform(low, high) / 20); }

/// A tone whose frequency may change all the time. @param frequency  of seconds
template <class Frequency>
Wave tone(int64_t rate, int64_t samples, double phase, const Frequency& frequency) {
  Wave wave(static_cast<size_t>(samples));
  for (size_t i = 0; i < wave.size(); ++i) {
    wave[i] = std::sin(phase);
    phase += 2 * pi * frequency(static_cast<double>(i) / static_cast<double>(rate)) / static_cast<double>(rate);
  }
  return wave;
}

Wave clicks(int64_t rate, int64_t samples, RandomStream& random) {
  constexpr double kSeconds = 0.012;  // until a click has faded to a third
  const double period = random.uniform(0.11, 0.17) * static_cast<double>(rate), first = random.uniform(0, period);
  Wave wave(static_cast<size_t>(samples));
  for (size_t i = 0; i < wave.size(); ++i) {
    const double since = std::fmod(static_cast<double>(i) + first, period) / static_cast<double>(rate);
    wave[i] = 1.7 * random.uniform(-1, 1) * std::exp(-since / kSeconds);
  }
  return wave;
}

Wave hum(int64_t rate, int64_t samples, RandomStream& random) {
  constexpr int kOvertones = 10;
  const double lowest = random.uniform(100, 170);
  Wave wave(static_cast<size_t>(samples));
  for (int k = 1; k <= kOvertones; ++k) {
    const double strength = random.uniform(0.3, 1) / std::sqrt(k);
    const Wave one = tone(rate, samples, random.uniform(0, 2 * pi), [&](double) { return k * lowest; });
    for (size_t i = 0; i < wave.size(); ++i) wave[i] += 0.5 * strength * one[i];
  }
  return wave;
}

Wave sweeps(int64_t rate, int64_t samples, RandomStream& random) {
  const double low = random.uniform(400, 600), period = random.uniform(0.25, 0.4), first = random.uniform(0, period);
  return tone(rate, samples, random.uniform(0, 2 * pi), [&](double t) { return low * std::pow(3, std::fmod(t + first, period) / period); });
}

Wave trill(int64_t rate, int64_t samples, RandomStream& random) {
  const double low = random.uniform(800, 1200), high = low * random.uniform(1.35, 1.6);
  const double period = random.uniform(0.11, 0.16), first = random.uniform(0, period);
  return tone(rate, samples, random.uniform(0, 2 * pi), [&](double t) { return std::fmod(t + first, period) < period / 2 ? low : high; });
}

Wave whistle(int64_t rate, int64_t samples, RandomStream& random) {
  const double pitch = random.uniform(2000, 3200), beat = random.uniform(4, 7), first = random.uniform(0, 2 * pi);
  return tone(rate, samples, random.uniform(0, 2 * pi),
              [&](double t) { return pitch * (1 + 0.012 * std::sin(2 * pi * beat * t + first)); });
}

Wave pure_voice(Voice voice, int64_t rate, int64_t samples, RandomStream& random) {
  switch (voice) {
    case Voice::kClicks:
      return clicks(rate, samples, random);
    case Voice::kHum:
      return hum(rate, samples, random);
    case Voice::kSweeps:
      return sweeps(rate, samples, random);
    case Voice::kTrill:
      return trill(rate, samples, random);
    case Voice::kWhistle:
      return whistle(rate, samples, random);
  }
  return {};
}

/// Noise that is darker or brighter: each value leans on the one before.
void add_noise(Wave& wave, double strength, double lean, RandomStream& random) {
  double value = 0;
  const double scale = strength * std::sqrt(1 - lean * lean);
  for (double& sample : wave) {
    value = lean * value + scale * random.uniform(-1, 1);
    sample += value;
  }
}

}  // namespace

std::vector<int16_t> make_voice(Voice voice, int64_t sample_rate, int64_t samples, RandomStream& random) {
  const double loudness = draw_decibels(random, -24, -8), noise = draw_decibels(random, -34, -16), lean = random.uniform(-0.3, 0.9);
  Wave wave = pure_voice(voice, sample_rate, samples, random);
  add_noise(wave, noise, lean, random);
  std::vector<int16_t> sound;
  sound.reserve(wave.size());
  constexpr double kFull = 32767;
  for (const double sample : wave) sound.push_back(static_cast<int16_t>(std::lround(kFull * std::clamp(loudness * sample, -1.0, 1.0))));
  return sound;
}

}  // namespace vbench::synthetic
