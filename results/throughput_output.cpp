// What the benchmark program wrote, believed only after it was checked.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "harness/core/error.hpp"
#include "harness/core/files.hpp"
#include "harness/core/text.hpp"
#include "results/throughput.hpp"

namespace vbench {
namespace {

using nlohmann::json;

constexpr uint64_t kLargest = uint64_t{1} << 26;
constexpr const char* kNoStage = "no such stage";  // as bench_stages says it
constexpr double kMost = 1e15;                     // of any figure; what is above is no measurement

class Output {
 public:
  explicit Output(const std::filesystem::path& file, std::string program = "bench_stages") : file_(file), program_(std::move(program)) {
    try {
      root_ = json::parse(read_file(file, kLargest));
    } catch (const json::exception&) {
      fail("is no JSON");
    }
    if (!root_.is_object() || !root_.contains("context") || !root_["context"].is_object() || !root_.contains("benchmarks") ||
        !root_["benchmarks"].is_array())
      fail("has no 'context' and 'benchmarks'");
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw input_error(fmt::format("is no output of {}: {}", program_, reason), file_.string(),
                      "is the program of the same build as vbench?");
  }

  [[nodiscard]] std::string fact(const std::string& name) const { return text_of(root_["context"], name); }
  [[nodiscard]] int64_t whole_fact(const std::string& name) const {
    const auto number = parse_int(fact(name));
    if (!number || *number < 0) fail(fmt::format("'{}' is no number", name));
    return *number;
  }
  [[nodiscard]] std::map<std::string, std::string> environment() const {
    constexpr std::string_view kPrefix = "environment_";
    std::map<std::string, std::string> facts;
    for (const auto& [name, value] : root_["context"].items()) {
      if (name.rfind(kPrefix, 0) == 0 && value.is_string()) facts[name.substr(kPrefix.size())] = printable(value.get<std::string>());
    }
    return facts;
  }

  /// All that succeeded.
  [[nodiscard]] std::vector<json> entries() const {
    std::vector<json> found;
    for (const json& entry : root_["benchmarks"]) {
      if (!entry.is_object()) fail("a benchmark is no object");
      if (entry.value("error_occurred", json(false)) == json(true)) {
        if (text_of(entry, "error_message") == kNoStage) continue;
        fail(text_of(entry, "error_message"));
      }
      found.push_back(entry);
    }
    return found;
  }
  /// One by one; means and medians over them are left out.
  [[nodiscard]] std::vector<json> repetitions() const {
    auto found = entries();
    std::erase_if(found, [this](const json& entry) { return text_of(entry, "run_type") != "iteration"; });
    return found;
  }

  [[nodiscard]] std::string text_of(const json& object, const std::string& name) const {
    if (!object.contains(name) || !object[name].is_string()) fail(fmt::format("'{}' is missing or no text", name));
    return printable(object[name].get<std::string>());
  }
  /// What a program counts may be anything.
  [[nodiscard]] double finite_number_of(const json& entry, const std::string& name) const {
    if (!entry.contains(name) || !entry[name].is_number()) fail(fmt::format("'{}' is missing or no number", name));
    const double number = entry[name].get<double>();
    if (!std::isfinite(number)) fail(fmt::format("'{}' is {:g}", name, number));
    return number;
  }
  [[nodiscard]] double number_of(const json& entry, const std::string& name) const {
    const double number = finite_number_of(entry, name);
    if (number < 0 || number > kMost) fail(fmt::format("'{}' is {:g}", name, number));
    return number;
  }

 private:
  std::filesystem::path file_;
  std::string program_;
  json root_;
};

Source source_of(const Output& output) {
  const auto name = output.fact("source");
  if (name != to_string(Source::kReal) && name != to_string(Source::kSynthetic)) output.fail(fmt::format("no source '{}'", name));
  return name == to_string(Source::kReal) ? Source::kReal : Source::kSynthetic;
}

/// What all rows of a file have.
ThroughputRow common_of(const Output& output) {
  ThroughputRow row;
  row.method = output.fact("method");
  row.variant = output.fact("variant");
  row.dataset = output.fact("dataset");
  row.source = source_of(output);
  row.precision = output.fact("precision");
  row.threads = output.whole_fact("threads");
  row.workers = output.whole_fact("workers");
  row.environment = output.environment();
  return row;
}

double seconds_of(const Output& output, const json& entry) {
  const auto unit = output.text_of(entry, "time_unit");
  const std::map<std::string, double> seconds{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}};
  const auto found = seconds.find(unit);
  if (found == seconds.end()) output.fail(fmt::format("no unit of time '{}'", unit));
  return output.number_of(entry, "real_time") * found->second;
}

}  // namespace

const std::vector<std::string>& throughput_stages() {
  static const std::vector<std::string> kAll{"read", "decode", "augment", "load", "forward", "backward", "optimiser", "evaluate"};
  return kAll;
}

