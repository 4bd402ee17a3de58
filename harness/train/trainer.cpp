#include "harness/train/trainer.hpp"

#include <fmt/format.h>
#include <torch/types.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <system_error>
#include <tuple>
#include <utility>

#include "harness/core/error.hpp"
#include "harness/core/stop_signal.hpp"
#include "harness/train/checkpoint.hpp"
#include "harness/train/device.hpp"
#include "harness/train/early_stopping.hpp"
#include "harness/train/run_log.hpp"
#include "harness/train/run_status.hpp"
#include "harness/train/schedule.hpp"
#include "harness/train/step_line.hpp"
#include "harness/train/train_step.hpp"

namespace vbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

/// A GPU computes behind the caller's back: to read a number of what was ordered last is to wait for all of it.
void wait_for(const at::Tensor& tensor) {
  if (!tensor.is_cpu()) (void)tensor.detach().flatten().narrow(0, 0, 1).item<double>();
}

/// Items and seconds of one activity, for clips/s.
struct Rate {
  int64_t items = 0;
  double seconds = 0;
  void add(int64_t more_items, double more_seconds) {
    items += more_items;
    seconds += more_seconds;
  }
  [[nodiscard]] double per_second() const { return seconds > 0 ? static_cast<double>(items) / seconds : 0; }
};

class Trainer {
 public:
  Trainer(Experiment& experiment, const TrainJob& job, Progress& progress)
      : experiment_(experiment),
        job_(job),
        progress_(progress),
        device_(parse_device(job.device)),
        best_(job.options.improvement, job.options.early_stop_epochs) {
    if (job.eval_only) return;
    step_.emplace(experiment, job.options, job.precision, device_, job.seed);
    schedule_ =
        Schedule::make(job.options.schedule, job.options.optimizer.learning_rate, experiment.batches(Phase::kTrain), job.options.epochs);
  }

  TrainResult run() {
    status_.emplace(job_.folder, job_.eval_only ? 0 : job_.options.epochs);
    try {
      auto result = train_and_evaluate();
      status_->end(RunState::kFinished);
      return result;
    } catch (const Error& error) {
      status_->end(error.kind() == ErrorKind::kInterrupted ? RunState::kInterrupted : RunState::kFailed, error.what());
      throw;
    } catch (const std::exception& error) {
      const std::string text = error.what();
      status_->end(RunState::kFailed, text.substr(0, text.find('\n')));
      throw;
    }
  }

  TrainResult train_and_evaluate() {
    if (!job_.eval_only) {
      if (job_.resume) {
        resume();
      } else {
        set_earlier_run_aside();
      }
      if (const auto rates = schedule_->table(); !rates.empty()) progress_.detail(rates);
      while (!is_trained()) run_epoch();
      finished_ = true;
      take_best_weights();
    }
    TrainResult result;
    auto [evaluation, losses] = evaluate(job_.eval_only ? "evaluation" : "evaluation of the best epoch");
    const FinalEvaluation last{losses, evaluation.scores};
    write_run_log(log_path(), state_.history, &last);
    experiment_.write_evaluation_files(job_.folder);
    result.evaluation = std::move(evaluation);
    result.epochs = state_.epoch;
    result.best_epoch = best_.best_epoch();
    result.history = state_.history;
    if (read_.items > 0) result.speed["read_clips_per_s"] = read_.per_second();
    if (forward_.items > 0) result.speed["forward_clips_per_s"] = forward_.per_second();
    if (backward_.items > 0) result.speed["backward_clips_per_s"] = backward_.per_second();
    return result;
  }

  /// Evaluates the whole split: scores, and the mean of each loss term.
  std::pair<Evaluation, std::map<std::string, double>> evaluate(const std::string& title) {
    const int64_t batches = experiment_.batches(Phase::kEvaluate);
    LossMean losses;
    look_at_training();
    progress_.begin(fmt::format("{} {}", job_.name, title), batches);
    const bool validates = !job_.eval_only && !finished_;
    if (status_) status_->begin(validates ? RunState::kValidating : RunState::kEvaluating, state_.epoch + (validates ? 1 : 0), batches);
    experiment_.start(Phase::kEvaluate, state_.epoch, 0);
    Rate rate;
    for (int64_t step = 0; experiment_.next(); ++step) {
      if (experiment_.batch_items() == 0) continue;
      const auto begin = Clock::now();
      const Autocast autocast(job_.precision, device_);
      losses.add(experiment_.eval_loss({job_.seed, state_.epoch, step, state_.global_step}));
      rate.add(experiment_.batch_items(), seconds_since(begin));
      if (status_) status_->update(step + 1);
      progress_.update(step + 1, fmt::format("forward {:.0f} clips/s read {:.0f}", rate.per_second(), current_read_rate()));
      if (stop_requested()) stop();
    }
    add_read_rate();
    if (batches > 0 && rate.items == 0) throw nothing_to_read("the evaluated split");
    if (job_.eval_only) forward_ = rate;
    progress_.end();
    return {experiment_.finish_evaluation(), losses.means()};
  }

