// How long reading, decoding and augmenting take, each alone, inside whatever reads items. Marked by the datasets, switched on by the
// throughput program; costs nothing while it is off.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace vbench {

/// What a reading thread does. A library that reads and decodes in one call (OpenCV's videos) counts as decoding.
enum class ReadStage {
  kRead,     ///< bytes from files and databases
  kDecode,   ///< bytes to pictures and samples of sound
  kAugment,  ///< these to tensors: frames chosen, views, noise, spectrograms
};
inline constexpr int64_t kReadStages = 3;

/// Sums over all threads since the clock was switched on.
struct StageTimes {
  std::array<double, kReadStages> seconds{};
  std::array<int64_t, kReadStages> marks{};  ///< 0: no dataset in use has marked that stage
};

/// Not while items are being read.
void start_stage_clock();
void stop_stage_clock();
[[nodiscard]] StageTimes stage_times();

namespace detail {
inline constinit std::atomic<bool> stage_clock_runs{false};
}

/// Time goes to this stage while it lives, except what stages inside it take. While the clock is off, one load of a byte that nobody
/// writes.
class StageScope {
 public:
  explicit StageScope(ReadStage stage) : stage_(stage), counts_(detail::stage_clock_runs.load(std::memory_order_relaxed)) {
    if (counts_) enter();
  }
  ~StageScope() {
    if (counts_) leave();
  }
  StageScope(const StageScope&) = delete;
  StageScope& operator=(const StageScope&) = delete;

 private:
  void enter();
  void leave();

  ReadStage stage_;
  bool counts_;
  StageScope* outer_ = nullptr;
};

}  // namespace vbench
