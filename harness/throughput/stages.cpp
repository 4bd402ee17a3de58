// How fast any method reads, trains and evaluates on any dataset, stage by stage, and what this machine could do at most. Started by
// `vbench throughput`, which reads what --benchmark_out gets; docs/throughput.md says what is measured how.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "datasets/register.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"
#include "harness/throughput/fitting_blas.hpp"
#include "harness/throughput/machine_peak.hpp"
#include "harness/throughput/stage_passes.hpp"
#include "harness/train/device.hpp"
#include "harness/train/environment.hpp"
#include "methods/registered_methods.hpp"

namespace vbench::throughput {
namespace {

struct Request {
  StageRequest measured;
  int64_t repetitions = 3;
  bool peak = false;  ///< the machine instead of a method
};

int64_t whole_number(const std::string& option, const std::string& text, int64_t least) {
  const auto number = parse_int(text);
  if (!number || *number < least) throw usage_error(fmt::format("'{}' is no whole number from {}", text, least), "--" + option);
  return *number;
}

Precision precision_of(const std::string& name) {
  for (const auto precision : {Precision::kFp32, Precision::kBf16, Precision::kFp16}) {
    if (vbench::to_string(precision) == name) return precision;
  }
  throw usage_error("unknown precision '" + name + "'", "--precision", "fp32, bf16 or fp16");
}

SourceChoice source_of(const std::string& name) {
  for (const auto choice : {SourceChoice::kAuto, SourceChoice::kReal, SourceChoice::kSynthetic}) {
    if (vbench::to_string(choice) == name) return choice;
  }
  throw usage_error("unknown source '" + name + "'", "--source", "auto, real or synthetic");
}

/// What "--name=value" sets.
using Setters = std::map<std::string, std::function<void(const std::string&)>>;

Setters setters_of(Request& request) {
  RunSpec& spec = request.measured.spec;
  return {{"method", [&](const std::string& text) { spec.method = text; }},
          {"dataset", [&](const std::string& text) { spec.dataset = text; }},
          {"variant", [&](const std::string& text) { spec.variant = text; }},
          {"set", [&](const std::string& text) { spec.settings.push_back(text); }},
          {"data-root", [&](const std::string& text) { spec.data_root = text; }},
          {"source", [&](const std::string& text) { spec.source = source_of(text); }},
          {"batch", [&](const std::string& text) { request.measured.batch = whole_number("batch", text, 0); }},
          {"precision", [&](const std::string& text) { spec.precision = precision_of(text); }},
          {"threads", [&](const std::string& text) { spec.threads = whole_number("threads", text, 0); }},
          {"workers", [&](const std::string& text) { spec.workers = whole_number("workers", text, 0); }},
          {"repetitions", [&](const std::string& text) { request.repetitions = whole_number("repetitions", text, 1); }},
          {"min-time",
           [&](const std::string& text) {
             const auto seconds = parse_double(text);
             if (!seconds || !(*seconds > 0)) throw usage_error(fmt::format("'{}' is no time", text), "--min-time");
             request.measured.min_time = *seconds;
           }},
          {"stage",
           [&](const std::string& text) {
             request.measured.stages.clear();
             for (const auto& name : split(text, ',')) request.measured.stages.push_back(parse_stage(name));
           }},
          {"peak", [&](const std::string&) { request.peak = true; }}};
}

/// Takes our options out of the command line and leaves Google Benchmark's.
Request parse(std::vector<char*>& arguments) {
  Request request;
  request.measured.spec.verbosity = -1;
  const auto setters = setters_of(request);
  std::vector<char*> others{arguments.front()};
  for (size_t i = 1; i < arguments.size(); ++i) {
    const std::string argument = arguments[i];
    const size_t equals = std::min(argument.find('='), argument.size());
    const auto setter = argument.rfind("--", 0) == 0 ? setters.find(argument.substr(2, equals - 2)) : setters.end();
    if (setter == setters.end()) {
      others.push_back(arguments[i]);
    } else {
      setter->second(equals < argument.size() ? argument.substr(equals + 1) : "");
    }
  }
  arguments = others;
  if (!request.peak && request.measured.spec.method.empty()) throw usage_error("no method given", "--method=M");
  return request;
}

void add_context(const std::map<std::string, std::string>& facts) {
  for (const auto& [name, value] : facts) benchmark::AddCustomContext(name, value);
}

void add_environment() {
  for (const auto& [name, value] : describe_environment()) benchmark::AddCustomContext("environment_" + name, value);
}

benchmark::internal::Benchmark* add(const std::string& name, const std::function<void(benchmark::State&)>& body, int64_t repetitions) {
  return benchmark::RegisterBenchmark(name.c_str(), body)
      ->UseManualTime()
      ->Iterations(1)
      ->Repetitions(static_cast<int>(repetitions))
      ->Unit(benchmark::kMillisecond);
}

void report(benchmark::State& state, const Measured& measured) {
  if (measured.seconds <= 0) {
    state.SkipWithError("no such stage");  // results/throughput_output.cpp knows these words
    return;
  }
  for (auto _ : state) state.SetIterationTime(measured.seconds / static_cast<double>(measured.batches));
  const auto rate = [&](int64_t count) { return static_cast<double>(count) / measured.seconds; };
  state.counters["clips_per_s"] = rate(measured.clips);
  state.counters["samples_per_s"] = rate(measured.samples);
  state.counters["batch"] = static_cast<double>(measured.batch);
  state.counters["peak_bytes"] = static_cast<double>(measured.peak_bytes);
  if (measured.flops > 0) state.counters["gflop_per_s"] = measured.flops / measured.seconds * 1e-9;
}

void register_stages(StagePasses& passes, const Request& request) {
  for (const Stage stage : request.measured.stages) {
    auto repetition = std::make_shared<size_t>(0);
    const auto body = [&passes, stage, repetition](benchmark::State& state) { report(state, passes.measure(stage, (*repetition)++)); };
    add(to_string(stage), body, request.repetitions);
  }
  const RunSpec& spec = request.measured.spec;
  add_context({{"method", passes.variant().method},
               {"variant", passes.variant().name},
               {"dataset", passes.variant().dataset},
               {"source", vbench::to_string(passes.source())},
               {"precision", vbench::to_string(spec.precision)},
               {"threads", std::to_string(at::get_num_threads())},
               {"workers", std::to_string(passes.workers())}});
}

void register_peak(const Request& request) {
  const int64_t threads = set_threads(request.measured.spec.threads);
  add_context({{"precision", vbench::to_string(request.measured.spec.precision)}, {"threads", std::to_string(threads)}});
  for (const auto& kernel : peak_kernels(request.measured.spec.precision)) {
    const auto body = [kernel, threads, warm = std::make_shared<bool>(false)](benchmark::State& state) {
      if (!*warm) (void)kernel.rate(threads);
      *warm = true;
      double rate = 0;
      for (auto _ : state) {
        rate = kernel.rate(threads);
        state.SetIterationTime(1 / rate);  // of one operation or byte
      }
      state.counters[kernel.bytes ? "gbyte_per_s" : "gflop_per_s"] = rate * 1e-9;
    };
    add("peak/" + kernel.name, body, request.repetitions);
  }
}

int run(std::vector<char*> arguments) {
  const Request request = parse(arguments);
  auto count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  Registry registry;
  register_datasets(registry);
  register_methods(registry);
  registry.freeze();
  std::unique_ptr<StagePasses> passes;
  if (request.peak) {
    register_peak(request);
  } else {
    passes = std::make_unique<StagePasses>(request.measured, registry);
    register_stages(*passes, request);
  }
  add_environment();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

int fail(int code, const std::string& line) {
  std::fprintf(stderr, "bench_stages: %s\n", line.c_str());
  return code;
}

}  // namespace
}  // namespace vbench::throughput

int main(int argc, char** argv) {
  using namespace vbench;
  throughput::use_fitting_blas(argv);
  try {
    return throughput::run({argv, argv + argc});
  } catch (const Error& error) {
    return throughput::fail(exit_code(error.kind()), error.what());
  } catch (const std::exception& error) {
    const std::string text = error.what();
    return throughput::fail(exit_code(ErrorKind::kInternal), text.substr(0, text.find('\n')));
  }
}
