#include "harness/cli/commands/benchmark_program.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/core/child_process.hpp"
#include "harness/core/error.hpp"
#include "harness/core/text.hpp"

namespace vbench::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kName = "bench_stages";

/// Beside vbench in a build; an installation keeps it out of the way.
std::vector<fs::path> usual_folders() {
  const fs::path own = fs::read_symlink("/proc/self/exe").parent_path();
  return {own, own.parent_path() / "libexec" / "vbench"};
}

fs::path find_program(const fs::path& folder) {
  const auto folders = folder.empty() ? usual_folders() : std::vector<fs::path>{folder};
  for (const auto& each : folders) {
    std::error_code missing;
    const fs::path program = each / kName;
    if (!fs::is_regular_file(program, missing)) continue;
    if (::access(program.c_str(), X_OK) != 0) throw input_error("is no program that may be started", program.string());
    return fs::absolute(program);
  }
  throw input_error(fmt::format("there is no {}", kName), folders.front().string(),
                    fmt::format("'cmake --build build/release --target {}' makes it; --programs DIR names the folder of one", kName));
}

/// The program's output, gone with this object.
class OutputFile {
 public:
  OutputFile() {
    static int count = 0;
    path_ = fs::temp_directory_path() / fmt::format("vbench-throughput-{}-{}.json", ::getpid(), count++);
  }
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

ErrorKind kind_of(int exit_code) {
  for (const auto kind : {ErrorKind::kUsage, ErrorKind::kInput, ErrorKind::kNumeric, ErrorKind::kInterrupted}) {
    if (vbench::exit_code(kind) == exit_code) return kind;
  }
  return ErrorKind::kInternal;
}

/// The last line that is not empty, without the program's name.
std::string last_line(const std::string& text) {
  const auto lines = split(text, '\n');
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
    if (line->empty()) continue;
    const std::string prefix = fmt::format("{}: ", kName);
    return printable(line->rfind(prefix, 0) == 0 ? line->substr(prefix.size()) : *line);
  }
  return "it said nothing";
}

}  // namespace

BenchmarkProgram::BenchmarkProgram(const fs::path& folder) : program_(find_program(folder)) {}

void BenchmarkProgram::run(std::vector<std::string> arguments, const fs::path& output) const {
  arguments.push_back("--benchmark_out=" + output.string());
  arguments.emplace_back("--benchmark_out_format=json");
  const auto result = run_program(program_, arguments);
  if (result.exit_code == 0) return;
  if (result.exit_code > 128) {
    throw Error(ErrorKind::kInternal, fmt::format("was ended by signal {}", result.exit_code - 128), program_.string(),
                "too little memory? a smaller --batch needs less");
  }
  throw Error(kind_of(result.exit_code), last_line(result.error), kName);
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
  run(std::move(arguments), output.path());
  auto rows = read_stages(output.path());
  for (auto& row : rows) row.environment["program"] = program_.string();
  return rows;
}

MachinePeak BenchmarkProgram::measure_peak(const std::string& precision, int64_t threads) const {
  const OutputFile output;
  run({"--peak", "--precision=" + precision, fmt::format("--threads={}", threads)}, output.path());
  return read_peak(output.path());
}

}  // namespace vbench::cli