 private:
  [[nodiscard]] std::filesystem::path last_path() const { return job_.folder / "last.pth"; }
  [[nodiscard]] std::filesystem::path best_path() const { return job_.folder / "best.pth"; }
  [[nodiscard]] std::filesystem::path log_path() const { return job_.folder / "log.csv"; }

  [[nodiscard]] bool has_fixed_length() const { return job_.options.epochs >= 0; }
  [[nodiscard]] bool is_trained() const {
    return (has_fixed_length() && state_.epoch >= job_.options.epochs) || best_.should_stop(state_.epoch) || schedule_->is_over();
  }
  /// "3/100".
  [[nodiscard]] std::string epoch_title() const {
    return has_fixed_length() ? fmt::format("{}/{}", state_.epoch + 1, job_.options.epochs) : std::to_string(state_.epoch + 1);
  }

  /// A run that starts anew must neither be resumed from an earlier one's files nor destroy them at its first step.
  void set_earlier_run_aside() const {
    for (const auto& path : {last_path(), best_path()}) {
      std::error_code error;
      auto aside = path;
      aside.replace_extension(".previous.pth");
      if (std::filesystem::exists(path)) std::filesystem::rename(path, aside, error);
      if (error) throw input_error("cannot be renamed: " + error.message(), path.string(), "choose another folder with --out");
    }
  }

  void run_epoch() {
    const auto begin = Clock::now();
    const int64_t steps = experiment_.batches(Phase::kTrain);
    experiment_.before_epoch(state_.epoch);
    experiment_.start(Phase::kTrain, state_.epoch, state_.step);
    progress_.begin(fmt::format("{} epoch {}", job_.name, epoch_title()), steps, state_.step);
    status_->begin(RunState::kTraining, state_.epoch + 1, steps, state_.step);
    while (experiment_.next()) {
      if (experiment_.batch_items() > 0) {
        train_step();
      } else {
        leave_out_step();
      }
      if (stop_requested()) stop();
      if (job_.options.checkpoint_every_steps > 0 && state_.global_step % job_.options.checkpoint_every_steps == 0 && state_.step < steps)
        save_last();
    }
    add_read_rate();
    progress_.end();
    finish_epoch(begin);
  }

  void train_step() {
    const StepContext context{job_.seed, state_.epoch, state_.step, state_.global_step, job_.options.epochs};
    before_step(context);
    const auto begin = Clock::now();
    const LossTerms loss = step_->forward(context);
    check_finite(loss);  // waits for a GPU too
    forward_.add(experiment_.batch_items(), seconds_since(begin));
    const auto after_forward = Clock::now();
    const double rate = schedule_->learning_rate();
    const bool good = step_->backward(loss);
    step_->update(good, rate);
    schedule_->step();
    state_.loss.add(loss);
    ++state_.step;
    ++state_.global_step;
    wait_for(step_->parameters().back().tensor);
    const StepSeconds seconds{std::chrono::duration<double>(after_forward - begin).count(), seconds_since(after_forward)};
    backward_.add(experiment_.batch_items(), seconds.backward);
    status_->update(state_.step);
    show_step(loss, rate, seconds);
  }

  /// Of a batch without items. It keeps its place in the epoch and in the schedule: a resumed run finds the same batches.
  void leave_out_step() {
    schedule_->step();
    ++state_.step;
    ++state_.global_step;
    progress_.update(state_.step, "nothing of the batch can be read");
  }

