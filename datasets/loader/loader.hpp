// Turns a dataset into batches: order, parallel reading, collation. Used by harness/train/pairing.hpp and throughput programs.
#pragma once

#include <algorithm>
#include <concepts>
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
  bool drop_last = false;                       ///< leave out a last batch that is not full, unless it is the only one
  int64_t most_bytes_ahead = int64_t{4} << 30;  ///< bounds `prefetch` where batches say how large they are: Batch::bytes()
};

/// A dataset that makes its own batches, of different sizes and shapes of items. A step has `first`, the place in the epoch's order of its
/// first item (places behind the last item start over at 0), and `batch`, how many items it takes. No steps: batches are alike.
template <class D>
concept PlansBatches = requires(const D& data, int64_t batch_size, int64_t index, RandomStream& random, const typename D::Step& step) {
  { data.plan(batch_size) } -> std::same_as<std::vector<typename D::Step>>;
  { data.read(index, random, step) } -> std::same_as<typename D::Sample>;
};

/// Order of the items in an epoch: a permutation keyed by (seed, epoch), or 0..n-1.
inline std::vector<int64_t> epoch_order(int64_t items, const LoaderOptions& options, int64_t epoch) {
  std::vector<int64_t> order(static_cast<size_t>(items));
  std::iota(order.begin(), order.end(), int64_t{0});
  if (options.shuffle) RandomStream(options.seed, "order", static_cast<uint64_t>(epoch)).shuffle(std::span(order));
  return order;
}

/// What clips/s count: the views of all videos of a batch where a video can have several, else its items.
template <class Batch>
[[nodiscard]] int64_t clips_in(const Batch& batch, int64_t items) {
  if constexpr (requires { batch.views; }) {
    return batch.clips.size(0);
  } else {
    return items;
  }
}

namespace detail {
template <class D>
struct StepOf {
  struct type {};
};
template <class D>
requires requires { typename D::Step; }
struct StepOf<D> {
  using type = typename D::Step;
};
}  // namespace detail

/// Batches of one epoch. The last batch may be smaller, unless it is dropped. Item i's augmentation is keyed by (seed, epoch, i) alone.
template <class Dataset>
class Loader {
 public:
  using Batch = typename Dataset::Batch;

  Loader(const Dataset& dataset, const LoaderOptions& options, int64_t epoch, int64_t first_batch = 0)
      : dataset_(dataset),
        options_(options),
        epoch_(epoch),
        order_(epoch_order(dataset.size(), options, epoch)),
        plan_(dataset, options),
        prefetch_(first_batch, batches(dataset, options), options.workers, options.prefetch,
                  [this](int64_t index) { return make(index); }) {}

  /// Of an epoch.
  [[nodiscard]] static int64_t batches(const Dataset& dataset, const LoaderOptions& options) {
    const auto planned = static_cast<int64_t>(Plan(dataset, options).steps.size());
    if (planned > 0) return planned;
    const int64_t full = dataset.size() / options.batch_size;
    return options.drop_last && full > 0 ? full : (dataset.size() + options.batch_size - 1) / options.batch_size;
  }

  /// The next batch; nothing at the end. Errors of reading carry the item's name.
  std::optional<Batch> next() { return prefetch_.next(); }

  /// Seconds of reading, summed over workers.
  [[nodiscard]] double busy_seconds() const { return prefetch_.busy_seconds(); }
  [[nodiscard]] int64_t items_read() const { return items_read_.load(); }  ///< as clips_in() counts

 private:
  /// What each batch takes; empty where all are alike.
  struct Plan {
    explicit Plan(const Dataset& dataset, const LoaderOptions& options) {
      if constexpr (PlansBatches<Dataset>) steps = dataset.plan(options.batch_size);
    }
    std::vector<typename detail::StepOf<Dataset>::type> steps;
  };

  Batch make(int64_t index) {
    if (!plan_.steps.empty()) return make_planned(plan_.steps.at(static_cast<size_t>(index)));
    const auto first = static_cast<size_t>(index * options_.batch_size);
    const size_t last = std::min(first + static_cast<size_t>(options_.batch_size), order_.size());
    std::vector<typename Dataset::Sample> samples;
    samples.reserve(last - first);
    for (size_t i = first; i < last; ++i) {
      samples.push_back(read(order_[i], [this](int64_t item, RandomStream& random) { return dataset_.read(item, random); }));
    }
    return finish(samples);
  }

  template <class Step>
  Batch make_planned(const Step& step) {
    std::vector<typename Dataset::Sample> samples;
    if constexpr (PlansBatches<Dataset>) {
      samples.reserve(static_cast<size_t>(step.batch));
      for (int64_t i = 0; i < step.batch; ++i) {
        const int64_t item = order_[static_cast<size_t>(step.first + i) % order_.size()];
        samples.push_back(read(item, [&](int64_t index, RandomStream& random) { return dataset_.read(index, random, step); }));
      }
    }
    return finish(samples);
  }

  Batch finish(const std::vector<typename Dataset::Sample>& samples) {
    auto batch = Dataset::collate(samples);
    items_read_ += clips_in(batch, static_cast<int64_t>(samples.size()));
    // Clips of published sizes fill most of a GiB a batch: sixteen cores must not hold thirty-two of them.
    if constexpr (requires { batch.bytes(); }) prefetch_.limit_depth(options_.most_bytes_ahead / std::max<int64_t>(1, batch.bytes()));
    return batch;
  }

  template <class Read>
  typename Dataset::Sample read(int64_t item, const Read& read_item) const {
    RandomStream random(options_.seed, "augment", static_cast<uint64_t>(epoch_), static_cast<uint64_t>(item));
    try {
      return read_item(item, random);
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
  const Plan plan_;
  std::atomic<int64_t> items_read_{0};
  OrderedPrefetch<Batch> prefetch_;  // last: its threads use everything above
};

}  // namespace vbench
