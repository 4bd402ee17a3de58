#include "harness/cli/commands/benchmark_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <set>
#include <string_view>

#include "harness/core/child_process.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::string_view kPrefix = "bench_", kStages = "stages";

/// Beside vbench in a build; an installation keeps it out of the way.
std::vector<fs::path> usual_folders() {
  const fs::path own = fs::read_symlink("/proc/self/exe").parent_path();
  return {own, own.parent_path() / "libexec" / "vbench"};
}

std::vector<fs::path> folders_of(const fs::path& folder) { return folder.empty() ? usual_folders() : std::vector<fs::path>{folder}; }

fs::path find_program(const fs::path& folder, const std::string& name) {
  const auto folders = folders_of(folder);
  for (const auto& each : folders) {
    std::error_code missing;
    const fs::path program = each / name;
    if (!fs::is_regular_file(program, missing)) continue;
    if (::access(program.c_str(), X_OK) != 0) throw input_error("is no program that may be started", program.string());
    return fs::absolute(program);
  }
  throw input_error(fmt::format("there is no {}", name), folders.front().string(),
                    fmt::format("'cmake --build build/release --target {}' makes it; --programs DIR names the folder of one", name));
}

/// The program's output, gone with this object.
class OutputFile {
 public:
  OutputFile() {
    std::string name = (fs::temp_directory_path() / "vbench-throughput-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw input_error(std::string("cannot be created: ") + std::strerror(errno), name);
    folder_ = name;
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  [[nodiscard]] fs::path path() const { return folder_ / "output.json"; }

 private:
  fs::path folder_;  // of our own: in the shared one anybody may lay a file or a link in the way
};

ErrorKind kind_of(int exit_code) {
  for (const auto kind : {ErrorKind::kUsage, ErrorKind::kInput, ErrorKind::kNumeric}) {
    if (vbench::exit_code(kind) == exit_code) return kind;
  }
  return ErrorKind::kInternal;
}

/// The last line that is not empty, without the program's name.
std::string last_line(const std::string& text, const std::string& program) {
  const auto lines = split(text, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->empty()) continue;
    const std::string prefix = program + ": ";
    return printable(line->rfind(prefix, 0) == 0 ? line->substr(prefix.size()) : *line);
  }
  return "it said nothing";
}

}  // namespace

BenchmarkProgram::BenchmarkProgram(const fs::path& folder, const std::string& name) : program_(find_program(folder, name)) {}

int64_t BenchmarkProgram::run(std::vector<std::string> arguments, const fs::path& output) const {
  arguments.push_back("--benchmark_out=" + output.string());
  arguments.emplace_back("--benchmark_out_format=json");
  const auto result = run_program(program_, arguments);
  const std::string name = program_.filename().string();
  if (result.exit_code == 0) return result.peak_bytes;
  if (result.exit_code == vbench::exit_code(ErrorKind::kInterrupted)) throw Error(ErrorKind::kInterrupted, "interrupted", name);
  if (result.exit_code > 128) {
    throw Error(ErrorKind::kInternal, fmt::format("was ended by signal {}", result.exit_code - 128), program_.string(),
                "too little memory? a smaller --batch needs less");
  }
  throw Error(kind_of(result.exit_code), last_line(result.error, name), name);
}

std::vector<ThroughputRow> BenchmarkProgram::measure(const MeasuredCombination& what, int64_t repetitions) const {
  std::vector<std::string> arguments{"--method=" + what.method,
                                     "--dataset=" + what.dataset,
                                     "--variant=" + what.variant,
                                     fmt::format("--batch={}", what.batch),
                                     "--precision=" + what.precision,
                                     fmt::format("--threads={}", what.threads),
                                     fmt::format("--repetitions={}", repetitions),
                                     fmt::format("--min-time={}", what.min_time)};
  if (!what.stages.empty()) arguments.push_back("--stage=" + what.stages);
  arguments.insert(arguments.end(), what.data_arguments.begin(), what.data_arguments.end());
  const OutputFile output;
  (void)run(std::move(arguments), output.path());
  auto rows = read_stages(output.path());
  for (auto& row : rows) {
    row.environment["program"] = program_.string();
    if (!what.settings.empty()) row.environment["settings"] = what.settings;
  }
  return rows;
}

MachinePeak BenchmarkProgram::measure_peak(const std::string& precision, int64_t threads) const {
  const OutputFile output;
  (void)run({"--peak", "--precision=" + precision, fmt::format("--threads={}", threads)}, output.path());
  return read_peak(output.path());
}

std::vector<KernelSpeed> BenchmarkProgram::measure_kernels(int64_t repetitions) const {
  const OutputFile output;
  const int64_t peak_bytes =
      run({fmt::format("--benchmark_repetitions={}", repetitions), "--benchmark_report_aggregates_only=true"}, output.path());
  auto speeds = read_kernels(output.path(), program_.filename().string());
  for (auto& speed : speeds) {
    speed.program = program_.filename().string().substr(kPrefix.size());
    speed.peak_bytes = peak_bytes;
  }
  return speeds;
}

std::vector<std::string> kernel_programs(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& each : folders_of(folder)) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(each, missing)) {
      const auto name = entry.path().filename().string();
      if (name.rfind(kPrefix, 0) == 0 && name.substr(kPrefix.size()) != kStages && entry.is_regular_file(missing) &&
          ::access(entry.path().c_str(), X_OK) == 0)
        names.insert(name.substr(kPrefix.size()));
    }
  }
  return {names.begin(), names.end()};
}

}  // namespace vbench::cli
