// Runs the built program as a user would, and gives back what it said. Used by tests/cli.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vbench::test {

struct ProgramResult {
  int exit_code = -1;  ///< 128 + signal if a signal killed it
  std::string out, err;
};

/// How to start the program. The environment holds nothing of the caller's except PATH and HOME; the cache is shared between tests of one
/// build.
struct ProgramOptions {
  std::map<std::string, std::string> environment;
  std::filesystem::path folder = ".";       ///< working folder
  std::optional<uint64_t> file_size_limit;  ///< RLIMIT_FSIZE, bytes
  std::filesystem::path program = {};       ///< another program or script; empty: build/<preset>/vbench
};

/// A running program.
class Program {
 public:
  Program(const std::vector<std::string>& arguments, const ProgramOptions& options = {});
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void signal(int number) const;
  [[nodiscard]] ProgramResult wait();
  /// True once `text` has appeared on stderr; false after the time is over or the program has ended.
  [[nodiscard]] bool wait_for(const std::string& text, std::chrono::seconds limit);
  [[nodiscard]] bool running();

 private:
  std::filesystem::path folder_;  // holds stdout and stderr
  pid_t pid_;
  std::optional<int> status_;
};

/// build/<preset>/vbench with arguments, to its end.
[[nodiscard]] ProgramResult run_program(const std::vector<std::string>& arguments, const ProgramOptions& options = {});

}  // namespace vbench::test
