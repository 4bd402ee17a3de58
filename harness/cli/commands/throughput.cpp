// `vbench throughput`: starts the benchmark program for every combination that was asked for, stores what it measured, prints tables.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <map>
#include <optional>

#include "harness/cli/commands/benchmark_program.hpp"
#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/commands.hpp"
#include "harness/cli/commands/kernel_programs.hpp"
#include "harness/cli/commands/other_load.hpp"
#include "harness/core/error.hpp"
#include "harness/core/experiment.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "results/store.hpp"

namespace vbench::cli {
namespace {

constexpr int64_t kFewestTurns = 4;  // with fewer on each side, no difference can reach 5 %: 2 / 20 for three

std::vector<std::string> list_of(const std::string& text, const std::string& option) {
  const auto pieces = split(text, ',');
  for (size_t i = 0; i < pieces.size(); ++i) {
    if (pieces[i].empty()) throw usage_error("a value is missing", fmt::format("{} {}", option, text));
    if (std::find(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(i), pieces[i]) !=
        pieces.begin() + static_cast<std::ptrdiff_t>(i))
      throw usage_error(fmt::format("'{}' is given twice", pieces[i]), option);
  }
  return pieces;
}

std::vector<int64_t> numbers_of(const std::string& text, const std::string& option, int64_t least, int64_t most) {
  std::vector<int64_t> numbers;
  for (const auto& piece : list_of(text, option)) {
    const auto number = parse_int(piece);
    if (!number || *number < least || *number > most)
      throw usage_error(fmt::format("'{}' is not in {}..{}", piece, least, most), option, "whole numbers with commas between: 1,2,4");
    numbers.push_back(*number);
  }
  return numbers;
}

std::vector<std::string> precisions_of(const std::string& text) {
  auto names = list_of(text, "--precision");
  for (const auto& name : names) {
    if (name != "fp32" && name != "bf16")
      throw usage_error("unknown value '" + name + "'", "--precision", "fp32 or bf16: processors compute in these");
  }
  return names;
}

void check_stages(const std::string& text) {
  const auto& known = throughput_stages();
  for (const auto& name : list_of(text, "--stage")) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw usage_error("unknown value '" + name + "'", "--stage", suggest(name, known));
  }
}

void check(const ThroughputOptions& options) {
  check_stages(options.stages);
  constexpr int64_t kMostRepetitions = 1000;
  if (options.repetitions < 0 || options.repetitions > kMostRepetitions)
    throw usage_error(fmt::format("{} is not in 1..{}", options.repetitions, kMostRepetitions), "--repetitions");
  if (!(options.min_time > 0) || options.min_time > 3600)
    throw usage_error(fmt::format("{} s is no time to measure", options.min_time), "--min-time");
  if (!options.against.empty() && options.repetitions > 0 && options.repetitions < kFewestTurns)
    throw usage_error(fmt::format("{} repetitions of each build cannot show a difference", options.repetitions), "--repetitions",
                      fmt::format("at least {}", kFewestTurns));
}

std::vector<std::string> data_arguments(const RunSpec& spec) {
  std::vector<std::string> arguments{"--data-root=" + spec.data_root, "--source=" + to_string(spec.source)};
  for (const auto& setting : spec.settings) arguments.push_back("--set=" + setting);
  return arguments;
}

/// What --set makes of a variant, in one way however it was said. Sizes of batches stand in a column of their own.
std::string changed_settings(const VariantEntry& variant, const std::vector<std::string>& assignments) {
  const auto pairing = variant.make();
  const auto usual = pairing->settings().values();
  for (const auto& assignment : assignments) pairing->settings().set_assignment(assignment);
  std::vector<std::string> changed;
  for (const auto& [key, value] : pairing->settings().values()) {
    if (value != usual.at(key) && key != "batch_size" && key != "eval_batch_size") changed.push_back(fmt::format("{}={}", key, value));
  }
  return fmt::format("{}", fmt::join(changed, " "));
}

std::vector<const VariantEntry*> variants_of(const RunSpec& spec, const Registry& registry) {
  if (spec.method.empty()) {
    std::vector<std::string> names;
    for (const auto& method : registry.methods()) names.push_back(method.name);
    throw usage_error("no method given", "--method",
                      fmt::format("known: {}; or --stored for what was measured before", fmt::join(names, ", ")));
  }
  const auto names = list_of(spec.variant, "--variant");
  std::vector<const VariantEntry*> variants;
  for (const auto& method : list_of(spec.method, "--method")) {
    for (const auto& name : names.empty() ? std::vector<std::string>{""} : names)
      variants.push_back(&registry.find_variant(method, spec.dataset, name));
  }
  return variants;
}

std::vector<MeasuredCombination> combinations(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  const ThroughputOptions& options = context.invocation.throughput;
  constexpr int64_t kLargestBatch = 1 << 20, kMostThreads = 1024;
  auto batches = numbers_of(options.batches, "--batch", 1, kLargestBatch);
  if (batches.empty()) batches = {0};
  const auto threads = numbers_of(options.threads, "--threads", 0, kMostThreads);
  std::vector<MeasuredCombination> all;
  for (const auto* variant : variants_of(spec, context.registry)) {
    const auto settings = changed_settings(*variant, spec.settings);
    for (const auto& precision : precisions_of(options.precisions)) {
      for (const int64_t count : threads) {
        for (const int64_t batch : batches) {
          all.push_back({.method = variant->method,
                         .dataset = variant->dataset,
                         .variant = variant->name,
                         .batch = batch,
                         .precision = precision,
                         .threads = count,
                         .data_arguments = data_arguments(spec),
                         .settings = settings,
                         .stages = options.stages,
                         .min_time = options.min_time});
        }
      }
    }
  }
  return all;
}

int64_t repetitions_of(const ThroughputOptions& options) {
  if (options.repetitions > 0) return options.repetitions;
  return options.against.empty() ? 5 : 9;
}

class Measurement {
 public:
  Measurement(const CommandContext& context, const std::vector<MeasuredCombination>& what)
      : progress_(context.progress),
        what_(what),
        program_(context.invocation.throughput.programs),
        repetitions_(repetitions_of(context.invocation.throughput)) {
    if (const auto& other = context.invocation.throughput.against; !other.empty()) base_program_.emplace(other);
  }

