#include "harness/train/multi_factor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/loader/multigrid.hpp"
#include "harness/core/error.hpp"
#include "harness/core/settings.hpp"
#include "harness/core/text.hpp"

namespace vbench {
namespace {

constexpr double kLeastRate = 1e-6;
constexpr int64_t kMostEpochs = 1'000'000;

std::vector<int64_t> parse_steps(const std::string& text) {
  std::vector<int64_t> epochs;
  for (const auto& piece : split(text, ',')) {
    const auto epoch = parse_int(piece);
    if (!epoch || *epoch < 1 || *epoch > kMostEpochs || (!epochs.empty() && *epoch <= epochs.back()))
      throw usage_error(fmt::format("'{}' is no list of increasing epochs", text), "multi_factor.steps",
                        "give numbers from 1 on: 15,30,40");
    epochs.push_back(*epoch);
  }
  return epochs;
}

}  // namespace

void MultiFactorOptions::bind(Settings& settings) {
  settings.number("multi_factor.learning_rate", learning_rate, "of the first quarter of an epoch", {0, 1e6});
  settings.text("multi_factor.steps", steps, "epochs after which the rate falls, increasing; empty: never");
  settings.number("multi_factor.factor", factor, "of the rate at each of these epochs", {0, 1});
  settings.choice("multi_factor.cycle", cycle, "halve the rate from quarter to quarter of every epoch, as the original, or not",
                  {{"upstream", RateCycle::kUpstream}, {"off", RateCycle::kOff}});
}

MultiFactorRate::MultiFactorRate(const MultiFactorOptions& options, int64_t iterations_per_epoch)
    : base_(options.learning_rate),
      factor_(options.factor),
      cycle_(options.cycle),
      iterations_per_epoch_(iterations_per_epoch),
      steps_(parse_steps(options.steps)) {
  if (iterations_per_epoch < 1) throw input_error("an epoch without iterations has no learning rate");
  if (!(base_ > 0 && std::isfinite(base_))) throw usage_error(fmt::format("a learning rate of {}", base_), "multi_factor.learning_rate");
  if (!(factor_ > 0 && factor_ <= 1))
    throw usage_error(fmt::format("a factor of {}", factor_), "multi_factor.factor", "give one from (0, 1]");
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

}  // namespace vbench
