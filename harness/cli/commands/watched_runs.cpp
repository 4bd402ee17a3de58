#include "harness/cli/commands/watched_runs.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <ctime>
#include <fstream>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/progress.hpp"
#include "harness/core/text.hpp"
#include "results/tensorboard.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

constexpr int64_t kSilence = 300;  // seconds after which a living process is called stalled: a step may take minutes

/// "srtg-mini-1a2b3c4d" -> "srtg-mini"; nothing for another name.
std::optional<std::string> variant_of(const std::string& configuration) {
  const size_t dash = configuration.rfind('-');
  if (dash == std::string::npos || dash == 0 || configuration.size() - dash != 9) return std::nullopt;
  const bool hash = std::all_of(configuration.begin() + static_cast<std::ptrdiff_t>(dash) + 1, configuration.end(),
                                [](unsigned char c) { return std::isxdigit(c) != 0; });
  return hash ? std::optional(configuration.substr(0, dash)) : std::nullopt;
}

std::optional<int64_t> seed_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.rfind("seed-", 0) == 0 ? parse_int(name.substr(5)) : std::nullopt;
}

int64_t written_unix(const fs::path& file) {
  struct stat info {};
  return ::stat(file.c_str(), &info) == 0 ? static_cast<int64_t>(info.st_mtime) : 0;
}

std::string name_of(const fs::path& path) { return path.filename().string(); }

/// A run that starts anew leaves the log of an earlier one until its own first epoch ends.
void leave_out_earlier(WatchedRun& run) {
  if (!run.status || has_ended(run.status->state)) return;
  run.log.last.reset();
  if (run.status->state == RunState::kEvaluating) return;
  std::erase_if(run.log.history, [&](const EpochRecord& record) { return record.epoch + 1 >= run.status->epoch; });
}

void read(WatchedRun& run) {
  run.status = read_run_status(run.folder);
  run.log_unix = written_unix(run.folder / "log.csv");
  try {
    run.log = read_run_log(run.folder / "log.csv").value_or(RunLog());
  } catch (const Error& error) {
    run.problem = error.fact();
  }
  leave_out_earlier(run);
}

/// Seconds since the process said something.
int64_t silence_of(const RunStatus& status) { return std::max<int64_t>(0, std::time(nullptr) - status.updated_unix); }

int64_t newest_word(const WatchedRun& run) { return std::max(run.log_unix, run.status ? run.status->updated_unix : 0); }

std::string percent(const RunStatus& status) {
  if (status.steps <= 0) return "";
  return fmt::format(" {:.0f} %", std::floor(100.0 * static_cast<double>(status.step) / static_cast<double>(status.steps)));
}

double total_of(const std::map<std::string, double>& losses) {
  const auto found = losses.find("total");
  return found == losses.end() ? NAN : found->second;
}

const EpochRecord* last_epoch(const WatchedRun& run) { return run.log.history.empty() ? nullptr : &run.log.history.back(); }

/// Of the last evaluation that there was.
const Scores& scores_of(const WatchedRun& run) {
  static const Scores kNone;
  if (run.log.last && !run.log.last->scores.empty()) return run.log.last->scores;
  for (auto record = run.log.history.rbegin(); record != run.log.history.rend(); ++record) {
    if (!record->scores.empty()) return record->scores;
  }
  return kNone;
}

/// The first ones of a board.
std::string score_text(const WatchedRun& run) {
  constexpr int kShown = 3;
  std::string text;
  int shown = 0;
  const Scores& scores = scores_of(run);
  for (const auto& metric : all_metrics()) {
    const auto found = scores.find(metric.key);
    if (found == scores.end() || metric.detail || shown == kShown) continue;
    text += fmt::format("{}{} {}", shown++ == 0 ? "" : ", ", metric.key, format_score(metric.key, found->second));
  }
  return text;
}

Cell number(double value, const std::string& text) { return {.text = std::isnan(value) ? "" : text, .numeric = true, .value = value}; }

std::string time_left(const WatchedRun& run) {
  const auto seconds = run.seconds_left();
  return seconds ? format_duration(*seconds) : "";
}

}  // namespace

bool WatchedRun::goes_on() const {
  if (!status || has_ended(status->state)) return false;
  return is_alive(*status).value_or(silence_of(*status) < kSilence);
}

