#include "harness/train/session.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>
#include <xxhash.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "harness/train/device.hpp"
#include "harness/train/environment.hpp"
#include "harness/train/options.hpp"

namespace vbench {
namespace {

/// Only one process trains in a folder at a time; the lock goes with the process.
class FolderLock {
 public:
  explicit FolderLock(const std::filesystem::path& folder)
      : descriptor_(::open((folder / "lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644)) {
    if (descriptor_ < 0)
      throw input_error("cannot write to the folder", folder.string(), "choose a folder that can be written to, with --out");
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      ::close(descriptor_);
      if (reason != EWOULDBLOCK) throw input_error(std::string("cannot be locked: ") + std::strerror(reason), folder.string());
      throw usage_error("another vbench is running the same experiment", folder.string(),
                        "wait for it, or choose another folder with --out");
    }
  }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock() { ::close(descriptor_); }

 private:
  int descriptor_;
};

const VariantEntry& choose_variant(const RunSpec& spec, const Registry& registry) {
  if (spec.method.empty() && spec.embeddings.empty())
    throw usage_error("no method given", "--method", "'vbench list methods' shows what there is");
  if (spec.dataset.empty() && (spec.variant.empty() || !spec.embeddings.empty()))
    throw usage_error("no dataset given", "--dataset", "'vbench list variants' shows what each method runs on");
  if (!spec.method.empty()) {
    const auto& found = registry.find_variant(spec.method, spec.dataset, spec.variant);
    for (const auto& other : registry.variants()) {  // a variant's name tells its dataset only if no other has it too
      if (spec.dataset.empty() && &other != &found && other.method == found.method && other.name == found.name)
        throw usage_error(fmt::format("variant '{}' runs on {} and {}", found.name, found.dataset, other.dataset), "--dataset", "name one");
    }
    return found;
  }
  // An embeddings file is scored by the protocol of any method that runs on the dataset.
  (void)registry.find_dataset(spec.dataset);
  for (const auto& variant : registry.variants()) {
    if (variant.dataset == spec.dataset) return registry.find_variant(variant.method, spec.dataset, spec.variant);
  }
  throw usage_error("no method of this build runs on dataset '" + spec.dataset + "'", "--dataset");
}

void check_combination(const RunSpec& spec) {
  if (spec.eval_only && spec.resume) throw usage_error("--eval-only has nothing to resume", "--resume");
  if (spec.eval_only && spec.epochs) throw usage_error("--eval-only trains no epochs", "--epochs");
  if (spec.eval_only && spec.seeds.size() > 1)
    throw usage_error("the weights are given: every seed gives the same scores", "--seeds", "leave it out, or leave out --eval-only");
  if (!spec.embeddings.empty() && (!spec.init.empty() || spec.resume || spec.epochs || !spec.settings.empty() || spec.preload ||
                                   spec.strict || spec.seeds.size() > 1 || spec.precision != Precision::kFp32)) {
    throw usage_error("an embeddings file is scored without a model and without data", "--embeddings",
                      "leave out --init, --resume, --epochs, --set, --preload, --strict, --seeds and --precision");
  }
}

/// Why a setting has no effect beside the others, or nothing. Who sets one that is not read expects what will not happen.
std::string why_without_effect(const std::string& key, const TrainOptions& options) {
  const auto optimizer = options.optimizer.kind;
  const auto schedule = options.schedule.kind;
  const auto needs = [](bool fulfilled, const char* what) { return fulfilled ? std::string() : std::string("is read only with ") + what; };
  if (key == "optimizer.momentum" || key == "optimizer.nesterov") return needs(optimizer == OptimizerKind::kSgd, "optimizer=sgd");
  if (key == "optimizer.beta1" || key == "optimizer.beta2" || key == "optimizer.epsilon")
    return needs(optimizer != OptimizerKind::kSgd, "optimizer=adam or radam");
  if (key == "optimizer.radam_degenerates_to_sgd") return needs(optimizer == OptimizerKind::kRAdam, "optimizer=radam");
  if (key == "schedule.patience" || key == "schedule.cooldown" || key == "schedule.follows" || key == "schedule.last_learning_rate")
    return needs(schedule == ScheduleKind::kReduceOnPlateau, "schedule=plateau");
  if (key == "schedule.threshold") {
    const bool is_read = schedule == ScheduleKind::kReduceOnPlateau && options.schedule.follows == PlateauFollows::kLoss;
    return needs(is_read, "schedule=plateau and schedule.follows=loss");
  }
  if (key == "schedule.step_epochs") return needs(schedule == ScheduleKind::kStep, "schedule=step");
  if (key == "schedule.steps" || key == "schedule.cycle") return needs(schedule == ScheduleKind::kMultiFactor, "schedule=multi_factor");
  if (key == "schedule.factor") {
    const bool is_read =
        schedule == ScheduleKind::kReduceOnPlateau || schedule == ScheduleKind::kStep || schedule == ScheduleKind::kMultiFactor;
    return needs(is_read, "schedule=plateau, step or multi_factor");
  }
  if (key == "schedule.min_factor") {
    const bool is_read = schedule != ScheduleKind::kConstant && schedule != ScheduleKind::kStep && schedule != ScheduleKind::kMultiFactor;
    return needs(is_read, "schedule=plateau or a cosine");
  }
  if (key == "schedule.warmup_unit") return needs(options.schedule.warmup_epochs > 0, "schedule.warmup_epochs above 0");
  return "";
}

std::string key_of(const std::string& assignment) { return trim(assignment.substr(0, assignment.find('='))); }

void check_effects(const std::vector<std::string>& assignments, const TrainOptions& options) {
  for (const auto& assignment : assignments) {
    const std::string key = key_of(assignment);
    if (const auto why = why_without_effect(key, options); !why.empty()) throw usage_error("has no effect here, it " + why, "--set " + key);
  }
}

std::string settings_hash(const std::map<std::string, std::string>& settings, const RunSpec& spec) {
  std::string text = to_string(spec.precision) + "\n" + to_string(spec.source) + "\n" + spec.data_root + "\n" + spec.init +
                     (spec.strict ? "\nstrict" : "");
  for (const auto& [key, value] : settings) {
    if (key != "epochs") text += "\n" + key + "=" + value;  // a longer run may resume a shorter one
  }
  return fmt::format("{:08x}", static_cast<uint32_t>(XXH64(text.data(), text.size(), 0)));
}

/// Processes that wanted a core, mean of the last minute.
double system_load() {
  double loads[1] = {0};
  return ::getloadavg(loads, 1) == 1 ? loads[0] : 0;
}

/// Bytes of this process that are swapped out.
int64_t swapped_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmSwap:", 0) == 0) return 1024 * std::strtoll(line.c_str() + 7, nullptr, 10);
  }
  return 0;
}

/// Other contents, or other videos without files or left out, make another string.
std::string described(const DataFingerprint& data) {
  if (data.missing + data.dropped == 0) return data.hash;
  return fmt::format("{}, {} without files, {} dropped", data.hash, data.missing, data.dropped);
}

Verdict judge(const RunRecord& record, bool trained) {
  Verdict verdict;
  for (const auto& [name, value] : record.scores) {
    if (!std::isfinite(value)) verdict.reasons.push_back("score " + name + " is not finite");
  }
  if (record.data.items == 0) verdict.reasons.emplace_back("no item was evaluated");
  if (trained && record.epochs == 0) verdict.reasons.emplace_back("too short: nothing was trained");
  verdict.valid = verdict.reasons.empty();
  return verdict;
}

// Scores do not depend on what else the machine does, speeds do: the reason to distrust them stays with the run.
void judge_speed(RunRecord& record, int64_t swapped_before, double load_at_start, int64_t threads) {
  const int64_t swapped = swapped_bytes();
  std::vector<std::string> reasons;
  reasons.reserve(2);
  if (load_at_start > 0.5 * static_cast<double>(threads))
    reasons.push_back(fmt::format("machine busy before the run (load {:.1f})", load_at_start));
  if (swapped > swapped_before) reasons.push_back(fmt::format("swapping ({} MiB swapped out)", swapped >> 20));
  if (reasons.empty()) return;
  record.environment["speed_unreliable"] = fmt::format("{}", fmt::join(reasons, "; "));
}

}  // namespace

