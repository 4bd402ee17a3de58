// What datasets of videos share when many threads read them: OpenCV kept to the thread it is called on, its exceptions as Errors, and what
// becomes of videos that cannot be read. Used by ClipData and SomethingData.
#pragma once

#include <ATen/core/Tensor.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <opencv2/core.hpp>
#include <string>

#include "harness/core/error.hpp"

namespace vbench::clips {

/// Readers are many threads already.
void keep_opencv_to_one_thread();

/// OpenCV reports bad data by exceptions of its own.
[[nodiscard]] Error decoding_error(const cv::Exception& error, const std::string& id);
template <class Work>
auto decoding(const std::string& id, const Work& work) {
  try {
    return work();
  } catch (const cv::Exception& error) {
    throw decoding_error(error, id);
  }
}

/// The videos of a split that turned out to be damaged while they were read. Safe on several threads.
class Damage {
 public:
  /// @param tolerated  training without --strict: such a video is left out
  Damage(size_t items, bool tolerated, int verbosity)
      : flags_(std::make_unique<std::atomic<bool>[]>(items)), items_(items), tolerated_(tolerated), verbosity_(verbosity) {}

  /// What `read` gives; undefined for a damaged video that is tolerated, which is warned of once. @throws Error as `read` otherwise
  [[nodiscard]] at::Tensor guard(size_t index, const std::string& id, const std::function<at::Tensor()>& read) const;
  [[nodiscard]] int64_t count() const;

 private:
  std::unique_ptr<std::atomic<bool>[]> flags_;
  size_t items_;
  bool tolerated_;
  int verbosity_;
};

}  // namespace vbench::clips