std::string WatchedRun::state() const {
  if (!problem.empty()) return "log.csv damaged";
  if (!status) return log.last ? "finished" : "unknown";
  if (has_ended(status->state)) return to_string(status->state);
  if (!goes_on()) return "stopped";  // killed, or on a machine that is not heard of
  const int64_t silence = silence_of(*status);
  if (silence >= kSilence) return fmt::format("stalled for {}", format_duration(static_cast<double>(silence)));
  return to_string(status->state) + percent(*status);
}

std::string WatchedRun::epoch() const {
  const int64_t finished = static_cast<int64_t>(log.history.empty() ? 0 : log.history.back().epoch + 1);
  if (!status) return finished > 0 ? std::to_string(finished) : "";
  const int64_t now = has_ended(status->state) || status->epoch == 0 ? finished : status->epoch;
  return status->epochs > 0 ? fmt::format("{}/{}", now, status->epochs) : now > 0 ? std::to_string(now) : "";
}

std::optional<double> WatchedRun::seconds_left() const {
  if (!goes_on() || status->epochs <= 0 || status->epoch == 0) return std::nullopt;
  const auto spent = static_cast<double>(std::max<int64_t>(0, std::time(nullptr) - status->phase_begun_unix));
  double epoch = 0;
  if (!log.history.empty()) {
    constexpr size_t kRecent = 5;  // their mean: the rate may have changed since the first ones
    const size_t count = std::min(kRecent, log.history.size());
    for (size_t i = log.history.size() - count; i < log.history.size(); ++i) epoch += log.history[i].seconds / static_cast<double>(count);
  } else if (status->state == RunState::kTraining && status->step > 0) {
    epoch = spent * static_cast<double>(status->steps) / static_cast<double>(status->step);
  } else {
    return std::nullopt;
  }
  const auto epochs_behind = static_cast<double>(status->epochs - status->epoch);
  if (status->state == RunState::kTraining) return epochs_behind * epoch + std::max(0.0, epoch - spent);
  return epochs_behind * epoch;  // validating: nearly through with this one
}

std::vector<WatchedRun> watched_runs(const RunSpec& spec) {
  std::vector<WatchedRun> runs;
  const auto passes = [](const std::string& wanted, const std::string& name) { return wanted.empty() || wanted == name; };
  for (const auto& method : list_folder(spec.out)) {
    if (!passes(spec.method, name_of(method))) continue;
    for (const auto& dataset : list_folder(method)) {
      if (!passes(spec.dataset, name_of(dataset))) continue;
      for (const auto& configuration : list_folder(dataset)) {
        const auto variant = variant_of(name_of(configuration));
        if (!variant || !passes(spec.variant, *variant)) continue;
        for (const auto& folder : list_folder(configuration)) {
          const auto seed = seed_of(folder);
          if (!seed) continue;
          WatchedRun run{folder, name_of(method), name_of(dataset), *variant, name_of(configuration), *seed, {}, {}, "", 0};
          read(run);
          if (newest_word(run) > 0) runs.push_back(std::move(run));
        }
      }
    }
  }
  std::stable_sort(runs.begin(), runs.end(), [](const WatchedRun& a, const WatchedRun& b) {
    return a.goes_on() != b.goes_on() ? a.goes_on() : newest_word(a) > newest_word(b);
  });
  return runs;
}

Table watch_table(const std::vector<WatchedRun>& runs) {
  Table table;
  table.title = "Runs";
  table.header = {"method", "dataset",  "variant", "seed",          "state",   "epoch",
                  "loss",   "val loss", "scores",  "learning rate", "s/epoch", "left"};
  table.columns.resize(table.header.size());
  for (const auto& [column, key] :
       {std::pair{7, "val_loss"}, std::pair{9, "learning_rate"}, std::pair{10, "seconds_per_epoch"}, std::pair{11, "seconds_left"}})
    table.columns[static_cast<size_t>(column)].key = key;
  for (const WatchedRun& run : runs) {
    const EpochRecord* last = last_epoch(run);
    const double loss = last == nullptr ? NAN : total_of(last->train_loss), held_out = last == nullptr ? NAN : total_of(last->val_loss);
    const double rate = last == nullptr ? NAN : last->learning_rate, seconds = last == nullptr ? NAN : last->seconds;
    const auto left = run.seconds_left();
    table.rows.push_back({{run.method},
                          {run.dataset},
                          {run.variant},
                          {.text = std::to_string(run.seed), .numeric = true},
                          {run.state()},
                          {run.epoch()},
                          number(loss, fmt::format("{:.4f}", loss)),
                          number(held_out, fmt::format("{:.4f}", held_out)),
                          {score_text(run)},
                          number(rate, fmt::format("{:.2g}", rate)),
                          number(seconds, fmt::format("{:.1f}", seconds)),
                          number(left.value_or(NAN), time_left(run))});
    if (run.status && !run.status->reason.empty()) table.notes.push_back(printable(run.status->reason));
    if (!run.problem.empty()) table.notes.push_back(fmt::format("{}: {}", (run.folder / "log.csv").string(), run.problem));
  }
  return table;
}

