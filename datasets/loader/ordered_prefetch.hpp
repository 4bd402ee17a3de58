// Makes results ahead of time on worker threads and hands them out in order. Used by the loader; knows nothing of samples.
#pragma once

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "harness/core/error.hpp"

namespace vbench {

/// Results of `make(i)` for i in [first, last), in order, computed by `workers` threads at most `depth` ahead of the consumer.
/// Order and content do not depend on the number of workers as long as `make` depends on nothing but i.
template <class Result>
class OrderedPrefetch {
 public:
  /// @param workers  0: `make` runs in the caller's thread, inside next()
  OrderedPrefetch(int64_t first, int64_t last, int64_t workers, int64_t depth, std::function<Result(int64_t)> make)
      : make_(std::move(make)), last_(last), depth_(std::max<int64_t>(depth, 1)), to_make_(first), to_give_(first) {
    try {
      for (int64_t i = 0; i < std::min(workers, last - first); ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error&) {
      stop();
      throw input_error(fmt::format("cannot start {} reading threads", workers), "", "choose fewer with --workers");
    }
  }
  OrderedPrefetch(const OrderedPrefetch&) = delete;
  OrderedPrefetch& operator=(const OrderedPrefetch&) = delete;
  ~OrderedPrefetch() { stop(); }

  /// The next result; nothing at the end. Rethrows what `make` threw for exactly this index.
  std::optional<Result> next() {
    if (to_give_ >= last_) return std::nullopt;
    if (threads_.empty()) return timed_make(to_give_++);
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return results_.contains(to_give_); });
    auto node = results_.extract(to_give_++);
    lock.unlock();
    room_.notify_all();
    if (node.mapped().failure) std::rethrow_exception(node.mapped().failure);
    return std::move(node.mapped().value);
  }

  /// From now on at most `depth` results ahead; never more than before. For results that turn out to be large.
  void limit_depth(int64_t depth) {
    const std::lock_guard lock(mutex_);
    depth_ = std::clamp<int64_t>(depth, 1, depth_);
  }

  /// Seconds that `make` took, summed over workers.
  [[nodiscard]] double busy_seconds() const { return static_cast<double>(busy_nanoseconds_.load()) * 1e-9; }

 private:
  struct Slot {
    std::optional<Result> value;
    std::exception_ptr failure;
  };

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    room_.notify_all();
    for (auto& thread : threads_) thread.join();
  }

  Result timed_make(int64_t index) {
    const auto start = std::chrono::steady_clock::now();
    Result result = make_(index);
    busy_nanoseconds_ += std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start).count();
    return result;
  }

  void work() {
    omp_set_num_threads(1);  // one pool of threads is enough: workers must not fight the training threads
    while (true) {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [this] { return stopping_ || to_make_ >= last_ || to_make_ < to_give_ + depth_; });
      if (stopping_ || to_make_ >= last_) return;
      const int64_t index = to_make_++;
      lock.unlock();
      Slot slot;
      try {
        slot.value = timed_make(index);
      } catch (...) {
        slot.failure = std::current_exception();
      }
      lock.lock();
      results_.emplace(index, std::move(slot));
      lock.unlock();
      ready_.notify_one();
    }
  }

  const std::function<Result(int64_t)> make_;
  const int64_t last_;
  int64_t depth_;
  std::mutex mutex_;
  std::condition_variable room_, ready_;
  int64_t to_make_, to_give_;  // indices: next to start, next to hand out
  std::map<int64_t, Slot> results_;
  bool stopping_ = false;
  std::atomic<int64_t> busy_nanoseconds_{0};
  std::vector<std::thread> threads_;
};

}  // namespace vbench