  void run() {
    const auto combinations = static_cast<int64_t>(what_.size());
    progress_.begin("throughput", base_program_ ? 2 * combinations * repetitions_ : combinations);
    for (const auto& each : what_) base_program_ ? take_turns(each) : measure(each);
    progress_.end();
    const auto doubt = others_.doubt();
    if (doubt.empty()) return;
    progress_.warning("speeds are unreliable: " + doubt);
    for (auto* rows : {&rows_, &base_rows_}) {
      for (auto& row : *rows) row.environment["speed_unreliable"] = doubt;
    }
  }

  [[nodiscard]] const std::vector<ThroughputRow>& rows() const { return rows_; }
  [[nodiscard]] const std::vector<ThroughputRow>& base_rows() const { return base_rows_; }

 private:
  void measure(const MeasuredCombination& what) {
    auto rows = program_.measure(what, repetitions_);
    compare_with_peak(rows, what);
    keep(rows, rows_);
    progress_.update(++done_, name_of(what));
  }

  /// ABBA: whatever drifts drifts for both.
  void take_turns(const MeasuredCombination& what) {
    for (int64_t turn = 0; turn < repetitions_; ++turn) {
      for (const bool second : {false, true}) {
        const bool base = second == (turn % 2 == 1);
        auto rows = (base ? *base_program_ : program_).measure(what, 1);
        for (auto& row : rows) row.repetition = turn;
        compare_with_peak(rows, what);
        keep(rows, base ? base_rows_ : rows_);
        progress_.update(++done_, name_of(what));
      }
    }
  }

  /// Measured when the first stage that has operations needs it.
  void compare_with_peak(std::vector<ThroughputRow>& rows, const MeasuredCombination& what) {
    if (std::all_of(rows.begin(), rows.end(), [](const ThroughputRow& row) { return std::isnan(row.gflop_per_s); })) return;
    const auto [peak, fresh] = peaks_.try_emplace({what.precision, what.threads});
    if (fresh) peak->second = program_.measure_peak(what.precision, what.threads);
    add_peak(rows, peak->second);
  }

  void keep(std::vector<ThroughputRow>& rows, std::vector<ThroughputRow>& kept) const {
    for (auto& row : rows) {
      row.measurement = &kept == &rows_ ? id_ : base_id_;
      row.created_unix = begun_;
      kept.push_back(std::move(row));
    }
  }

  static std::string name_of(const MeasuredCombination& what) { return fmt::format("{}/{} {}", what.method, what.variant, what.precision); }

  Progress& progress_;
  const std::vector<MeasuredCombination>& what_;
  BenchmarkProgram program_;
  std::optional<BenchmarkProgram> base_program_;
  int64_t repetitions_;
  const OtherLoad others_;
  const std::string base_id_ = new_run_id(), id_ = new_run_id();  // ids rise: the candidate is the newer one
  const int64_t begun_ = std::time(nullptr);
  int64_t done_ = 0;
  std::map<std::pair<std::string, int64_t>, MachinePeak> peaks_;
  std::vector<ThroughputRow> rows_, base_rows_;
};

int print_stored(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  if (!spec.method.empty()) (void)context.registry.find_method(spec.method);
  if (!spec.dataset.empty()) (void)context.registry.find_dataset(spec.dataset);
  const auto store = Store::open_existing(store_path(spec));
  if (!context.invocation.throughput.kernels.empty()) return print_stored_kernels(context, store);
  const auto rows = store ? store->throughput({spec.method, spec.dataset, spec.variant}) : std::vector<ThroughputRow>();
  if (rows.empty()) {
    throw input_error("no measured speeds that match", store_path(spec),
                      "'vbench throughput --method M' measures some, or name their folder with --out");
  }
  print_tables(throughput_tables(rows), effective_format(spec));
  return 0;
}

}  // namespace

int throughput_command(const CommandContext& context) {
  const RunSpec& spec = context.invocation.run;
  const ThroughputOptions& options = context.invocation.throughput;
  if (options.stored) {
    refuse_stage_options(options, "--stored", "all that was measured of --method, --dataset and --variant is printed");
    return print_stored(context);
  }
  if (!options.kernels.empty()) return measure_kernels(context);
  check(options);
  const auto what = combinations(context);
  Measurement measurement(context, what);
  make_folder(spec.out);
  Store store = Store::open(store_path(spec));  // before measuring, as before training
  measurement.run();
  auto all = measurement.base_rows();
  all.insert(all.end(), measurement.rows().begin(), measurement.rows().end());
  store.add(all);
  const auto tables =
      options.against.empty() ? throughput_tables(measurement.rows()) : comparison_tables(measurement.base_rows(), measurement.rows());
  print_tables(tables, effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
