// Videos with sound that are tensors of the tests' own: pictures and sound of each class are alike. Milliseconds a batch.
#pragma once

#include <torch/types.h>

#include <atomic>
#include <string>
#include <vector>

#include "datasets/audio_visual/audio_visual_data.hpp"
#include "harness/core/error.hpp"

namespace vbench::selavi::test {

class FakeVideos {
 public:
  using Options = audio_visual::Options;
  using Sample = audio_visual::Sample;
  using Batch = audio_visual::Batch;

  static constexpr int64_t kClasses = 3, kVideos = 24;

  static FakeVideos open(const Options& /*options*/, const RunSpec& /*spec*/, Role role) { return FakeVideos(role); }
  explicit FakeVideos(Role role) : training_(role == Role::kTrain) {}

  /// Reads of training videos until one fails; negative: none does.
  static std::atomic<int64_t>& reads_left() {
    static std::atomic<int64_t> left{-1};
    return left;
  }

  /// A video that cannot be read; negative: there is none.
  static std::atomic<int64_t>& damaged() {
    static std::atomic<int64_t> index{-1};
    return index;
  }

  [[nodiscard]] int64_t size() const { return kVideos; }
  [[nodiscard]] int64_t label(int64_t index) const { return index * kClasses / kVideos; }
  [[nodiscard]] std::string name(int64_t index) const { return "v" + std::to_string(index); }
  [[nodiscard]] DataFingerprint fingerprint() const { return {"train", kVideos, 0, 0, "0"}; }
  [[nodiscard]] Source source() const { return Source::kSynthetic; }

  /// Bright or dark stripes and tones by class, and noise by `random`.
  [[nodiscard]] Sample read(int64_t index, RandomStream& random) const {
    if (training_ && reads_left() >= 0 && reads_left()-- == 0) throw input_error("cannot be read", name(index));
    const int64_t label = this->label(index);
    if (index == damaged()) return {{}, {}, index, label, name(index)};
    auto clip = torch::zeros({3, 2, 24, 24}), spectrogram = torch::zeros({1, 12, 16});
    clip.select(0, label).fill_(2);
    spectrogram.narrow(1, 4 * label, 4).fill_(2);
    for (auto* part : {&clip, &spectrogram}) {
      for (float *value = part->data_ptr<float>(), *end = value + part->numel(); value != end; ++value)
        *value += 0.3F * static_cast<float>(random.normal());
    }
    return {clip, spectrogram, index, label, name(index)};
  }

  static Batch collate(const std::vector<Sample>& samples) { return audio_visual::AudioVisualData::collate(samples); }

 private:
  bool training_;
};

}  // namespace vbench::selavi::test
