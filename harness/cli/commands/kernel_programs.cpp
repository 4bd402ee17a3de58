#include "harness/cli/commands/kernel_programs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "harness/cli/commands/benchmark_program.hpp"
#include "harness/cli/commands/boards.hpp"
#include "harness/cli/commands/other_load.hpp"
#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "harness/train/environment.hpp"

namespace vbench::cli {
namespace {

constexpr const char* kAll = "all";

/// What a method's measurement takes means nothing to these programs.
void refuse_others(const CommandContext& context) {
  constexpr const char* kHint = "these programs know themselves what they measure how often";
  const RunSpec& spec = context.invocation.run;
  refuse_stage_options(context.invocation.throughput, "--kernels", kHint);
  const std::pair<const char*, bool> others[] = {{"--method", !spec.method.empty()},
                                                 {"--dataset", !spec.dataset.empty()},
                                                 {"--variant", !spec.variant.empty()},
                                                 {"--set", !spec.settings.empty()}};
  for (const auto& [name, is_given] : others) {
    if (is_given) throw usage_error("cannot stand beside --kernels", name, kHint);
  }
}

std::vector<std::string> names_of(const ThroughputOptions& options) {
  const auto known = kernel_programs(options.programs);
  if (known.empty()) {
    throw input_error("there are no benchmark programs", options.programs.empty() ? "beside vbench" : options.programs,
                      "'cmake --build build/release' makes them; --programs DIR names their folder");
  }
  if (options.kernels == kAll) return known;
  auto names = split(options.kernels, ',');
  for (const auto& name : names) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      throw usage_error(fmt::format("unknown program '{}'", name), "--kernels", suggest(name, known));
    if (std::count(names.begin(), names.end(), name) > 1) throw usage_error(fmt::format("'{}' is given twice", name), "--kernels");
  }
  return names;
}

std::vector<KernelSpeed> measure(const CommandContext& context, const std::vector<std::string>& names) {
  constexpr int64_t kRepetitions = 5;
  const auto begun = std::time(nullptr);
  const auto id = new_run_id();
  const OtherLoad others;
  std::vector<KernelSpeed> speeds;
  context.progress.begin("throughput", static_cast<int64_t>(names.size()));
  for (size_t i = 0; i < names.size(); ++i) {
    auto more = BenchmarkProgram(context.invocation.throughput.programs, "bench_" + names[i]).measure_kernels(kRepetitions);
    speeds.insert(speeds.end(), more.begin(), more.end());
    context.progress.update(static_cast<int64_t>(i) + 1, names[i]);
  }
  context.progress.end();
  auto environment = describe_environment();
  if (const auto doubt = others.doubt(); !doubt.empty()) {
    environment["speed_unreliable"] = doubt;
    context.progress.warning("speeds are unreliable: " + doubt);
  }
  for (auto& speed : speeds) {
    speed.measurement = id;
    speed.created_unix = begun;
    speed.environment = environment;
  }
  return speeds;
}

}  // namespace

void refuse_stage_options(const ThroughputOptions& given, const char* beside, const char* hint) {
  const ThroughputOptions usual;
  const std::pair<const char*, bool> options[] = {{"--stage", given.stages != usual.stages},
                                                  {"--batch", given.batches != usual.batches},
                                                  {"--against", given.against != usual.against},
                                                  {"--repetitions", given.repetitions != usual.repetitions},
                                                  {"--precision", given.precisions != usual.precisions},
                                                  {"--threads", given.threads != usual.threads},
                                                  {"--min-time", given.min_time != usual.min_time}};
  for (const auto& [name, is_given] : options) {
    if (is_given) throw usage_error(fmt::format("cannot stand beside {}", beside), name, hint);
  }
}

int measure_kernels(const CommandContext& context) {
  refuse_others(context);
  const RunSpec& spec = context.invocation.run;
  const auto names = names_of(context.invocation.throughput);
  make_folder(spec.out);
  Store store = Store::open(store_path(spec));  // before measuring
  const auto speeds = measure(context, names);
  store.add(speeds);
  print_tables(kernel_tables(speeds), effective_format(spec));
  return 0;
}

int print_stored_kernels(const CommandContext& context, const std::optional<Store>& store) {
  refuse_others(context);
  const RunSpec& spec = context.invocation.run;
  const std::string& wanted = context.invocation.throughput.kernels;
  const auto names = split(wanted, ',');
  auto speeds = store ? store->kernels() : std::vector<KernelSpeed>();
  std::erase_if(speeds, [&](const KernelSpeed& speed) {
    return wanted != kAll && std::find(names.begin(), names.end(), speed.program) == names.end();
  });
  if (speeds.empty()) {
    throw input_error("no measured speeds of such programs", store_path(spec),
                      fmt::format("'vbench throughput --kernels {}' measures them", wanted));
  }
  for (const auto& name : names) {
    const bool measured = std::any_of(speeds.begin(), speeds.end(), [&](const KernelSpeed& speed) { return speed.program == name; });
    if (wanted != kAll && !measured) context.progress.warning(fmt::format("no measured speeds of '{}' in {}", name, store_path(spec)));
  }
  print_tables(kernel_tables(speeds), effective_format(spec));
  return 0;
}

}  // namespace vbench::cli
