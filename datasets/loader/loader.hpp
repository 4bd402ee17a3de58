// Turns a dataset into batches: order, parallel reading, collation. Used by harness/train/pairing.hpp and throughput programs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/loader/ordered_prefetch.hpp"
#include "harness/core/error.hpp"
#include "harness/core/random.hpp"

namespace vbench {

struct LoaderOptions {
  int64_t batch_size = 64;
  int64_t workers = 2;   ///< reading threads; 0: read in the caller's thread
  int64_t prefetch = 4;  ///< batches read ahead at most
  bool shuffle = false;  ///< a new order each epoch, keyed by (seed, epoch)
  uint64_t seed = 0;
};

/// Order of the items in an epoch: a permutation keyed by (seed, epoch), or 0..n-1.
inline std::vector<int64_t> epoch_order(int64_t items, const LoaderOptions& options, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(items));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (options.shuffle) RandomStream(options.seed, "order", static_cast<uint64_t>(epoch)).shuffle(std::span(order));
  return order;
}

/// Batches of one epoch. The last batch may be smaller. Item i's augmentation is keyed by (seed, epoch, i) alone.
template <class Dataset>
class Loader {
 public:
  using Batch = typename Dataset::Batch;

  Loader(const Dataset& dataset, const LoaderOptions& options, int64_t epoch, int64_t first_batch = 0)
      : dataset_(dataset),
        options_(options),
        epoch_(epoch),
        order_(epoch_order(dataset.size(), options, epoch)),
        prefetch_(first_batch, batches(dataset.size(), options), options.workers, options.prefetch,
                  [this](int64_t index) { return make(index); }) {}

  [[nodiscard]] static int64_t batches(int64_t items, const LoaderOptions& options) {
    return (items + options.batch_size - 1) / options.batch_size;
  }

  /// The next batch; nothing at the end. Errors of reading carry the item's name.
  std::optional<Batch> next() { return prefetch_.next(); }

  /// Seconds of reading, summed over workers.
  [[nodiscard]] double busy_seconds() const { return prefetch_.busy_seconds(); }
  [[nodiscard]] int64_t items_read() const { return items_read_.load(); }

 private:
  Batch make(int64_t index) {
    const auto first = static_cast<size_t>(index * options_.batch_size);
    const size_t last = std::min(first + static_cast<size_t>(options_.batch_size), order_.size());
    std::vector<typename Dataset::Sample> samples;
    samples.reserve(last - first);
    for (size_t i = first; i < last; ++i) samples.push_back(read(order_[i]));
    items_read_ += static_cast<int64_t>(last - first);
    return Dataset::collate(samples);
  }

  typename Dataset::Sample read(int64_t item) const {
    RandomStream random(options_.seed, "augment", static_cast<uint64_t>(epoch_), static_cast<uint64_t>(item));
    try {
      return dataset_.read(item, random);
    } catch (const Error&) {
      throw;
    } catch (const std::exception& failure) {
      throw input_error(std::string("cannot be read: ") + failure.what(), dataset_.name(item));
    }
  }

  const Dataset& dataset_;
  const LoaderOptions options_;
  const int64_t epoch_;
  const std::vector<int64_t> order_;
  std::atomic<int64_t> items_read_{0};
  OrderedPrefetch<Batch> prefetch_;  // last: its threads use everything above
};

}  // namespace vbench
