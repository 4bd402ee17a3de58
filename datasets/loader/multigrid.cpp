#include "datasets/loader/multigrid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <numeric>

#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"

namespace vbench::video {
namespace {

int64_t by_root_two(int64_t side) { return static_cast<int64_t>(std::floor(static_cast<double>(side) / std::numbers::sqrt2)); }

// Steps of the long cycle that fit into an epoch of `batches` plain ones, a batch of 8 counting as 8.
int64_t long_cycle_steps(int64_t batches) {
  constexpr std::array<int64_t, 4> kSizes{8, 4, 2, 1};
  int64_t steps = 0;
  for (size_t k = 0;; k = (k + 1) % 4) {
    // The original asks for room for the rest of the cycle, not for the next step alone.
    if (std::accumulate(kSizes.begin() + static_cast<std::ptrdiff_t>(k), kSizes.end(), int64_t{0}) > batches) return steps;
    batches -= kSizes[k];
    ++steps;
  }
}

// The short cycle counts its steps as 5, 2 and 4 batches: the original's 5 should have been 1, and its epochs are shorter for it.
int64_t short_cycle_steps(int64_t batches) {
  constexpr std::array<int64_t, 3> kSizes{5, 2, 4};
  int64_t step = 0;
  for (; step <= batches; ++step) batches -= kSizes[static_cast<size_t>(step % 3)];
  return step;
}

bool same_shape(const MultigridStep& a, const MultigridStep& b) { return a.batch == b.batch && a.size == b.size; }

}  // namespace

void MultigridOptions::bind(Settings& settings) {
  settings.flag("multigrid.long_cycles", long_cycles, "four shapes of clips an epoch, from many small ones to few large ones");
  settings.flag("multigrid.short_cycles", short_cycles, "three sizes in turn from batch to batch");
  settings.choice("multigrid.epoch_length", epoch_length, "iterations an epoch by the original's formula, or until every clip was read",
                  {{"upstream", EpochLength::kUpstream}, {"full_pass", EpochLength::kFullPass}});
}

int64_t quarter_of(int64_t position, int64_t iterations) {
  int64_t quarter = 0;
  for (const int64_t end : {iterations / 4, iterations / 2, 3 * iterations / 4}) quarter += position >= end ? 1 : 0;
  return quarter;
}

MultigridSchedule::MultigridSchedule(const MultigridOptions& options, int64_t clips, int64_t batch, const ClipSize& base)
    : options_(options), clips_(clips), batch_(batch), base_(base) {
  check();
  const bool full_pass = options_.epoch_length == EpochLength::kFullPass;
  const int64_t iterations = full_pass ? full_pass_iterations() : upstream_iterations();
  if (iterations < 1)
    throw usage_error(fmt::format("{} training clips are too few for an epoch with batches of {}", clips_, batch_), "multigrid",
                      "take a smaller batch_size, switch the cycles off or set multigrid.epoch_length=full_pass");
  int64_t first = 0;
  for (int64_t i = 0; i < iterations; ++i) {
    auto step = shape(i, iterations);
    step.batch = std::min(step.batch, full_pass ? clips_ - first : clips_);
    step.first = full_pass ? first : first % clips_;
    first += step.batch;
    if (step.batch == 0) break;  // everything was read
    steps_.push_back(step);
  }
}

void MultigridSchedule::check() const {
  if (clips_ < 1 || batch_ < 1) throw usage_error(fmt::format("an epoch of {} clips in batches of {}", clips_, batch_), "multigrid");
  const bool cycles = options_.long_cycles || options_.short_cycles;
  const int64_t least_frames = cycles ? 4 : 1, least_side = cycles ? 3 : 1;
  if (base_.frames < least_frames || std::min(base_.height, base_.width) < least_side)
    throw usage_error(fmt::format("clips of {} x {} x {} are too small", base_.frames, base_.height, base_.width), "multigrid",
                      "cycles need at least 4 frames of 3 x 3 pixels");
}

MultigridStep MultigridSchedule::shape(int64_t iteration, int64_t iterations) const {
  if (!options_.long_cycles && !options_.short_cycles) return {batch_, base_, 0};
  const int64_t quarter = quarter_of(iteration, iterations);
  const int64_t phase = iteration % 3;
  const auto side = [&](int64_t full) {
    const int64_t in_quarter = quarter < 2 ? by_root_two(full) : full;
    const int64_t in_phase = phase == 0 ? in_quarter : phase == 1 ? by_root_two(in_quarter) : in_quarter / 2;
    return in_phase + in_phase % 2;
  };
  const std::array<int64_t, 4> frames{base_.frames / 4, base_.frames / 2, base_.frames / 2, base_.frames};
  return {batch_ * (8 >> quarter) * (1 << phase), {frames[static_cast<size_t>(quarter)], side(base_.height), side(base_.width)}, 0};
}

int64_t MultigridSchedule::upstream_iterations() const {
  int64_t iterations = clips_ / batch_;
  if (options_.long_cycles) iterations = long_cycle_steps(iterations);
  if (options_.short_cycles) iterations = short_cycle_steps(iterations);
  if (!options_.long_cycles) return iterations;
  const int64_t quarter = iterations / 4;
  return quarter == 0 ? 0 : quarter * ((iterations - 1) / quarter);
}

int64_t MultigridSchedule::full_pass_iterations() const {
  const auto read_by = [&](int64_t iterations) {
    int64_t clips = 0;
    for (int64_t i = 0; i < iterations; ++i) clips += shape(i, iterations).batch;
    return clips;
  };
  // No batch is smaller than B, so B clips a batch bound the search from above.
  int64_t too_few = 0, enough = (clips_ + batch_ - 1) / batch_;
  while (enough - too_few > 1) {
    const int64_t middle = too_few + (enough - too_few) / 2;
    (read_by(middle) >= clips_ ? enough : too_few) = middle;
  }
  return enough;
}

int64_t MultigridSchedule::clips_read() const {
  return std::accumulate(steps_.begin(), steps_.end(), int64_t{0}, [](int64_t sum, const MultigridStep& step) { return sum + step.batch; });
}

std::string MultigridSchedule::table() const {
  std::string text = fmt::format("{} iterations an epoch read {} of {} clips ({})\n", iterations(), clips_read(), clips_,
                                 options_.epoch_length == EpochLength::kUpstream ? "epoch_length=upstream" : "epoch_length=full_pass");
  text += fmt::format("{:>6} {:>6} {:>6} {:>6} {:>6}\n", "batch", "frames", "height", "width", "times");
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto alike = [&](const MultigridStep& other) { return same_shape(other, steps_[i]); };
    const auto here = steps_.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::any_of(steps_.begin(), here, alike)) continue;
    const auto& [batch, size, first] = steps_[i];
    text += fmt::format("{:>6} {:>6} {:>6} {:>6} {:>6}\n", batch, size.frames, size.height, size.width,
                        std::count_if(here, steps_.end(), alike));
  }
  return text;
}

}  // namespace vbench::video
