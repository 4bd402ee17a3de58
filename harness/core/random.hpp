// Counter-based random streams, one per purpose. Used by datasets (augmentation), loader (order) and methods (sampled losses).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace vbench {

/// Random numbers that depend on nothing but the key (seed, purpose, epoch, index): not on threads, order of calls elsewhere, or a resume.
/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). Satisfies UniformRandomBitGenerator.
class RandomStream {
 public:
  using result_type = uint32_t;

  RandomStream(uint64_t seed, std::string_view purpose, uint64_t epoch = 0, uint64_t index = 0);

  static constexpr uint32_t min() { return 0; }
  static constexpr uint32_t max() { return 0xffffffffU; }
  uint32_t operator()();

  uint64_t next_u64();
  double uniform();                         ///< in [0, 1), 53 bits
  double uniform(double low, double high);  ///< in [low, high)
  uint64_t below(uint64_t n);               ///< unbiased in [0, n); n must be positive
  double normal();                          ///< standard normal, Box-Muller
  double truncated_normal(double limit);    ///< standard normal conditioned on |x| <= limit, by rejection

  /// Fisher-Yates, the same result on every platform (std::shuffle's is unspecified).
  template <class T>
  void shuffle(std::span<T> items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  void refill();

  std::array<uint32_t, 2> key_;
  std::array<uint32_t, 4> counter_;
  std::array<uint32_t, 4> block_{};
  int used_ = 4;
};

/// One 64-bit seed from a key, for generators outside our hands (LibTorch's).
[[nodiscard]] uint64_t derive_seed(uint64_t seed, std::string_view purpose, uint64_t epoch = 0, uint64_t index = 0);

}  // namespace vbench
