#include "harness/throughput/stage_passes.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "datasets/loader/stage_clock.hpp"
#include "harness/core/error.hpp"
#include "harness/core/process_memory.hpp"
#include "harness/core/text.hpp"
#include "harness/throughput/operation_counter.hpp"
#include "harness/train/device.hpp"

namespace vbench::throughput {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array kNames{"read", "decode", "augment", "load", "forward", "backward", "optimiser", "evaluate"};
constexpr uint64_t kSeed = 1;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

void count_batch(Measured& measured, int64_t clips, int64_t samples) {
  ++measured.batches;
  measured.clips += clips;
  measured.samples += samples;
}

double seconds_of(const std::map<Stage, Measured>& pass) {
  double seconds = 0;
  for (const auto& [stage, measured] : pass) seconds += measured.seconds;
  return seconds;
}

}  // namespace

std::string to_string(Stage stage) { return kNames.at(static_cast<size_t>(stage)); }

Stage parse_stage(const std::string& name) {
  for (const Stage stage : kStages) {
    if (to_string(stage) == name) return stage;
  }
  throw usage_error("unknown stage '" + name + "'", "--stage", suggest(name, {kNames.begin(), kNames.end()}));
}

StagePasses::StagePasses(const StageRequest& request, const Registry& registry)
    : request_(request),
      variant_(registry.find_variant(request.spec.method, request.spec.dataset, request.spec.variant)),
      pairing_(make_pairing()) {
  RunSpec& spec = request_.spec;
  spec.method = variant_.method;
  spec.dataset = variant_.dataset;
  spec.variant = variant_.name;
  check_precision(spec.precision, parse_device(spec.device));
  spec.threads = set_threads(spec.threads);
  if (spec.workers == 0) spec.workers = spec.threads;
  const bool loads =
      std::any_of(request.stages.begin(), request.stages.end(), [](Stage stage) { return family_of(stage) == Family::kLoad; });
  open(loads ? spec.workers : 0);
}

std::unique_ptr<Pairing> StagePasses::make_pairing() const {
  auto pairing = variant_.make();
  for (const auto& assignment : request_.spec.settings) pairing->settings().set_assignment(assignment);
  if (request_.batch > 0) {
    pairing->settings().set("batch_size", std::to_string(request_.batch));
    pairing->settings().set("eval_batch_size", std::to_string(request_.batch));
  }
  return pairing;
}

/// Anew if the number of reading threads is another one.
void StagePasses::open(int64_t workers) {
  if (opened_workers_ == workers) return;
  step_.reset();
  taken_.reset();
  experiment_.reset();
  RunSpec spec = request_.spec;
  spec.workers = workers;
  experiment_ = pairing_->open(spec, kSeed);
  trains_ = !experiment_->parameters().empty();
  opened_workers_ = workers;
}

/// Samples. Only a split of one batch may be smaller than a batch; to ask for the items of a large one would hash its files.
int64_t StagePasses::full_batch(Phase phase) const {
  const auto& options = pairing_->training();
  const int64_t asked = phase == Phase::kTrain ? options.batch_size : options.eval_batch_size;
  return experiment_->batches(phase) == 1 ? std::min(asked, experiment_->data(phase).items) : asked;
}

StagePasses::Family StagePasses::family_of(Stage stage) {
  if (stage <= Stage::kLoad) return Family::kLoad;
  return stage == Stage::kEvaluate ? Family::kEvaluate : Family::kStep;
}

StagePasses::Pass StagePasses::run(Family family) {
  if (family == Family::kLoad) return load();
  return family == Family::kStep ? step() : evaluate();
}

const Measured& StagePasses::measure(Stage stage, size_t repetition) {
  auto& passes = done_[family_of(stage)];
  if (passes.empty()) (void)run(family_of(stage));
  while (passes.size() <= repetition) passes.push_back(run(family_of(stage)));
  return passes[repetition][stage];
}