std::string watch_line(const WatchedRun& run) {
  std::string state = run.state();
  state = state.substr(0, state.find(' '));  // without what changes all the time
  if (state == to_string(RunState::kValidating)) state = to_string(RunState::kTraining);
  std::string line =
      fmt::format("{}/{} {} seed {}: {}, {} epochs", run.method, run.variant, run.dataset, run.seed, state, run.log.history.size());
  if (const EpochRecord* last = last_epoch(run))
    line += fmt::format(", loss {:.4f}, learning rate {:.2g}", total_of(last->train_loss), last->learning_rate);
  if (const auto scores = score_text(run); !scores.empty()) line += ", " + scores;
  return line;
}

namespace {

void add_values(tensorboard::Scalars& step, const std::string& phase, const std::map<std::string, double>& values) {
  for (const auto& [name, value] : values) step.values.emplace_back(fmt::format("{}/{}", phase, name), value);
}

std::vector<tensorboard::Scalars> scalars_of(const WatchedRun& run, double begun) {
  std::vector<tensorboard::Scalars> steps;
  double time = begun;
  for (const EpochRecord& record : run.log.history) {
    time += record.seconds;
    tensorboard::Scalars step{time, record.epoch + 1, {}};
    add_values(step, "train", {{"learning_rate", record.learning_rate}, {"seconds", record.seconds}});
    add_values(step, "train", record.train_loss);
    add_values(step, "val", record.val_loss);
    add_values(step, "val", record.scores);
    steps.push_back(std::move(step));
  }
  if (run.log.last) {
    tensorboard::Scalars step{time, steps.empty() ? 0 : steps.back().step, {}};
    add_values(step, "final", run.log.last->loss);
    add_values(step, "final", run.log.last->scores);
    steps.push_back(std::move(step));
  }
  return steps;
}

/// Adds what a file lacks at its end: a reader may hold it open, and would go on reading one that was replaced. False if it is not there or
/// holds something else.
bool append_missing(const fs::path& file, const std::string& bytes) {
  std::error_code missing;
  if (!fs::is_regular_file(file, missing)) return false;
  const auto there = read_file(file);
  if (!bytes.starts_with(there)) return false;
  if (there.size() == bytes.size()) return true;
  std::ofstream out(file, std::ios::app | std::ios::binary);
  out << bytes.substr(there.size());
  out.close();
  if (!out) throw input_error("cannot be written", file.string(), "choose another folder with --tensorboard");
  return true;
}

}  // namespace

void write_event_file(const WatchedRun& run, const fs::path& folder) {
  if (run.log.history.empty() && !run.log.last) return;
  double seconds = 0;
  for (const EpochRecord& record : run.log.history) seconds += record.seconds;
  // The same for every look at a run: what is there already must not change under a reader's eyes.
  const int64_t begun = run.status ? run.status->begun_unix : run.log_unix - std::llround(seconds);
  const auto bytes = tensorboard::event_file(static_cast<double>(begun), scalars_of(run, static_cast<double>(begun)));
  const fs::path place = folder / run.method / run.dataset / run.configuration / fmt::format("seed-{}", run.seed);
  const fs::path file = place / tensorboard::event_file_name(begun);
  if (append_missing(file, bytes)) return;
  std::error_code missing;
  make_folder(place);
  for (const auto& other : list_folder(place)) {
    const std::string name = name_of(other);
    if (other != file && name.find("tfevents") != std::string::npos && name.ends_with(".vbench")) fs::remove(other, missing);
  }
  write_file_atomically(file, bytes);
}

}  // namespace vbench::cli