Session::Session(const RunSpec& spec, const Registry& registry)
    : spec_(spec), variant_(choose_variant(spec, registry)), pairing_(variant_.make()), load_at_start_(system_load()) {
  check_combination(spec_);
  spec_.method = variant_.method;
  spec_.dataset = variant_.dataset;
  spec_.variant = variant_.name;
  for (const auto& assignment : spec_.settings) pairing_->settings().set_assignment(assignment);
  check_effects(spec_.settings, pairing_->training());
  if (spec_.epochs) pairing_->settings().set("epochs", std::to_string(*spec_.epochs));
  check_precision(spec_.precision, parse_device(spec_.device));
  spec_.threads = set_threads(spec_.threads);
  if (spec_.workers == 0) spec_.workers = spec_.threads;
}

std::filesystem::path Session::folder(int64_t seed) const {
  const std::string configuration = variant_.name + "-" + settings_hash(pairing_->settings().values(), spec_);
  return std::filesystem::path(spec_.out) / variant_.method / variant_.dataset / configuration / fmt::format("seed-{}", seed);
}

TrainJob Session::job(int64_t seed) const {
  TrainJob job;
  job.options = pairing_->training();
  job.name = fmt::format("{}/{} seed {}", variant_.method, variant_.name, seed);
  job.seed = static_cast<uint64_t>(seed);
  job.eval_only = spec_.eval_only;
  job.resume = spec_.resume;
  job.precision = spec_.precision;
  job.device = spec_.device;
  job.folder = folder(seed);
  job.stretched = pairing_->acts_between_steps();
  job.settings = pairing_->settings().values();
  return job;
}

