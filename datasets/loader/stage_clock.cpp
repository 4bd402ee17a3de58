#include "datasets/loader/stage_clock.hpp"

#include <chrono>

namespace vbench {
namespace {

using Clock = std::chrono::steady_clock;

std::array<std::atomic<int64_t>, kReadStages> nanoseconds{}, marks{};
thread_local StageScope* innermost = nullptr;
thread_local Clock::time_point since;

size_t index_of(ReadStage stage) { return static_cast<size_t>(stage); }

/// Gives the time since the last change of stage to the stage that was in force.
void account(ReadStage stage) {
  const auto now = Clock::now();
  nanoseconds[index_of(stage)] += std::chrono::duration_cast<std::chrono::nanoseconds>(now - since).count();
  since = now;
}

}  // namespace

void start_stage_clock() {
  for (auto& sum : nanoseconds) sum = 0;
  for (auto& count : marks) count = 0;
  detail::stage_clock_runs = true;
}

void stop_stage_clock() { detail::stage_clock_runs = false; }

StageTimes stage_times() {
  StageTimes times;
  for (size_t i = 0; i < times.seconds.size(); ++i) {
    times.seconds[i] = static_cast<double>(nanoseconds[i].load()) * 1e-9;
    times.marks[i] = marks[i].load();
  }
  return times;
}

void StageScope::enter() {
  outer_ = innermost;
  innermost = this;
  if (outer_ == nullptr) {
    since = Clock::now();
  } else {
    account(outer_->stage_);
  }
  ++marks[index_of(stage_)];
}

void StageScope::leave() {
  account(stage_);
  innermost = outer_;
}

}  // namespace vbench