std::vector<ThroughputRow> read_stages(const std::filesystem::path& file) {
  const Output output(file);
  const ThroughputRow common = common_of(output);
  std::vector<ThroughputRow> rows;
  for (const json& entry : output.repetitions()) {
    ThroughputRow row = common;
    const auto name = output.text_of(entry, "name");
    row.stage = name.substr(0, name.find('/'));
    const auto& known = throughput_stages();
    if (std::find(known.begin(), known.end(), row.stage) == known.end()) output.fail(fmt::format("no stage '{}'", row.stage));
    row.batch = std::llround(output.number_of(entry, "batch"));
    row.repetition = std::llround(output.number_of(entry, "repetition_index"));
    row.seconds = seconds_of(output, entry);
    row.clips_per_s = output.number_of(entry, "clips_per_s");
    row.samples_per_s = output.number_of(entry, "samples_per_s");
    row.peak_bytes = std::llround(output.number_of(entry, "peak_bytes"));
    if (entry.contains("gflop_per_s")) row.gflop_per_s = output.number_of(entry, "gflop_per_s");
    rows.push_back(std::move(row));
  }
  if (rows.empty()) output.fail("nothing was measured");
  return rows;
}

MachinePeak read_peak(const std::filesystem::path& file) {
  const Output output(file);
  MachinePeak peak;
  for (const json& entry : output.repetitions()) {
    const auto name = output.text_of(entry, "name");
    const std::string kernel = name.substr(name.find('/') + 1, name.find('/', name.find('/') + 1) - name.find('/') - 1);
    if (entry.contains("gbyte_per_s")) {
      peak.gbyte_per_s = std::max(peak.gbyte_per_s, output.number_of(entry, "gbyte_per_s"));
    } else if (const double rate = output.number_of(entry, "gflop_per_s"); rate > peak.gflop_per_s) {
      peak.gflop_per_s = rate;
      peak.kernel = kernel;
    }
  }
  if (!(peak.gflop_per_s > 0) || !(peak.gbyte_per_s > 0)) output.fail("no peak of this machine");
  return peak;
}

namespace {

/// Members of a benchmark that every one has; the others are its own counters.
bool is_counter(const std::string& name) {
  static const std::set<std::string> kCommon{
      "family_index", "per_family_instance_index", "repetitions", "repetition_index", "threads", "iterations", "real_time", "cpu_time"};
  return !kCommon.contains(name);
}

/// Without what Google Benchmark adds to say how it measured: "small/table/iterations:1/manual_time" -> "small/table".
std::string name_of(const Output& output, const json& entry) {
  auto name = output.text_of(entry, "run_name");
  for (size_t slash = name.rfind('/'); slash != std::string::npos; slash = name.rfind('/')) {
    const auto last = std::string_view(name).substr(slash + 1);
    const auto begins = [&](std::string_view word) { return last.rfind(word, 0) == 0; };
    if (!begins("iterations:") && !begins("repeats:") && !begins("min_time:") && last != "manual_time" && last != "real_time" &&
        last != "process_time")
      break;
    name.resize(slash);
  }
  return name;
}

KernelSpeed speed_of(const Output& output, const json& entry) {
  KernelSpeed speed;
  speed.name = name_of(output, entry);
  speed.seconds = seconds_of(output, entry);
  speed.deviation = NAN;
  for (const auto& [name, value] : entry.items()) {
    if (value.is_number() && is_counter(name)) speed.figures[printable(name)] = output.finite_number_of(entry, name);
  }
  return speed;
}

}  // namespace

std::vector<KernelSpeed> read_kernels(const std::filesystem::path& file, const std::string& program) {
  const Output output(file, program);
  std::vector<KernelSpeed> speeds;
  std::map<std::string, double> deviations;
  for (const json& entry : output.entries()) {
    const bool single = output.text_of(entry, "run_type") == "iteration";
    const auto aggregate = single ? "median" : output.text_of(entry, "aggregate_name");
    if (aggregate == "median") speeds.push_back(speed_of(output, entry));
    if (aggregate == "cv") deviations[name_of(output, entry)] = output.number_of(entry, "real_time");
  }
  if (speeds.empty()) output.fail("nothing was measured");
  for (KernelSpeed& speed : speeds) {
    if (const auto found = deviations.find(speed.name); found != deviations.end()) speed.deviation = found->second;
  }
  return speeds;
}

void add_peak(std::vector<ThroughputRow>& rows, const MachinePeak& peak) {
  for (ThroughputRow& row : rows) {
    row.environment["peak_gflop_per_s"] = fmt::format("{}", peak.gflop_per_s);
    row.environment["peak_gbyte_per_s"] = fmt::format("{}", peak.gbyte_per_s);
    row.environment["peak_kernel"] = peak.kernel;
    row.peak_share = row.gflop_per_s / peak.gflop_per_s;
  }
}

}  // namespace vbench
