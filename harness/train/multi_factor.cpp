#include "harness/train/multi_factor.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "datasets/loader/multigrid.hpp"
#include "harness/core/error.hpp"

namespace vbench {
namespace {

constexpr double kLeastRate = 1e-6;
constexpr int64_t kMostEpochs = 1'000'000;

std::vector<int64_t> checked_steps(std::span<const int64_t> epochs) {
  int64_t last = 0;
  for (const int64_t epoch : epochs) {
    if (epoch <= last || epoch > kMostEpochs)
      throw usage_error(fmt::format("{} are not increasing epochs", fmt::join(epochs, ",")), "schedule.steps",
                        "give numbers from 1 on: 15,30,40");
    last = epoch;
  }
  return {epochs.begin(), epochs.end()};
}

}  // namespace

MultiFactorRate::MultiFactorRate(const MultiFactorOptions& options, int64_t iterations_per_epoch)
    : base_(options.learning_rate),
      factor_(options.factor),
      cycle_(options.cycle),
      iterations_per_epoch_(iterations_per_epoch),
      steps_(checked_steps(options.steps)) {
  if (iterations_per_epoch < 1) throw input_error("an epoch without iterations has no learning rate");
  if (!(base_ > 0 && std::isfinite(base_))) throw usage_error(fmt::format("a learning rate of {}", base_), "optimizer.learning_rate");
  if (!(factor_ > 0 && factor_ <= 1)) throw usage_error(fmt::format("a factor of {}", factor_), "schedule.factor", "give one from (0, 1]");
  for (int64_t& step : steps_) step *= iterations_per_epoch;
}

double MultiFactorRate::at(int64_t iteration) const {
  const int64_t call = iteration + 1;
  double rate = base_;
  for (const int64_t step : steps_) rate *= step < call ? factor_ : 1;
  if (cycle_ == RateCycle::kUpstream)
    rate *= std::ldexp(1.0, -static_cast<int>(video::quarter_of(call % iterations_per_epoch_, iterations_per_epoch_)));
  return std::max(rate, kLeastRate);
}

std::string MultiFactorRate::table(int64_t epochs) const {
  // The iteration before a quarter's first one has that quarter's rate, the last one of an epoch the first quarter's.
  std::vector<int64_t> places{iterations_per_epoch_ - 1};
  for (const int64_t quarter : {1, 2, 3}) {
    if (cycle_ == RateCycle::kUpstream) places.push_back(std::max<int64_t>(1, quarter * iterations_per_epoch_ / 4) - 1);
  }
  std::string text = cycle_ == RateCycle::kUpstream ? "epochs     learning rate in each quarter of an epoch" : "epochs     learning rate";
  std::vector<int64_t> ends;
  for (const int64_t step : steps_) ends.push_back(std::min(step / iterations_per_epoch_, epochs));
  ends.push_back(epochs);
  int64_t first = 0;
  for (const int64_t end : ends) {
    if (end == first) continue;
    text += fmt::format("\n{:<10}", fmt::format("{}-{}", first + 1, end));
    for (const int64_t place : places) text += fmt::format(" {:.2e}", at(first * iterations_per_epoch_ + place));
    first = end;
  }
  return text;
}

}  // namespace vbench