  /// May take long: who stops it meanwhile goes on with this step later.
  void before_step(const StepContext& context) {
    try {
      if (const auto line = experiment_.before_step(context, progress_); !line.empty())
        progress_.info(fmt::format("{}: {}", job_.name, line));
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted) stop();
      throw;
    }
  }

  struct StepSeconds {
    double forward = 0, backward = 0;
  };

  void show_step(const LossTerms& loss, double rate, const StepSeconds& seconds) {
    const auto shape = experiment_.clip_shape();
    if (shape.size() != 5) {
      progress_.update(state_.step,
                       fmt::format("loss {:.4f} lr {:.2g} clips/s: read {:.0f} forward {:.0f} backward {:.0f}", loss.total.item<double>(),
                                   rate, current_read_rate(), forward_.per_second(), backward_.per_second()));
      return;
    }
    const auto clips = static_cast<double>(shape[0]);
    StageSeconds stages{{}, seconds.forward / clips, seconds.backward / clips};
    if (experiment_.items_read() > 0) stages.read = experiment_.read_seconds() / static_cast<double>(experiment_.items_read());
    StepFigures figures{{{"loss-ce", loss.total.item<double>()}}, std::array<int64_t, 5>{}, rate};
    std::copy(shape.begin(), shape.end(), figures.batch_shape->begin());
    for (const auto& [name, value] : loss.terms) {
      if (name.starts_with("top")) figures.metrics.emplace_back(name, value);
    }
    const auto text = figures_text(figures);
    progress_.update(state_.step, speed_text(stages, progress_.on_terminal()) + text);
    progress_.detail(step_line(state_.epoch, state_.step - 1, speed_text(stages, progress_.on_terminal()), text));
  }

  void look_at_training() {
    const Autocast autocast(job_.precision, device_);
    try {
      experiment_.before_evaluation(progress_);
    } catch (const Error& error) {
      if (error.kind() == ErrorKind::kInterrupted) stop();
      throw;
    }
  }

  [[nodiscard]] Error nothing_to_read(const std::string& split) const {
    return input_error(fmt::format("nothing of {} can be read", split), job_.name,
                       "'vbench data verify' tells what is wrong with its files");
  }

  void finish_epoch(Clock::time_point begin) {
    if (state_.loss.weight == 0) throw nothing_to_read("the training split");
    check_weights();
    EpochRecord record;
    record.epoch = state_.epoch;
    record.learning_rate = schedule_->learning_rate();
    record.train_loss = state_.loss.means();
    const bool validated = is_validated(state_.epoch);
    if (validated) {
      auto [evaluation, losses] = evaluate(fmt::format("validation {}", state_.epoch + 1));
      check_validation(losses);
      record.val_loss = losses;
      record.scores = evaluation.scores;
      record.improved = best_.update(state_.epoch, evaluation.selection);
      progress_.info(fmt::format("{} epoch {}: loss {:.4f}, selection score {:.4f}{}", job_.name, state_.epoch + 1,
                                 record.train_loss["total"], evaluation.selection, record.improved ? " (best so far)" : ""));
    }
    schedule_->step_epoch(validated, record.improved, loss_of(record));
    record.seconds = seconds_since(begin);
    state_.history.push_back(record);
    state_.epoch += 1;
    state_.step = 0;
    state_.loss = {};
    // The best weights first: a run killed between the two files validates this epoch again and writes the same best ones.
    if (record.improved) save_weights(best_path(), experiment_.weights());
    save_last();
    write_run_log(log_path(), state_.history, nullptr);
    experiment_.write_epoch_files(job_.folder, state_.history);
  }

  [[nodiscard]] bool is_validated(int64_t epoch) const {
    if (has_fixed_length() && epoch + 1 == job_.options.epochs) return true;
    const int64_t since = epoch - job_.options.first_validated_epoch;
    return since >= 0 && since % job_.options.validate_every == 0;
  }

  /// What a schedule may follow; nothing for splits without a loss.
  static std::optional<double> loss_of(const EpochRecord& record) {
    const auto found = record.val_loss.find("total");
    return found == record.val_loss.end() ? std::nullopt : std::optional(found->second);
  }

  void check_finite(const LossTerms& loss) const {
    if (std::isfinite(loss.total.item<double>())) return;
    std::string terms;
    for (const auto& [name, value] : loss.terms) terms += fmt::format(" {}={:g}", name, value);
    throw_not_finite(fmt::format("the loss is not finite at epoch {} step {}:{}", state_.epoch + 1, state_.step + 1, terms));
  }

  /// A loss is still finite in the step whose gradients are not. Weights ruined by those must never replace a good checkpoint.
  void check_weights() const {
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : experiment_.weights()) {
      if (tensor.is_floating_point() && !torch::isfinite(tensor).all().item<bool>())
        throw_not_finite(fmt::format("weights are not finite after epoch {} step {}: {}", state_.epoch + 1, state_.step, name));
    }
  }

  void check_validation(const std::map<std::string, double>& losses) const {
    for (const auto& [name, value] : losses) {
      if (!std::isfinite(value))
        throw_not_finite(fmt::format("the validation's loss is not finite at epoch {}: {}={:g}", state_.epoch + 1, name, value));
    }
  }

  [[noreturn]] void throw_not_finite(const std::string& what) const {
    const bool saved = std::filesystem::exists(last_path());
    throw Error(ErrorKind::kNumeric, what, job_.name,
                saved ? "the last good checkpoint is " + last_path().string() : "lower optimizer.learning_rate");
  }

  void add_read_rate() { read_.add(experiment_.items_read(), experiment_.read_seconds()); }

  [[nodiscard]] double current_read_rate() const {
    const double seconds = experiment_.read_seconds();
    return seconds > 0 ? static_cast<double>(experiment_.items_read()) / seconds : 0;
  }

  [[nodiscard]] CheckpointParts parts() {
    return {job_, state_, experiment_.weights(), step_->optimizer(), *schedule_, best_, step_->scaler()};
  }
  void save_last() {
    check_weights();
    save_checkpoint(last_path(), parts());
  }

  void resume() {
    if (!std::filesystem::exists(last_path())) {
      progress_.info(job_.name + ": no checkpoint to resume, starting anew");
      return;
    }
    load_checkpoint(last_path(), parts());
    check_position();
    progress_.info(fmt::format("{}: resumed at epoch {} step {}", job_.name, state_.epoch + 1, state_.step + 1));
  }

  /// What the file says must be a place in this training.
  void check_position() const {
    const auto& [epoch, step, global_step] = std::tie(state_.epoch, state_.step, state_.global_step);
    if (epoch < 0 || step < 0 || global_step < step || step > experiment_.batches(Phase::kTrain))
      throw input_error(fmt::format("step {} of epoch {} is no place in this training", step, epoch + 1), last_path().string(),
                        "leave out --resume to start anew");
    if (has_fixed_length() && epoch + (step > 0 ? 1 : 0) > job_.options.epochs)
      throw usage_error(fmt::format("is {} epochs and {} steps old, this run has {} epochs", epoch, step, job_.options.epochs),
                        last_path().string(), "ask for more --epochs, or leave out --resume");
  }

  [[noreturn]] void stop() {
    progress_.end();
    if (job_.eval_only) throw Error(ErrorKind::kInterrupted, "interrupted during the evaluation", job_.name);
    // After training the model holds the best weights and last.pth is complete already: saving now would mix the two.
    if (finished_)
      throw Error(ErrorKind::kInterrupted, "interrupted during the evaluation", job_.name, "the same command with --resume goes on");
    // During a validation the epoch is complete but not recorded: the checkpoint of its last step repeats only the validation.
    save_last();
    throw Error(ErrorKind::kInterrupted, fmt::format("interrupted at epoch {} step {}; state saved", state_.epoch + 1, state_.step),
                job_.name, "the same command with --resume goes on");
  }

  void take_best_weights() {
    if (best_.best_epoch() >= 0) {
      load_weights(best_path(), experiment_.weights());
    } else {  // nothing was validated: the last weights are what is evaluated and kept
      save_weights(best_path(), experiment_.weights());
    }
  }

  Experiment& experiment_;
  const TrainJob& job_;
  Progress& progress_;
  at::Device device_;
  BestTracker best_;
  std::optional<TrainStep> step_;     ///< unless nothing is trained
  std::optional<StatusFile> status_;  ///< of a run
  std::unique_ptr<Schedule> schedule_;
  TrainState state_;
  bool finished_ = false;
  Rate read_, forward_, backward_;
};

}  // namespace

TrainResult train(Experiment& experiment, const TrainJob& job, Progress& progress) { return Trainer(experiment, job, progress).run(); }

Evaluation evaluate(Experiment& experiment, const TrainJob& job, Progress& progress) {
  return Trainer(experiment, job, progress).evaluate("evaluation").first;
}

}  // namespace vbench