std::unique_ptr<Experiment> Session::open(int64_t seed, Progress& progress) {
  auto experiment = pairing_->open(spec_, static_cast<uint64_t>(seed));
  if (experiment->source() == Source::kSynthetic) {
    progress.warning(
        fmt::format("{}: SYNTHETIC stand-in data, not the official files; scores say nothing about the paper", variant_.dataset));
  }
  const auto data = experiment->data(Phase::kEvaluate);
  if (data.missing + data.dropped > 0) {
    progress.warning(
        fmt::format("{} {}: {} items, {} without files, {} dropped", variant_.dataset, data.split, data.items, data.missing, data.dropped));
  }
  if (!spec_.init.empty()) {
    const auto report = experiment->import_checkpoint(spec_.init);
    if (!report.text.empty()) progress.info(fmt::format("{}: {}", spec_.init, report.text));
    init_is_complete_ = report.complete;
  }
  return experiment;
}

RunRecord Session::run_seed(int64_t seed, const std::string& command_line, Progress& progress) {
  TrainJob job = this->job(seed);
  make_folder(job.folder);
  const FolderLock lock(job.folder);
  remove_abandoned_files(job.folder);
  const int64_t swapped_before = swapped_bytes();
  const auto experiment = open(seed, progress);
  const bool trains = !spec_.eval_only && !experiment->parameters().empty();
  if (!trains && spec_.epochs) throw usage_error("this variant has nothing to train", "--epochs");
  const bool sets_epochs =
      std::any_of(spec_.settings.begin(), spec_.settings.end(), [](const auto& set) { return key_of(set) == "epochs"; });
  if (sets_epochs && experiment->parameters().empty()) throw usage_error("this variant has nothing to train", "--set epochs");
  job.eval_only = !trains;
  if (trains) job.settings["run.train_data"] = experiment->data(Phase::kTrain).hash;  // a resumed run must see the same
  const TrainResult result = train(*experiment, job, progress);
  RunRecord record;
  record.method = variant_.method;
  record.variant = variant_.name;
  record.dataset = variant_.dataset;
  record.source = experiment->source();
  record.protocol = experiment->protocol();
  record.data = experiment->data(Phase::kEvaluate);
  record.seed = seed;
  record.epochs = result.epochs;
  record.best_epoch = result.best_epoch;
  record.scores = result.evaluation.scores;
  record.speed = result.speed;
  record.history = result.history;
  record.outputs = result.evaluation.outputs;
  record.environment = describe_environment();
  record.settings = job.settings;
  record.settings["run.precision"] = to_string(spec_.precision);
  record.settings["run.eval_only"] = spec_.eval_only ? "true" : "false";
  record.settings["run.init"] = spec_.init;
  record.settings["run.device"] = spec_.device;
  if (const auto compared = experiment->compared_data()) record.settings["run.train_data"] = described(*compared);
  record.command_line = command_line;
  record.created_unix = std::time(nullptr);
  judge_speed(record, swapped_before, load_at_start_, spec_.threads);
  record.verdict = judge(record, trains);
  if (spec_.eval_only && !init_is_complete_)
    record.verdict.reasons.emplace_back("a part of the network was neither trained nor filled by --init");
  if (const auto doubt = experiment->doubt(); !doubt.empty()) record.verdict.reasons.push_back(doubt);
  record.verdict.valid = record.verdict.reasons.empty();
  return record;
}

std::unique_ptr<Experiment> Session::open_trained(const std::string& command, Progress& progress) {
  auto experiment = open(spec_.seeds.front(), progress);
  if (spec_.init.empty() && !experiment->weights().empty()) throw usage_error("no weights", command, "name them with --init FILE");
  if (!init_is_complete_)
    throw input_error("does not fill the whole network, whose answers would be random numbers", spec_.init,
                      "the lines above say what is missing; data.classes must be that of the weights");
  return experiment;
}

void Session::embed(const std::filesystem::path& output, Progress& progress) {
  require_writable(output);
  const auto experiment = open(spec_.seeds.front(), progress);
  if (!init_is_complete_)
    progress.warning(fmt::format("{}: a part of the network is not filled, what comes out of it is random", spec_.init));
  (void)evaluate(*experiment, job(spec_.seeds.front()), progress);
  experiment->save_embeddings(output);
}

std::vector<Answer> Session::predict(const PredictRequest& request, Progress& progress) {
  return open_trained("vbench predict", progress)->predict(request);
}

int64_t Session::predict_split(const std::filesystem::path& output, int64_t top, Progress& progress) {
  if (!pairing_->saves_predictions())
    throw usage_error("this method has no predictions of a whole split to save", "--output", "name videos with --videos a,b,c");
  require_writable(output);
  const auto experiment = open_trained("vbench predict", progress);
  experiment->check_predictions(top);
  (void)evaluate(*experiment, job(spec_.seeds.front()), progress);
  experiment->save_predictions(output, top);
  return experiment->data(Phase::kEvaluate).items;
}

std::vector<Answer> Session::explain(const ExplainRequest& request, Progress& progress) {
  if (!pairing_->explains()) throw usage_error("this method has no explanations", "vbench explain");
  const auto experiment = open_trained("vbench explain", progress);
  make_folder(request.folder);
  return experiment->explain(request);
}

Evaluation Session::evaluate_embeddings() const { return pairing_->evaluate_embeddings(spec_.embeddings); }

}  // namespace vbench