/// Batches as training takes them, with nothing to do between two of them: what the reading threads can give. Shares of the stages come
/// from the threads' own clocks, over all that was read, also ahead of what was taken.
StagePasses::Pass StagePasses::load() {
  open(workers());
  taken_.reset();
  const int64_t enough = 4 * workers();  // so that what is read ahead at the end counts little
  const Phase phase = trains() ? Phase::kTrain : Phase::kEvaluate;
  Measured whole;
  whole.batch = full_batch(phase);
  start_stage_clock();
  reset_peak_memory();
  const auto start = Clock::now();
  experiment_->start(phase, 0, 0);
  while (experiment_->next()) {
    count_batch(whole, experiment_->batch_items(), experiment_->batch_items());
    if (whole.batches >= enough && seconds_since(start) >= request_.min_time) break;
  }
  whole.seconds = seconds_since(start);
  whole.peak_bytes = peak_memory();
  const int64_t read = experiment_->items_read();
  const StageTimes times = stage_times();
  stop_stage_clock();
  Pass pass{{Stage::kLoad, whole}};
  for (const Stage stage : {Stage::kRead, Stage::kDecode, Stage::kAugment}) {
    const auto at = static_cast<size_t>(stage);
    if (times.marks[at] == 0 || read == 0) continue;
    Measured part = whole;
    part.seconds = times.seconds[at] / static_cast<double>(workers()) * static_cast<double>(whole.clips) / static_cast<double>(read);
    pass[stage] = part;
  }
  return pass;
}

/// The first batch of which something can be read. The same one in every run: what differs between two runs is not their data.
void StagePasses::take_batch(Phase phase) {
  if (taken_ == phase) return;
  if (phase == Phase::kTrain) experiment_->before_epoch(0);
  experiment_->start(phase, 0, 0);
  do {
    if (!experiment_->next())
      throw input_error("nothing can be read", variant_.dataset, "'vbench data verify' tells what is wrong with its files");
  } while (experiment_->batch_items() == 0);
  taken_ = phase;
}

/// Runs a part and adds its time and its memory to what was measured of its stage. The first time of all its operations are counted
/// instead: a cold run is thrown away anyway.
template <class Part>
auto StagePasses::timed(Pass& pass, Stage stage, const Part& part) {
  Measured& measured = pass[stage];
  if (!operations_.contains(stage)) {
    const OperationCounter counter;
    auto result = part();
    operations_[stage] = counter.operations();
    return result;
  }
  reset_peak_memory();
  const auto start = Clock::now();
  auto result = part();
  measured.seconds += seconds_since(start);
  measured.peak_bytes = std::max(measured.peak_bytes, peak_memory());
  return result;
}

/// Every batch of a pass is the same one.
void StagePasses::add_operations(Pass& pass) const {
  for (auto& [stage, measured] : pass) measured.flops = operations_.at(stage) * static_cast<double>(measured.batches);
}

StagePasses::Pass StagePasses::step() {
  open(0);
  if (!trains()) return {};
  take_batch(Phase::kTrain);
  const auto& options = pairing_->training();
  if (!step_) step_.emplace(*experiment_, options, request_.spec.precision, parse_device(request_.spec.device), kSeed);
  // The work of a step does not depend on the rate. A small one keeps the weights where they are, however often the batch is seen.
  const double rate = 1e-6 * options.optimizer.learning_rate;
  const int64_t batch = full_batch(Phase::kTrain);
  Pass pass;
  do {
    const StepContext context{kSeed, 0, 0, global_step_++, options.epochs};
    const LossTerms loss = timed(pass, Stage::kForward, [&] {
      LossTerms terms = step_->forward(context);
      if (!std::isfinite(terms.total.item<double>())) throw Error(ErrorKind::kNumeric, "the loss is not finite", variant_.name);
      return terms;
    });
    const bool good = timed(pass, Stage::kBackward, [&] { return step_->backward(loss); });
    timed(pass, Stage::kOptimiser, [&] {
      step_->update(good, rate);
      return 0;
    });
    for (auto& [stage, measured] : pass) {
      count_batch(measured, experiment_->batch_items(), experiment_->batch_items());
      measured.batch = batch;
    }
  } while (seconds_of(pass) < request_.min_time);
  add_operations(pass);
  return pass;
}

StagePasses::Pass StagePasses::evaluate() {
  open(0);
  take_batch(Phase::kEvaluate);
  const int64_t samples = full_batch(Phase::kEvaluate);
  Pass pass;
  pass[Stage::kEvaluate].batch = samples;
  do {
    (void)timed(pass, Stage::kEvaluate, [&] {
      const Autocast autocast(request_.spec.precision, parse_device(request_.spec.device));
      return experiment_->eval_loss({kSeed, 0, 0, 0, 0});
    });
    count_batch(pass[Stage::kEvaluate], experiment_->batch_items(), samples);
  } while (seconds_of(pass) < request_.min_time);
  add_operations(pass);
  return pass;
}

}  // namespace vbench::throughput
