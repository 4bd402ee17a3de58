#include "methods/selavi/relabel_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/core/error.hpp"

namespace vbench::selavi {

RelabelSchedule::RelabelSchedule(const RelabelOptions& options, int64_t epochs, int64_t iterations, int64_t start_epoch) {
  if (options.times < 1) throw usage_error(fmt::format("labels must be computed at least once, not {} times", options.times));
  if (!(options.power > 0))
    throw usage_error(fmt::format("the power of the labelling schedule must be positive, but is {}", options.power));
  const double steps = static_cast<double>(epochs) * static_cast<double>(iterations);
  const double spacing = 1.0 / static_cast<double>(std::max<int64_t>(options.times - 1, 1));
  entries_.push_back(static_cast<double>(epochs + 2) * static_cast<double>(iterations));
  for (int64_t i = options.times - 1; i >= 0; --i) {
    const double x = i == options.times - 1 && i > 0 ? 1.0 : static_cast<double>(i) * spacing;
    entries_.push_back(steps * std::pow(x, options.power));
  }
  if (start_epoch == 0) return;
  const auto passed = [&](double entry) { return entry / static_cast<double>(iterations) <= static_cast<double>(start_epoch); };
  entries_.erase(std::remove_if(entries_.begin(), entries_.end(), passed), entries_.end());
}

bool RelabelSchedule::due(int64_t step) {
  if (entries_.empty() || static_cast<double>(step) < entries_.back()) return false;
  entries_.pop_back();
  return true;
}

}  // namespace vbench::selavi
