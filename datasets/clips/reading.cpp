#include "datasets/clips/reading.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>

#include "datasets/location/warning.hpp"

namespace vbench::clips {

void keep_opencv_to_one_thread() {
  static std::once_flag once;
  std::call_once(once, [] { cv::setNumThreads(1); });
}

Error decoding_error(const cv::Exception& error, const std::string& id) {
  return input_error(fmt::format("cannot be decoded: {}", error.err), id);
}

at::Tensor Damage::guard(size_t index, const std::string& id, const std::function<at::Tensor()>& read) const {
  try {
    return read();
  } catch (const Error& error) {
    if (!tolerated_ || error.kind() != ErrorKind::kInput) throw;
    if (!flags_[index].exchange(true)) warn_once(fmt::format("{} is left out: {}", id, error.what()), verbosity_);
  }
  return {};
}

int64_t Damage::count() const {
  return std::count_if(flags_.get(), flags_.get() + items_, [](const auto& flag) { return flag.load(); });
}

}  // namespace vbench::clips
